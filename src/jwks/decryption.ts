import { usageError } from '../errors.ts'
import type { Files } from '../runtime/file-access.ts'
import type { Inquiry } from '../token/inspect.ts'

/** Longer than any private key. */
const MAX_KEY_BYTES = 64 * 1024

/**
 * How to open encrypted tokens with the private keys in a file; without a file nothing is opened.
 *
 * Throws a usage error where the file holds no private key, before any token is looked at.
 */
export async function decryptionBy(
  path: string | undefined,
  files: Pick<Files, 'read'>,
): Promise<Pick<Inquiry, 'decrypt'>> {
  if (path === undefined) return {}
  const { decryptWith } = await import('../token/decrypt.ts')
  const { readDecryptionKeys } = await import('../token/decryption-keys.ts')
  const read = await readDecryptionKeys(await files.read(path, { maxBytes: MAX_KEY_BYTES }))
  if ('problem' in read) throw usageError('bad-decrypt-key', `${path} ${read.problem}.`, read.hint)
  return { decrypt: (token, alg) => decryptWith(token, alg, read.keys) }
}
