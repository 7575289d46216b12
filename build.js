// Bundles src into dist: one CommonJS entry, a chunk for each command, and one chunk for what several commands share.
// From node_modules the same program takes three times as long to start, and CommonJS starts faster than ES modules
// (docs/performance.md).
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { rolldown } from 'rolldown'
import { thirdPartyLicences } from './build/third-party.js'

const DIST = join(import.meta.dirname, 'dist')
const NOT_BUNDLED = join(import.meta.dirname, 'build/not-bundled.js')

/** Loaded before the compile cache is on, so without the large chunks. */
const BEFORE_CACHE = /[/\\](compile-cache|config-folder)\.ts$/
/** Small modules that many commands use; without those that would bring valibot or node:tls along. */
const SHARED = /[/\\]src[/\\](cli|ui|util|core|sessions|config|runtime)[/\\](?!check-input|events|profiles)/

const bundle = await rolldown({
  cwd: import.meta.dirname,
  input: { 'kc-logout': 'src/main.ts', 'compile-cache': 'src/compile-cache.ts' },
  platform: 'node',
  // An optional peer dependency.
  external: ['playwright-core'],
  transform: { target: 'node20.19' },
  resolve: {
    alias: {
      './utils/auth.js': NOT_BUNDLED,
      '../generated/adminClient.js': NOT_BUNDLED,
      '@microsoft/kiota-http-fetchlibrary': NOT_BUNDLED,
    },
  },
})
await rm(DIST, { recursive: true, force: true })
const { output } = await bundle.write({
  dir: DIST,
  format: 'cjs',
  entryFileNames: '[name].cjs',
  chunkFileNames: 'chunks/[name]-[hash].cjs',
  codeSplitting: {
    groups: [
      { name: 'base', test: (id) => !BEFORE_CACHE.test(id), tags: ['$initial'], priority: 2 },
      {
        name: 'shared',
        test: (id) => SHARED.test(id) && !BEFORE_CACHE.test(id),
        minShareCount: 3,
        priority: 1,
      },
    ],
  },
  // A single executable has require alone: its import() would look for packages in the folder that it runs in.
  dynamicImportInCjs: false,
  minify: true,
  comments: false, // THIRD-PARTY-LICENSES.txt holds the licences
})
await bundle.close()

const sources = output.flatMap((chunk) => Object.keys(chunk.modules))
await writeFile(join(import.meta.dirname, 'THIRD-PARTY-LICENSES.txt'), await thirdPartyLicences(sources))
