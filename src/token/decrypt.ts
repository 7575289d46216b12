import { type CryptoKey, compactDecrypt } from 'jose'
import { decodeToken } from './decode.ts'
import { type DecryptionKey, readDecryptionKeys } from './decryption-keys.ts'

/**
 * The key management algorithms that are allowed. Not PBES2: its `p2c` lets a token demand any amount of work. Not
 * `RSA1_5`: jose does not support it.
 */
const KEY_MANAGEMENT = [
  'RSA-OAEP',
  'RSA-OAEP-256',
  'RSA-OAEP-384',
  'RSA-OAEP-512',
  'ECDH-ES',
  'ECDH-ES+A128KW',
  'ECDH-ES+A192KW',
  'ECDH-ES+A256KW',
  'A128KW',
  'A192KW',
  'A256KW',
  'A128GCMKW',
  'A192GCMKW',
  'A256GCMKW',
  'dir',
]
/** Bytes that a compressed token may have after decompression. */
const MAX_INFLATED = 256 * 1024

/** The decrypted content of a token, or why it could not be decrypted. */
export type Decryption =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly reason: string }

/** At most this many keys of a set are tried. */
const MAX_KEYS_TRIED = 16

/** Like `decryptWith`, with the text of a key file. */
export async function decryptToken(token: string, alg: unknown, keyText: string): Promise<Decryption> {
  const read = await readDecryptionKeys(keyText)
  return decryptWith(token, alg, 'keys' in read ? read.keys : [])
}

/**
 * Decrypts a compact JWE (RFC 7516 section 5.2) with the key it names, otherwise with each matching key. Returns the
 * content, usually a signed token. Never throws. Limits the work and the size that a token can demand.
 */
export async function decryptWith(
  token: string,
  alg: unknown,
  keys: readonly DecryptionKey[],
): Promise<Decryption> {
  if (typeof alg !== 'string' || !KEY_MANAGEMENT.includes(alg)) {
    return {
      ok: false,
      reason: `It is encrypted with ${JSON.stringify(alg)}, which kc-logout does not support.`,
    }
  }
  let isTried = false
  for (const each of inOrder(keys, alg, decodeToken(token).header?.kid)) {
    const key = await each.import(alg).catch(() => undefined)
    if (!key) continue
    isTried = true
    const outcome = await openWith(token, key)
    if (outcome !== 'other-key') return outcome
  }
  const reason = isTried
    ? `${keys.length > 1 ? 'None of these keys decrypts' : 'This key does not decrypt'} it: it was encrypted for another key, or changed afterwards.`
    : `--decrypt-key holds no key for ${alg} (a private JWK, or PKCS #8 as PEM).`
  return { ok: false, reason }
}

/** Matching keys, those with the token's kid first. */
function inOrder(keys: readonly DecryptionKey[], alg: string, kid: unknown): DecryptionKey[] {
  const fitting = keys.filter((key) => key.alg === undefined || key.alg === alg)
  const isNamed = (key: DecryptionKey) => key.kid !== undefined && key.kid === kid
  return [...fitting.filter(isNamed), ...fitting.filter((key) => !isNamed(key))].slice(0, MAX_KEYS_TRIED)
}

async function openWith(token: string, key: CryptoKey | Uint8Array): Promise<Decryption | 'other-key'> {
  try {
    const { plaintext } = await compactDecrypt(token, key, {
      keyManagementAlgorithms: KEY_MANAGEMENT,
      maxDecompressedLength: MAX_INFLATED,
    })
    return { ok: true, text: new TextDecoder('utf-8', { fatal: true }).decode(plaintext) }
  } catch (error) {
    const grew = error instanceof Error && /Decompressed/.test(error.message)
    if (!grew) return 'other-key'
    return {
      ok: false,
      reason: `It was not decompressed: it would be larger than ${MAX_INFLATED} bytes.`,
    }
  }
}
