import { basename, join } from 'node:path'
import { rolldown } from 'rolldown'

/** A program and what it imports as one file, built as kc-logout itself is: from node_modules the same costs more. */
export async function bundled(source: string, folder: string): Promise<string> {
  const file = join(folder, `${basename(source, '.mjs')}.cjs`)
  const bundle = await rolldown({ input: source, platform: 'node' })
  await bundle.write({ file, format: 'cjs', minify: true, comments: false })
  await bundle.close()
  return file
}
