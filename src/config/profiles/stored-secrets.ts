import { readPrivate, removePrivate, writePrivate } from '../files/private-file.ts'

/** The secrets of one profile, and the server that they are for. */
export interface StoredSecrets {
  readonly version: 1
  readonly origin: string
  readonly clientSecret?: string
}

/** What is kept in a private file; undefined where nothing is, or something else. */
export async function readSecrets(path: string): Promise<StoredSecrets | undefined> {
  const text = await readPrivate(path)
  if (text === undefined) return undefined
  try {
    const { origin, clientSecret } = JSON.parse(text) as Record<string, unknown>
    if (typeof origin !== 'string' || typeof clientSecret !== 'string' || clientSecret === '')
      return undefined
    return { version: 1, origin, clientSecret }
  } catch {
    return undefined
  }
}

export const writeSecrets = (path: string, origin: string, clientSecret: string): Promise<void> => {
  const stored: StoredSecrets = { version: 1, origin, clientSecret }
  return writePrivate(path, `${JSON.stringify(stored, null, 2)}\n`)
}

export const removeSecrets = (path: string): Promise<void> => removePrivate(path)
