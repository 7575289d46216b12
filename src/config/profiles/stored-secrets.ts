import * as v from 'valibot'
import { readPrivate, removePrivate, writePrivate } from '../files/private-file.ts'

const STORED = v.object({
  origin: v.string(),
  clientSecret: v.pipe(v.string(), v.nonEmpty()),
})

/** The secrets of one profile, and the origin of the server that they are for. */
export type StoredSecrets = v.InferOutput<typeof STORED>

/** The stored secrets; undefined where the file is missing or holds something else. */
export async function readSecrets(path: string): Promise<StoredSecrets | undefined> {
  const text = await readPrivate(path)
  return text === undefined ? undefined : storedValue(STORED, text)
}

export const writeSecrets = (path: string, origin: string, clientSecret: string): Promise<void> =>
  writePrivate(path, `${JSON.stringify({ version: 1, origin, clientSecret }, null, 2)}\n`)

export const removeSecrets = (path: string): Promise<void> => removePrivate(path)

/** A stored JSON text as the value of its schema; undefined where it does not fit. */
export function storedValue<S extends v.GenericSchema>(
  schema: S,
  text: string,
): v.InferOutput<S> | undefined {
  try {
    const result = v.safeParse(schema, JSON.parse(text))
    return result.success ? result.output : undefined
  } catch {
    return undefined
  }
}
