import { type CryptoKey, compactDecrypt, importJWK, importPKCS8 } from 'jose'
import { isObject, readJson } from './json.ts'

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

/**
 * Decrypts a compact JWE (RFC 7516 section 5.2) with a private key given as JWK, JWK Set or PKCS #8 PEM, and returns
 * what is inside, usually a signed token. Never throws. Work and size that the token may ask for are limited.
 */
export async function decryptToken(token: string, alg: unknown, keyText: string): Promise<Decryption> {
  if (typeof alg !== 'string' || !KEY_MANAGEMENT.includes(alg)) {
    return { ok: false, reason: `Encrypted with ${JSON.stringify(alg)}, which is not decrypted here.` }
  }
  let key: CryptoKey | Uint8Array | undefined
  try {
    key = await readKey(keyText, alg)
  } catch {
    key = undefined
  }
  if (!key)
    return { ok: false, reason: `--decrypt-key holds no key for ${alg} (a private JWK, or PKCS #8 as PEM).` }
  try {
    const { plaintext } = await compactDecrypt(token, key, {
      keyManagementAlgorithms: KEY_MANAGEMENT,
      maxDecompressedLength: MAX_INFLATED,
    })
    return { ok: true, text: new TextDecoder('utf-8', { fatal: true }).decode(plaintext) }
  } catch (error) {
    const grew = error instanceof Error && /Decompressed/.test(error.message)
    const reason = grew
      ? `Decompressed it is larger than ${MAX_INFLATED} bytes, so it was left alone.`
      : 'This key does not decrypt it: it was encrypted for another one, or changed since.'
    return { ok: false, reason }
  }
}

async function readKey(text: string, alg: string): Promise<CryptoKey | Uint8Array | undefined> {
  const trimmed = text.trim()
  if (trimmed.startsWith('-----BEGIN PRIVATE KEY-----')) return importPKCS8(trimmed, alg)
  const reading = readJson(trimmed)
  if (!reading.ok || !isObject(reading.value)) return undefined
  const candidates: unknown[] = Array.isArray(reading.value.keys) ? reading.value.keys : [reading.value]
  const jwk = candidates.filter(isObject).find((each) => each.alg === undefined || each.alg === alg)
  if (!jwk) return undefined
  const { use: _use, key_ops: _ops, ...rest } = jwk
  return importJWK(rest, alg)
}
