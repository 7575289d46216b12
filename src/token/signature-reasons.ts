import type { JsonObject } from './json.ts'
import { maySign } from './key-match.ts'

/** Texts for the result of a signature check. */

export const verified = (kid: string | null, key: JsonObject, source: string) =>
  kid === null
    ? `It names no key (no kid). Signed with ${describeKey(key)} from ${source}`
    : `Signed with the key that it names, from ${source}`

export const mismatch = (kid: string | null, tried: number, source: string) =>
  kid === null
    ? `It names no key (no kid), and none of the ${tried} matching keys from ${source} made this signature.`
    : `${source} has the key that it names, but that key did not make this signature: the token was changed after it was signed, or it comes from another server that uses the same key id.`

/** Explains a signature whose length does not match its key; `undefined` if it matches. */
export function wrongLength(token: string, alg: string, keys: readonly JsonObject[]): string | undefined {
  const length = token.length - token.lastIndexOf('.') - 1
  const right = keys.map((key) => signatureLength(alg, key))
  if (right.some((each) => each === undefined || each === length)) return undefined
  const wanted = right[0] ?? 0
  const what = length < wanted ? 'it was cut off' : 'something was added to it'
  return `Its signature has ${length} characters, and a signature with this key has ${wanted}: ${what}. Copy the whole token.`
}

const BYTES: Readonly<Record<string, number>> = { ES256: 64, ES384: 96, ES512: 132, EdDSA: 64, Ed25519: 64 }

/** The length in base64url characters (RFC 7518 section 3). An RSA signature is as long as the modulus. */
function signatureLength(alg: string, { n }: JsonObject): number | undefined {
  const bytes = BYTES[alg] ?? (isModulus(n) ? Math.floor((n.length * 3) / 4) : undefined)
  return bytes === undefined ? undefined : Math.ceil((bytes * 4) / 3)
}

/** Whether the length of a modulus is meaningful: base64url without leading zeros. */
const isModulus = (n: unknown): n is string => typeof n === 'string' && /^(?!A[A-P])[\w-]+$/.test(n)

/** Explains why no key was tried: which keys there are, and the likely reason. */
export function noKey(
  kid: string | null,
  alg: string,
  named: JsonObject[],
  all: JsonObject[],
  source: string,
): string {
  const there = all.length === 0 ? 'no keys' : listOf(all)
  if (kid === null) return `It names no key (no kid), and no key is for ${alg}. ${source} has ${there}.`
  const key = named[0]
  if (!key) {
    return `No key has its id (${kid}). ${source} has ${there}. It is probably from another realm or server, or its key was removed in a rotation.`
  }
  if (key.use === 'enc')
    return `The key that it names is for encryption (use "enc"), not for signatures: ${describeKey(key)}.`
  if (!maySign(key.key_ops))
    return `The key that it names is not for signatures (key_ops ${JSON.stringify(key.key_ops)}): ${describeKey(key)}.`
  return `The key that it names is for another algorithm than ${alg}: ${describeKey(key)}.`
}

function listOf(keys: JsonObject[]): string {
  const shown = keys.slice(0, 8).map(describeKey).join('; ')
  return keys.length > 8 ? `${shown}; and ${keys.length - 8} more` : shown
}

export const describeKey = ({ kid, alg, kty, use }: JsonObject) =>
  `${kid ?? '(no kid)'} (${alg ?? kty ?? 'no alg'}${use === undefined ? '' : `, ${use}`})`
