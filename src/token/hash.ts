import { encodeBase64url } from './base64url.ts'

/**
 * Returns the `at_hash` of an access token (OpenID Connect Core 1.0 section 3.1.3.6): the left half of its hash, with
 * the hash function of the *ID token's* algorithm. `undefined` for algorithms for which no specification settles it.
 */
export async function accessTokenHash(accessToken: string, alg: unknown): Promise<string | undefined> {
  const name = hashOf(alg)
  if (!name) return undefined
  const digest = new Uint8Array(await crypto.subtle.digest(name, new TextEncoder().encode(accessToken)))
  return encodeBase64url(digest.subarray(0, digest.length / 2))
}

function hashOf(alg: unknown): string | undefined {
  if (alg === 'EdDSA' || alg === 'Ed25519') return 'SHA-512'
  const bits = typeof alg === 'string' ? /^(?:RS|PS|ES|HS)(256|384|512)$/.exec(alg)?.[1] : undefined
  return bits && `SHA-${bits}`
}
