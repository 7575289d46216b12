import { SignJWT } from 'jose'

/** What a client states about itself in place of a secret. */
export interface Assertion {
  readonly clientId: string
  /** The issuer of the realm that it is for: nobody else takes it. */
  readonly audience: string
  readonly key: Parameters<SignJWT['sign']>[0]
  readonly alg: string
  readonly kid: string | undefined
  /** Seconds since the epoch. */
  readonly now: number
  /** Unique: Keycloak takes each statement once. */
  readonly id: string
}

/** Keycloak takes statements that live up to a minute (26.7.4). */
const LIFE = 50

/** A signed statement of who a client is (private_key_jwt: RFC 7523, section 3; OpenID Connect Core, section 9). */
export function clientAssertion({ clientId, audience, key, alg, kid, now, id }: Assertion): Promise<string> {
  return new SignJWT({ iss: clientId, sub: clientId, aud: audience, jti: id, iat: now, exp: now + LIFE })
    .setProtectedHeader({ alg, typ: 'JWT', ...(kid === undefined ? {} : { kid }) })
    .sign(key)
}
