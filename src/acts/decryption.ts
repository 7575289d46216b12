import type { Files } from '../context.ts'
import type { Inquiry } from '../core/token/inspect.ts'

/** Longer than any private key. */
const MAX_KEY_BYTES = 64 * 1024

/** How to open encrypted tokens with the private key in a file; without a file nothing is opened. */
export async function decryptionBy(
  path: string | undefined,
  files: Pick<Files, 'read'>,
): Promise<Pick<Inquiry, 'decrypt'>> {
  if (path === undefined) return {}
  const key = await files.read(path, { maxBytes: MAX_KEY_BYTES })
  return {
    decrypt: async (token, alg) => (await import('../core/token/decrypt.ts')).decryptToken(token, alg, key),
  }
}
