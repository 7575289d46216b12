import { ownProperty } from '../util/own-property.ts'
import { formatTime, looksLikeMilliseconds, relativeTime } from '../util/time.ts'
import { audiences } from './audience.ts'
import { keycloakIssuer } from './issuer.ts'
import type { JsonObject } from './json.ts'
import { hasLogoutEvent, headerType, type Kind } from './kind.ts'

/** What a member means, for a reader who meets it for the first time; nothing for members that nobody here knows. */
export function explainHeader(name: string, header: JsonObject): string | undefined {
  const value = header[name]
  switch (name) {
    case 'alg':
      return ownProperty(ALGORITHMS, String(value)) ?? 'how it is signed'
    case 'kid':
      return Object.hasOwn(header, 'enc') ? 'which key it is encrypted for' : 'which key signed it'
    case 'typ':
      return headerType(header) === 'jwt' ? 'any kind of token' : 'which kind of token it is'
    case 'enc':
      return 'how the content is encrypted'
    case 'cty':
      return 'what is inside'
    case 'crit':
      return 'extensions that must be understood'
    case 'jku':
    case 'jwk':
    case 'x5u':
    case 'x5c':
      return 'a key that it brings along; ignored'
    default:
      return undefined
  }
}

export function explainClaim(name: string, payload: JsonObject, kind: Kind, now: number): string | undefined {
  const value = payload[name]
  if (name === 'exp' && value === 0 && (kind === 'refresh' || kind === 'offline')) return 'never ends'
  if (TIMES.has(name)) return explainTime(name, value, now)
  switch (name) {
    case 'iss': {
      const issuer = keycloakIssuer(value)
      return issuer ? `issued by realm ${issuer.realm}` : 'who issued it'
    }
    case 'aud':
      return audiences(value).length > 1
        ? 'for these clients'
        : kind === 'refresh' || kind === 'offline'
          ? 'for Keycloak itself'
          : 'for this client'
    case 'events':
      return hasLogoutEvent(payload) ? 'makes it a logout token' : 'what happened'
    case 'typ':
      return kind === 'logout'
        ? "Keycloak's own mark of its kind; receivers ignore it"
        : "Keycloak's own mark of its kind"
    case 'sid':
    case 'session_state':
      return 'the session'
    case 'adapterSessionIds':
      if (value !== null) return "the application's session ids"
      return payload.notBefore === undefined || payload.notBefore === 0
        ? 'all sessions'
        : 'all sessions before notBefore'
    case 'realm_access':
      return 'roles in the realm'
    case 'resource_access':
      return 'roles at clients'
    default:
      return ownProperty(CLAIMS, name)
  }
}

const TIMES = new Set(['exp', 'iat', 'nbf', 'auth_time', 'expiration', 'notBefore', 'updated_at'])

function explainTime(name: string, value: unknown, now: number): string {
  if (typeof value !== 'number') return 'not a time'
  if (value === 0 && name !== 'exp') return 'none'
  const seconds = looksLikeMilliseconds(value) ? value / 1000 : value
  const past = seconds <= now
  const verb: Record<string, string> = {
    exp: past ? 'expired' : 'expires',
    expiration: past ? 'expired' : 'expires',
    iat: 'issued',
    nbf: 'valid from',
    auth_time: 'signed in',
    notBefore: 'ends all from before',
    updated_at: 'profile changed',
  }
  const unit = looksLikeMilliseconds(value) ? ' (taken for milliseconds)' : ''
  return `${ownProperty(verb, name) ?? ''} ${relativeTime(seconds, now)}, ${formatTime(seconds)}${unit}`
}

const ALGORITHMS: Readonly<Record<string, string>> = {
  RS256: 'signed with RSA and SHA-256',
  RS384: 'signed with RSA and SHA-384',
  RS512: 'signed with RSA and SHA-512',
  PS256: 'signed with RSA-PSS and SHA-256',
  PS384: 'signed with RSA-PSS and SHA-384',
  PS512: 'signed with RSA-PSS and SHA-512',
  ES256: 'signed with ECDSA on P-256',
  ES384: 'signed with ECDSA on P-384',
  ES512: 'signed with ECDSA on P-521',
  EdDSA: 'signed with Ed25519 or Ed448',
  Ed25519: 'signed with Ed25519',
  HS256: 'signed with a shared secret',
  HS384: 'signed with a shared secret',
  HS512: 'signed with a shared secret',
  none: 'not signed',
  'RSA-OAEP': 'encrypted for an RSA key',
  'RSA-OAEP-256': 'encrypted for an RSA key',
  'ECDH-ES': 'encrypted for an elliptic curve key',
}

const CLAIMS: Readonly<Record<string, string>> = {
  sub: 'the person (user id)',
  azp: 'issued to this client',
  client_id: 'issued to this client',
  jti: 'its own id, never used twice',
  nonce: 'ties it to its sign-in request',
  acr: 'level of the sign-in',
  amr: 'ways of the sign-in',
  at_hash: 'ties it to its access token',
  c_hash: 'ties it to its code',
  s_hash: 'ties it to its state',
  scope: 'what it may be used for',
  cnf: 'the key that it is bound to',
  'allowed-origins': 'web origins of the client',
  preferred_username: 'username',
  email: 'e-mail address',
  email_verified: 'was the address verified?',
  name: 'full name',
  given_name: 'first name',
  family_name: 'last name',
  groups: 'groups',
  act: 'who acts for the person',
  id: 'its own id, never used twice',
  resource: 'for this client',
  action: 'what the application is to do',
  keycloakSessionIds: "Keycloak's session ids",
  reuse_id: 'counts how often it was used',
  prov: 'which provider made it',
}

/** A claim's value on one line: strings as they are, the rest as JSON. */
export const showValue = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value)
