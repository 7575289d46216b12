import { SignJWT } from 'jose'

/** What a client signs instead of sending a secret. */
export interface Assertion {
  readonly clientId: string
  /** The issuer of the realm that accepts it; no other does. */
  readonly audience: string
  readonly key: Parameters<SignJWT['sign']>[0]
  readonly alg: string
  readonly kid: string | undefined
  /** Seconds since the epoch. */
  readonly now: number
  /** Unique: Keycloak accepts each assertion once. */
  readonly id: string
}

/** Seconds; Keycloak accepts assertions valid for up to a minute (26.7.4). */
const LIFETIME = 50

/** A signed client assertion (private_key_jwt: RFC 7523, section 3; OpenID Connect Core, section 9). */
export function clientAssertion({ clientId, audience, key, alg, kid, now, id }: Assertion): Promise<string> {
  return new SignJWT({ iss: clientId, sub: clientId, aud: audience, jti: id, iat: now, exp: now + LIFETIME })
    .setProtectedHeader({ alg, typ: 'JWT', ...(kid === undefined ? {} : { kid }) })
    .sign(key)
}
