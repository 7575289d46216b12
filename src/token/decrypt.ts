import { type CryptoKey, compactDecrypt } from 'jose'
import { ownProperty } from '../util/own-property.ts'
import { decodeToken } from './decode.ts'
import { type DecryptionKey, readDecryptionKeys } from './decryption-keys.ts'
import type { JsonObject } from './json.ts'

/**
 * The key management algorithms that are allowed, and the bits of their key where it is a shared one. Not PBES2: its
 * `p2c` lets a token demand any amount of work. Not `RSA1_5`: jose does not support it.
 */
const KEY_MANAGEMENT: Readonly<Record<string, number | undefined>> = {
  'RSA-OAEP': undefined,
  'RSA-OAEP-256': undefined,
  'RSA-OAEP-384': undefined,
  'RSA-OAEP-512': undefined,
  'ECDH-ES': undefined,
  'ECDH-ES+A128KW': undefined,
  'ECDH-ES+A192KW': undefined,
  'ECDH-ES+A256KW': undefined,
  A128KW: 128,
  A192KW: 192,
  A256KW: 256,
  A128GCMKW: 128,
  A192GCMKW: 192,
  A256GCMKW: 256,
  dir: undefined,
}

/** The content encryption algorithms and the bits of their key (RFC 7518 section 5.1). */
const CONTENT: Readonly<Record<string, number>> = {
  A128GCM: 128,
  A192GCM: 192,
  A256GCM: 256,
  'A128CBC-HS256': 256,
  'A192CBC-HS384': 384,
  'A256CBC-HS512': 512,
}

/** Bytes that a compressed token may have after decompression. */
const MAX_INFLATED = 256 * 1024

/** The decrypted content of a token, or why it could not be decrypted. */
export type Decryption =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly reason: string }

/** At most this many keys of a set are tried. */
const MAX_KEYS_TRIED = 256

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
  const header = decodeToken(token).header ?? {}
  const unsupported = unsupportedBy(alg, header)
  if (unsupported !== undefined) return { ok: false, reason: unsupported }
  const matching = inOrder(keys, String(alg), header)
  let isTried = false
  let problem: string | undefined
  for (const each of matching.slice(0, MAX_KEYS_TRIED)) {
    const key = await each.import(String(alg)).catch(() => undefined)
    if (!key) continue
    const wrongLength = key instanceof Uint8Array ? lengthProblem(key, String(alg), header) : undefined
    if (wrongLength !== undefined) {
      problem ??= wrongLength
      continue
    }
    isTried = true
    const outcome = await openWith(token, key)
    if (outcome !== 'other-key') return outcome
  }
  return { ok: false, reason: problem ?? whyNot(isTried, matching.length, String(alg)) }
}

function whyNot(isTried: boolean, count: number, alg: string): string {
  if (!isTried) return `--decrypt-key holds no key for ${alg} (a private JWK, or PKCS #8 as PEM).`
  if (count > MAX_KEYS_TRIED)
    return `None of the first ${MAX_KEYS_TRIED} of ${count} matching keys decrypts it.`
  return `${count > 1 ? 'None of these keys decrypts' : 'This key does not decrypt'} it: it was encrypted for another key, or changed afterwards.`
}

/** Says why no key can decrypt a token; `undefined` if one can. */
function unsupportedBy(alg: unknown, { enc, zip, crit }: JsonObject): string | undefined {
  if (typeof alg !== 'string') return 'Its header names no algorithm (alg).'
  if (alg === 'RSA1_5')
    return 'It is encrypted with RSA1_5, which kc-logout does not support: its padding can be attacked. Set the key management algorithm of the client to RSA-OAEP.'
  if (alg.startsWith('PBES2-'))
    return `It is encrypted with a password (${alg}), which kc-logout does not support: the token could demand any amount of work.`
  if (!Object.hasOwn(KEY_MANAGEMENT, alg))
    return `It is encrypted with ${JSON.stringify(alg)}, which kc-logout does not support.`
  if (ownProperty(CONTENT, String(enc)) === undefined)
    return `Its content is encrypted with ${JSON.stringify(enc)}, which kc-logout does not support.`
  if (zip !== undefined && zip !== 'DEF')
    return `Its content is compressed with ${JSON.stringify(zip)}, which kc-logout does not support.`
  return crit === undefined
    ? undefined
    : 'Its header names critical extensions (crit) that kc-logout does not support.'
}

function lengthProblem(key: Uint8Array, alg: string, { enc }: JsonObject): string | undefined {
  const bits = alg === 'dir' ? ownProperty(CONTENT, String(enc)) : ownProperty(KEY_MANAGEMENT, alg)
  if (bits === undefined || bits === key.length * 8) return undefined
  return `The key has ${key.length * 8} bits; ${alg === 'dir' ? `dir with ${enc}` : alg} needs ${bits}.`
}

/** Matching keys, those with the token's kid first. With `dir` a key may name the content encryption (RFC 7518 4.5). */
function inOrder(keys: readonly DecryptionKey[], alg: string, { kid, enc }: JsonObject): DecryptionKey[] {
  const isMatching = (key: DecryptionKey) =>
    key.alg === undefined || key.alg === alg || (alg === 'dir' && key.alg === enc)
  const isNamed = (key: DecryptionKey) => key.kid !== undefined && key.kid === kid
  const matching = keys.filter(isMatching)
  return [...matching.filter(isNamed), ...matching.filter((key) => !isNamed(key))]
}

async function openWith(token: string, key: CryptoKey | Uint8Array): Promise<Decryption | 'other-key'> {
  try {
    const { plaintext } = await compactDecrypt(token, key, {
      keyManagementAlgorithms: Object.keys(KEY_MANAGEMENT),
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
