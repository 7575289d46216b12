// Bundles src into dist: one small entry, and a chunk for each part that only some commands need (prompts, the admin
// client, jose). Start-up is the reason: the same program from node_modules takes three times as long to start.
import { readdir, rm } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { build } from 'esbuild'

const root = import.meta.dirname
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: ['src/kc-logout.ts'],
  outdir: 'dist',
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  minify: true,
  metafile: true,
  legalComments: 'none', // the licences of what is bundled are shipped in one file
  // Bundled CommonJS packages (commander) call require() for Node's own modules.
  banner: {
    js: "import{createRequire as requireFrom}from'node:module';const require=requireFrom(import.meta.url);",
  },
})

// What an earlier build left goes last, so that there is a whole program in dist at any moment.
for (const entry of await readdir(join(root, 'dist'), { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath, entry.name)
  if (entry.isFile() && !(relative(root, path) in metafile.outputs)) await rm(path)
}
