import { usageError } from '../errors.ts'
import type { Files } from '../runtime/file-access.ts'
import type { Inquiry } from '../token/inquiry.ts'

/** More bytes than any set of private keys needs. */
const MAX_KEY_BYTES = 64 * 1024

/**
 * Returns how to decrypt tokens with the private keys in a file; without a file tokens stay encrypted.
 *
 * @throws {UserError} `bad-decrypt-key` (exit 2) if the file has no private key
 */
export async function decryptionWith(
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
