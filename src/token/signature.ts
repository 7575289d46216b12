import { firstForeignCharacter } from './base64url.ts'
import type { Decoded } from './decode.ts'
import { classify, type Kind } from './kind.ts'
import { impossibleLength } from './signature-length.ts'

/** The result of a signature check. */
export interface Signature {
  /**
   * `valid`: one of the given keys made it. `invalid`: none of them did, or no key can. `not-checked`: there were no
   * keys, or too many. `not-checkable`: no public key can verify it, or kc-logout does not support it.
   */
  readonly status: 'valid' | 'invalid' | 'not-checked' | 'not-checkable'
  readonly kid: string | null
  readonly alg: string | null
  /** Explains the status in one or two sentences. */
  readonly reason: string
}

/** A result without the names of key and algorithm. */
export type Outcome = Pick<Signature, 'status' | 'reason'>

/** Returns the result without keys; `why` says why there are none. */
export function withoutKeys(token: Decoded, why: string): Signature {
  return { ...identityOf(token), ...(unverifiable(token) ?? { status: 'not-checked', reason: why }) }
}

/** Returns the key and the algorithm that a token names. */
export function identityOf({ header }: Decoded): Pick<Signature, 'kid' | 'alg'> {
  const { kid, alg } = header ?? {}
  return { kid: typeof kid === 'string' ? kid : null, alg: typeof alg === 'string' ? alg : null }
}

/** Returns the result for a token that no key can verify; `undefined` for others. */
export function unverifiable(token: Decoded): Outcome | undefined {
  const { form, header, problems } = token
  if (form === 'claims') {
    return {
      status: 'not-checkable',
      reason: 'These are claims without their token: there is no signature to check.',
    }
  }
  if (form === 'opaque')
    return { status: 'not-checkable', reason: 'An opaque token has no signature that can be checked.' }
  if (form === 'jwe') {
    return {
      status: 'not-checked',
      reason: 'It is encrypted; the signed token is inside. Give --decrypt-key.',
    }
  }
  const alg = header?.alg
  if (form === 'broken' || typeof alg !== 'string')
    return { status: 'invalid', reason: 'It is not a complete signed token.' }
  const misencoded = problems.find(({ code }) => code === 'base64')
  // A signature that was cut off often ends in the middle of a byte, too.
  const impossible =
    misencoded && misencoded.part !== 'signature' ? undefined : impossibleLength(token.text, alg)
  if (misencoded && (impossible === undefined || firstForeignCharacter(signatureOf(token.text))))
    return { status: 'invalid', reason: `Its ${misencoded.part} is not base64url: ${misencoded.detail}.` }
  if (alg.toLowerCase() === 'none')
    return { status: 'invalid', reason: 'It is not signed at all (alg "none").' }
  if (impossible !== undefined) return { status: 'invalid', reason: impossible }
  return /^HS\d{3}$/.test(alg) ? symmetric(alg, token) : undefined
}

const signatureOf = (token: string) => token.slice(token.lastIndexOf('.') + 1)

/** The kinds that Keycloak signs with its own secret. */
const FOR_KEYCLOAK: readonly Kind[] = [
  'refresh',
  'offline',
  'identity-cookie',
  'action-token',
  'registration',
]

function symmetric(alg: string, token: Decoded): Outcome {
  const { kind } = classify(token)
  const introspection = kind === 'refresh' || kind === 'offline' ? ' Its introspection endpoint does.' : ''
  const reason = FOR_KEYCLOAK.includes(kind)
    ? `Signed with ${alg}: only Keycloak has the secret, and its key id is deliberately not among the public keys. Only Keycloak can verify it; this is not an error.${introspection}`
    : `Signed with ${alg}, a secret shared by signer and receiver. Public keys cannot verify it and are never used as that secret.`
  return { status: 'not-checkable', reason }
}
