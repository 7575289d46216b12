import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { SCHEMAS } from '../src/commands/schema/documents.ts'

const FOLDER = new URL('schemas/', import.meta.url)

/** docs/schemas/NAME.json by name: what `kc-logout schema NAME` prints. `npm run docs` writes them, a test compares. */
export const schemaFiles = (): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(SCHEMAS).map(([name, schema]) => [`${name}.json`, `${JSON.stringify(schema, null, 2)}\n`]),
  )

if (process.argv[1] === import.meta.filename) {
  const files = schemaFiles()
  await mkdir(FOLDER, { recursive: true })
  for (const name of await readdir(FOLDER)) if (!(name in files)) await rm(new URL(name, FOLDER))
  for (const [name, text] of Object.entries(files)) await writeFile(new URL(name, FOLDER), text)
}
