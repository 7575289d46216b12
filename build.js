// Bundles src into dist: one small entry, and a chunk for each part that only some commands need (prompts, the admin
// client, jose). Start-up is the reason: the same program from node_modules takes three times as long to start.
import { rm } from 'node:fs/promises'
import { build } from 'esbuild'

await rm(new URL('dist', import.meta.url), { recursive: true, force: true })
await build({
  absWorkingDir: import.meta.dirname,
  entryPoints: ['src/kc-logout.ts'],
  outdir: 'dist',
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  minify: true,
  legalComments: 'none', // the licences of what is bundled are shipped in one file
  // Bundled CommonJS packages (commander) call require() for Node's own modules.
  banner: { js: "import{createRequire as requireFrom}from'node:module';const require=requireFrom(import.meta.url);" },
})
