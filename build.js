// Bundles src into dist: what every command needs, what several need, and a chunk for each part that only some need.
// Start-up is the reason: each file costs Node a third of a millisecond, each 100 KB of code 4 ms, and the same program
// from node_modules takes three times as long to start. It is CommonJS, as an empty .cjs starts 4 ms sooner than an
// empty .mjs, which takes 29 (all measured: docs/performance.md).
import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { rolldown } from 'rolldown'
import { moveIntoPlace } from './build/into-place.js'
import { lazyBuiltins, lightAdminClient, lightInquirer } from './build/lighter.js'
import { thirdPartyLicences } from './build/third-party.js'

const ROOT = import.meta.dirname

/** The first that fits takes a file of the source; what fits none is split by who loads it. */
const CHUNKS = [
  { name: 'version', test: /[/\\]package\.json$/ },
  { name: 'base', test: (id) => !/[/\\]quick\.ts$/.test(id), tags: ['$initial'] },
  // What nearly every command needs.
  {
    name: 'small',
    test: /^lazy:|[/\\]src[/\\](core[/\\](own|path-segment|shell|configure[/\\]closest)|commands[/\\]arguments)\.ts$/,
  },
  { name: 'shared', test: /[/\\]src[/\\](?!keycloak|settings|core[/\\]token)|^lazy:/, minShareCount: 3 },
  {
    name: 'keycloak',
    test: /[/\\]src[/\\](keycloak[/\\](open|fetch|admin)|settings[/\\](resolve|connection|profiles)\.ts)/,
  },
  {
    name: 'token',
    test: /[/\\]src[/\\](core[/\\]token[/\\](?!decrypt|client-assertion)|acts[/\\]token-keys|terminal[/\\]views[/\\]token)/,
  },
]

/** Bundles into a folder, and names the files that something was taken from. */
async function bundleInto(folder) {
  const bundle = await rolldown({
    cwd: ROOT,
    input: { 'kc-logout': 'src/main.ts', quick: 'src/quick.ts' },
    platform: 'node',
    transform: { target: 'node20.19' },
    plugins: [lazyBuiltins, lightAdminClient, lightInquirer],
  })
  const { output } = await bundle.write({
    dir: folder,
    format: 'cjs',
    entryFileNames: '[name].cjs',
    chunkFileNames: 'chunks/[name]-[hash].cjs',
    codeSplitting: {
      groups: CHUNKS.map((chunk, index) => ({ ...chunk, priority: CHUNKS.length - index })),
    },
    minify: true,
    comments: false, // the licences of others are shipped in one file
  })
  await bundle.close()
  return output.flatMap((chunk) => Object.keys(chunk.modules))
}

/** The first page of help, as the program lays it out where there is no terminal (src/quick.ts shows it from then on). */
const helpOf = (folder) =>
  execFileSync(process.execPath, ['-e', `require('./kc-logout.cjs').run()`, '', '--help'], { cwd: folder })

/** Chunks of an older build stay a while, for those who run it; not in a package. */
const keepMs = process.env.npm_lifecycle_event === 'prepare' ? 0 : 10 * 60 * 1000

const built = await mkdtemp(join(ROOT, '.dist-'))
try {
  const sources = await bundleInto(built)
  await writeFile(join(ROOT, 'THIRD-PARTY-LICENSES.txt'), await thirdPartyLicences(sources))
  await writeFile(join(built, 'help.txt'), helpOf(built))
  await moveIntoPlace(built, join(ROOT, 'dist'), { keepMs })
} finally {
  await rm(built, { recursive: true, force: true })
}
