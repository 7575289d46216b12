import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { NODE, TARGETS } from './targets.js'
import { hashOf, run } from './tools.js'

const MAIN = join(import.meta.dirname, 'main.cjs')

/**
 * The folder of an unpacked npm package with Node for a target.
 * @throws if it is not the package that `targets.js` names
 */
export async function fetchNode({ name, package: packageName, integrity }, cache) {
  const folder = join(cache, `${name}-${NODE}`)
  if ((await readdir(folder).catch(() => [])).length > 0) return folder
  const work = `${folder}.new`
  await rm(work, { recursive: true, force: true })
  await mkdir(work, { recursive: true })
  const [{ filename }] = JSON.parse(
    await run('npm', ['pack', '--json', '--pack-destination', work, `${packageName}@${NODE}`], { cwd: work }),
  )
  const file = join(work, filename)
  const found = `sha512-${await hashOf(file, 'sha512', 'base64')}`
  if (found !== integrity) throw new Error(`${packageName}@${NODE} is ${found}, not ${integrity}`)
  await run('tar', ['-xzf', file, '-C', work, '--strip-components=1'])
  await rm(file)
  await rename(work, folder)
  return folder
}

/** Builds the executable of a target from `dist`. Returns its path. */
export async function buildExecutable(target, { dist, nodes, folder }) {
  const host = TARGETS.find(({ name }) => name === `${process.platform}-${process.arch}`)
  if (!host) throw new Error(`Executables are built on Linux or macOS, not on ${process.platform}`)
  const output = join(folder, target.name === 'win-x64' ? 'kc-logout.exe' : 'kc-logout')
  const files = [
    'kc-logout.cjs',
    ...(await readdir(join(dist, 'chunks'))).sort().map((name) => `chunks/${name}`),
  ]
  const config = join(folder, 'sea.json')
  await writeFile(
    config,
    JSON.stringify({
      main: MAIN,
      output,
      executable: join(nodes[target.name], target.binary),
      disableExperimentalSEAWarning: true,
      // Code caches and snapshots belong to one machine, and their bytes differ each time.
      useCodeCache: false,
      useSnapshot: false,
      assets: Object.fromEntries(files.map((name) => [name, join(dist, name)])),
    }),
  )
  await run(join(nodes[host.name], host.binary), ['--build-sea', config])
  await rm(config)
  await chmod(output, 0o755)
  return output
}

/** Node's licence, which the executable has to carry along. */
export const nodeLicence = (nodes) => readFile(join(nodes['linux-x64'], 'LICENSE'), 'utf8')
