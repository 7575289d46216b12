import type { JsonObject } from './json.ts'
import { maySign } from './key-match.ts'
import { FEWEST_RSA_BITS, modulusBits } from './rsa-key.ts'
import { encodedLength, signatureLengths } from './signature-length.ts'

/** Texts for the result of a signature check. */

export const verified = (kid: string | null, key: JsonObject, source: string) =>
  kid === null
    ? `Signed with ${describeKey(key)} from ${source}; the token does not name it`
    : `Signed with the key that it names, from ${source}`

export const mismatch = (kid: string | null, tried: number, source: string) =>
  kid === null
    ? `It names no key (no kid), and none of the ${tried} matching keys from ${source} made this signature.`
    : `${source} has the key that it names, but that key did not make this signature: the token was changed after it was signed, or it comes from another server that uses the same key id.`

export const tooMany = (count: number, tried: number, source: string) =>
  `It names no key (no kid), and ${count} keys from ${source} match. None of the first ${tried} made this signature.`

export const tooShort = (key: JsonObject, bits: number) =>
  `Its key ${describeKey(key)} has ${bits} bits. RFC 7518 section 3.3 requires at least ${FEWEST_RSA_BITS}, so kc-logout does not use it.`

export const unreadable = (key: JsonObject) => `Its key ${describeKey(key)} cannot be read as a public key.`

export const badExponent = (kid: string | null, exponent: bigint) =>
  `${kid === null ? 'The only matching key' : 'The key that it names'} is not a valid RSA key (exponent ${exponent}): ${
    exponent === 1n ? 'anyone can make such a signature' : 'it cannot have made this signature'
  }.`

/** Explains a signature whose length does not match its keys; `undefined` if it matches one of them. */
export function wrongLength(token: string, alg: string, keys: readonly JsonObject[]): string | undefined {
  const length = lengthOf(token)
  const [right] = keys.map((key) => signatureLength(alg, key))
  if (right === undefined || keys.some((key) => mayHaveLength(token, alg, key))) return undefined
  const what = length < right ? 'it was cut off' : 'something was added to it'
  return `Its signature has ${length} characters, and a signature with this key has ${right}: ${what}. Copy the whole token.`
}

/** Returns whether a key makes signatures of this length; also if the length is not known. */
export function mayHaveLength(token: string, alg: string, key: JsonObject): boolean {
  const length = signatureLength(alg, key)
  return length === undefined || length === lengthOf(token)
}

const lengthOf = (token: string) => token.length - token.lastIndexOf('.') - 1

/** The length in base64url characters. An RSA signature is as long as the modulus (RFC 8017 section 8.2.1). */
function signatureLength(alg: string, key: JsonObject): number | undefined {
  const lengths = signatureLengths(alg)
  // All curves but Ed25519 are excluded before.
  if (lengths) return lengths[0]
  const bits = modulusBits(key)
  return bits === undefined ? undefined : encodedLength(Math.ceil(bits / 8))
}

/** The token names a key that is not there, and the keys without an id did not make the signature. */
export const notNamed = (kid: string, all: readonly JsonObject[], source: string) =>
  `No key has its id (${kid}). ${source} has ${listOf(all)}, which did not make this signature. ${OTHER_REALM}`

const OTHER_REALM = 'It is probably from another realm or server, or its key was removed in a rotation.'

/** Explains why no key was tried: which keys there are, and the likely reason. */
export function noKey(
  kid: string | null,
  alg: string,
  named: readonly JsonObject[],
  all: readonly JsonObject[],
  source: string,
): string {
  const there = all.length === 0 ? 'no keys' : listOf(all)
  if (kid === null) return `It names no key (no kid), and no key is for ${alg}. ${source} has ${there}.`
  const key = named[0]
  if (!key) {
    return `No key has its id (${kid}). ${source} has ${there}. ${OTHER_REALM}`
  }
  if (key.use === 'enc')
    return `The key that it names is for encryption (use "enc"), not for signatures: ${describeKey(key)}.`
  if (!maySign(key.key_ops))
    return `The key that it names is not for signatures (key_ops ${JSON.stringify(key.key_ops)}): ${describeKey(key)}.`
  return `The key that it names is for another algorithm than ${alg}: ${describeKey(key)}.`
}

function listOf(keys: readonly JsonObject[]): string {
  const shown = keys.slice(0, 8).map(describeKey).join('; ')
  return keys.length > 8 ? `${shown}; and ${keys.length - 8} more` : shown
}

export const describeKey = ({ kid, alg, kty, use }: JsonObject) =>
  `${kid ?? '(no kid)'} (${alg ?? kty ?? 'no alg'}${use === undefined ? '' : `, ${use}`})`
