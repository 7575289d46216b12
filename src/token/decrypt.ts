import { type CryptoKey, compactDecrypt } from 'jose'
import { decodeToken } from './decode.ts'
import { type DecryptionKey, readDecryptionKeys } from './decryption-keys.ts'

/**
 * What a token may ask of the key. Not among them: PBES2, whose `p2c` lets a token order any amount of work, and
 * `RSA1_5`, which jose does not do.
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
/** Bytes that a compressed token may grow to. */
const MAX_INFLATED = 256 * 1024

export type Decryption =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly reason: string }

/** A set of keys is no reason to try for ever. */
const MAX_KEYS_TRIED = 16

/** As `decryptWith`, with the text of a file of keys. */
export async function decryptToken(token: string, alg: unknown, keyText: string): Promise<Decryption> {
  const read = await readDecryptionKeys(keyText)
  return decryptWith(token, alg, 'keys' in read ? read.keys : [])
}

/**
 * Decrypts a compact JWE (RFC 7516 section 5.2) with the key that it names, else with each that fits, and returns
 * what is inside, usually a signed token. Never throws. Work and size that the token may ask for are limited.
 */
export async function decryptWith(
  token: string,
  alg: unknown,
  keys: readonly DecryptionKey[],
): Promise<Decryption> {
  if (typeof alg !== 'string' || !KEY_MANAGEMENT.includes(alg)) {
    return { ok: false, reason: `Encrypted with ${JSON.stringify(alg)}, which is not decrypted here.` }
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
    ? `${keys.length > 1 ? 'None of these keys decrypts' : 'This key does not decrypt'} it: it was encrypted for another one, or changed since.`
    : `--decrypt-key holds no key for ${alg} (a private JWK, or PKCS #8 as PEM).`
  return { ok: false, reason }
}

/** The one that the token names first. */
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
      reason: `Decompressed it is larger than ${MAX_INFLATED} bytes, so it was left alone.`,
    }
  }
}
