import { ownProperty } from '../util/own-property.ts'

/** The possible lengths of a signature in bytes (RFC 7518 sections 3.2 and 3.4, RFC 8037 section 3.1). */
const BYTES: Readonly<Record<string, readonly number[]>> = {
  HS256: [32],
  HS384: [48],
  HS512: [64],
  ES256: [64],
  ES384: [96],
  ES512: [132],
  ES256K: [64],
  // Ed25519 and Ed448.
  EdDSA: [64, 114],
  Ed25519: [64],
  Ed448: [114],
  none: [0],
}

/** Bytes of an RSA signature with the shortest key in use, 1024 bits. RFC 7518 section 3.3 requires 2048. */
const SHORTEST_RSA = 128
const RSA = /^[RP]S(?:256|384|512)$/

/** Returns the number of base64url characters for this many bytes. */
export const encodedLength = (bytes: number): number => Math.ceil((bytes * 4) / 3)

/** Returns the possible signature lengths in characters; `undefined` if the algorithm does not fix them. */
export const signatureLengths = (alg: string): readonly number[] | undefined =>
  ownProperty(BYTES, alg)?.map(encodedLength)

/**
 * Explains a signature of a length that no key makes with this algorithm; `undefined` if the length is possible. For RSA
 * only a minimum is known without the key.
 */
export function impossibleLength(token: string, alg: string): string | undefined {
  const length = token.length - token.lastIndexOf('.') - 1
  const lengths = signatureLengths(alg)
  if (lengths && !lengths.includes(length)) return explain(length, alg, lengths)
  const shortest = encodedLength(SHORTEST_RSA)
  return RSA.test(alg) && length < shortest ? explain(length, alg, [shortest], 'at least ') : undefined
}

function explain(length: number, alg: string, lengths: readonly number[], bound = ''): string {
  const what = length < Math.max(...lengths) ? 'it was cut off' : 'something was added to it'
  const there = length === 0 ? 'It has no signature' : `Its signature has ${length} characters`
  const unit = length === 0 ? ' characters' : ''
  return `${there}, and every ${alg} signature has ${bound}${lengths.join(' or ')}${unit}: ${what}. Copy the whole token.`
}
