import { decodeBase64url } from './base64url.ts'
import type { JsonObject } from './json.ts'

/** Bits of the shortest RSA key that may be used (RFC 7518 section 3.3). */
export const FEWEST_RSA_BITS = 2048

/** Bits by key: a list of tokens asks for those of the same keys again and again. */
const known = new WeakMap<JsonObject, number | undefined>()

/** Returns the bits of an RSA key's modulus; `undefined` if it has none that can be read. */
export function modulusBits(key: JsonObject): number | undefined {
  if (!known.has(key)) known.set(key, bitsOf(key))
  return known.get(key)
}

function bitsOf({ n }: JsonObject): number | undefined {
  const bytes = typeof n === 'string' ? decodeBase64url(n) : undefined
  const start = bytes?.findIndex((byte) => byte !== 0) ?? -1
  if (!bytes || start < 0) return undefined
  return (bytes.length - start) * 8 - (Math.clz32(bytes[start] ?? 0) - 24)
}

/**
 * Returns the exponent of an RSA key if it cannot be one: RFC 8017 section 3.1 requires an odd number of at least 3.
 * With 1, a signature is the padded hash itself, which anybody can compute.
 */
export function invalidExponent({ e }: JsonObject): bigint | undefined {
  const bytes = typeof e === 'string' ? decodeBase64url(e) : undefined
  if (!bytes || bytes.length === 0) return undefined
  const exponent = bytes.reduce((value, byte) => value * 256n + BigInt(byte), 0n)
  return exponent < 3n || exponent % 2n === 0n ? exponent : undefined
}
