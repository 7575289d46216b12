import { calculateJwkThumbprint } from 'jose'
import { encodeBase64url } from './base64url.ts'
import { type Decoded, decodeToken } from './decode.ts'
import { isObject } from './json.ts'
import { openKeyring } from './keyring.ts'
import { headerType } from './kind.ts'
import { type Signature, withoutKeys } from './signature.ts'

/** Returns whether a compact token is a DPoP proof (RFC 9449 section 4.2). */
export const isDpopProof = (token: string): boolean => headerType(decodeToken(token).header) === 'dpop+jwt'

/** Returns the thumbprint (RFC 7638) of the key in a proof's header; `undefined` if there is no usable key. */
export async function proofThumbprint({ header }: Decoded): Promise<string | undefined> {
  return isObject(header?.jwk) ? calculateJwkThumbprint({ ...header.jwk }).catch(() => undefined) : undefined
}

/** Verifies a DPoP proof with the key in its own header (RFC 9449 section 4.3). It proves only that its sender has the key. */
export async function verifyProof(proof: Decoded): Promise<Signature> {
  const jwk = proof.header?.jwk
  const kid = proof.header?.kid
  if (!isObject(jwk)) return withoutKeys(proof, 'Its header has no key (jwk).')
  const { use: _use, key_ops: _ops, alg: _alg, ...key } = jwk
  const keyring = openKeyring({ keys: [typeof kid === 'string' ? { ...key, kid } : key] }, 'its header')
  if (!keyring) return withoutKeys(proof, 'Its header has no key (jwk).')
  const signature = await keyring.verify(proof)
  if (signature.status !== 'valid') return signature
  const thumbprint = await proofThumbprint(proof)
  return { ...signature, reason: `Signed with the key in its header (thumbprint ${thumbprint}).` }
}

/** Returns the `ath` of an access token: its SHA-256 hash (RFC 9449 section 4.2). */
export async function dpopHash(accessToken: string): Promise<string> {
  return encodeBase64url(
    new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(accessToken))),
  )
}
