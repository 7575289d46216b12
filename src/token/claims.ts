import { ownProperty } from '../util/own-property.ts'
import { formatTime, looksLikeMilliseconds, relativeTime } from '../util/time.ts'
import { audiences } from './audience.ts'
import { keycloakIssuer } from './issuer.ts'
import type { JsonObject } from './json.ts'
import { hasLogoutEvent, headerType, type Kind } from './kind.ts'

/** Returns what a header member means, in a few words; `undefined` for unknown members. */
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
      return 'extensions that a receiver must understand'
    case 'jku':
    case 'jwk':
    case 'x5u':
    case 'x5c':
      return headerType(header) === 'dpop+jwt' ? 'the key that it proves' : 'a key inside the token; ignored'
    default:
      return undefined
  }
}

/** Returns what a claim means, in a few words; `undefined` for unknown claims. Times are relative to `now`. */
export function explainClaim(name: string, payload: JsonObject, kind: Kind, now: number): string | undefined {
  const value = payload[name]
  if (name === 'exp' && value === 0 && ['refresh', 'offline', 'registration'].includes(kind))
    return 'never expires'
  if (TIMES.has(name)) return explainTime(name, value, now)
  switch (name) {
    case 'iss': {
      const issuer = keycloakIssuer(value)
      return issuer ? `issued by realm ${issuer.realm}` : 'who issued it'
    }
    case 'aud':
      return audiences(value).length > 1
        ? 'for these clients'
        : FOR_KEYCLOAK.includes(kind)
          ? 'for Keycloak itself'
          : 'for this client'
    case 'events':
      return hasLogoutEvent(payload) ? 'makes it a logout token' : 'what happened'
    case 'typ':
      return kind === 'logout' ? "Keycloak's token type; receivers ignore it" : "Keycloak's token type"
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

/** The kinds whose audience is Keycloak. */
const FOR_KEYCLOAK: readonly Kind[] = [
  'refresh',
  'offline',
  'client-assertion',
  'action-token',
  'registration',
]

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
    notBefore: 'invalidates everything issued before',
    updated_at: 'profile changed',
  }
  const unit = looksLikeMilliseconds(value) ? ' (read as milliseconds)' : ''
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
  sub: 'the user (user id)',
  azp: 'issued to this client',
  client_id: 'issued to this client',
  jti: 'unique id of this token',
  nonce: 'links it to its sign-in request',
  acr: 'authentication level',
  amr: 'authentication methods',
  at_hash: 'links it to its access token',
  c_hash: 'links it to its code',
  s_hash: 'links it to its state',
  scope: 'what it may be used for',
  cnf: 'the key that it is bound to',
  htm: 'HTTP method of the request',
  htu: 'URL of the request',
  ath: 'links it to its access token',
  txn: 'groups events of one cause',
  sub_id: 'the subject of the event',
  asid: 'the sign-in that it continues',
  rqac: 'the actions that the user must carry out',
  reduri: 'where the user goes afterwards',
  eml: 'email address',
  registration_auth: 'how the client was registered',
  'allowed-origins': 'web origins of the client',
  preferred_username: 'username',
  email: 'e-mail address',
  email_verified: 'whether the address is verified',
  name: 'full name',
  given_name: 'first name',
  family_name: 'last name',
  groups: 'groups',
  act: 'who acts on behalf of the user',
  id: 'unique id of this token',
  resource: 'for this client',
  action: 'what the application must do',
  keycloakSessionIds: "Keycloak's session ids",
  reuse_id: 'number of uses',
  prov: 'the identity provider',
}
