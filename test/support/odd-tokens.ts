import { randomUUID } from 'node:crypto'
import { LOGOUT_EVENT } from '../../src/token/kind.ts'
import type { Trait } from '../../src/token/receivers-table.ts'
import { type Receiver, startReceiver } from './receiver.ts'
import { logoutClaims, signedToken, testKeys, unsignedToken } from './tokens.ts'

/** Each trait that a single token can have; `other-alg` is `not-rs256` if no algorithm is expected. */
type OddTrait = Exclude<Trait, 'replayed' | 'not-rs256'>

/** Starts an issuer with metadata and the test keys, for tokens that Keycloak never sends. */
export async function startTestIssuer(): Promise<Receiver> {
  const issuer = await startReceiver()
  const { jwks } = await testKeys()
  const endpoint = (name: string) => `${issuer.url}/${name}`
  const metadata = {
    issuer: issuer.url,
    jwks_uri: endpoint('jwks'),
    authorization_endpoint: endpoint('auth'),
    token_endpoint: endpoint('token'),
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
  }
  const headers = { 'content-type': 'application/json' }
  issuer.behave({ body: JSON.stringify(metadata), headers }, '/.well-known/')
  issuer.behave({ body: JSON.stringify(jwks), headers }, '/jwks')
  return issuer
}

/** A logout token for the client `shop` with changed claims and header members; `undefined` removes one. */
export function logoutToken(
  issuer: Pick<Receiver, 'url'>,
  changes: Record<string, unknown> = {},
  header: Record<string, unknown> = {},
): Promise<string> {
  return signedToken({ header: { typ: 'logout+jwt', ...header }, payload: claims(issuer, changes) })
}

const seconds = () => Math.floor(Date.now() / 1000)

const claims = ({ url }: Pick<Receiver, 'url'>, changes: Record<string, unknown> = {}) =>
  logoutClaims({ iss: url, iat: seconds(), exp: seconds() + 110, jti: randomUUID(), ...changes })

type Maker = (issuer: Receiver) => string | Promise<string>

const token =
  (changes?: Record<string, unknown>, header?: Record<string, unknown>): Maker =>
  (issuer) =>
    logoutToken(issuer, changes, header)
const event = (value: unknown, more: Record<string, unknown> = {}) =>
  token({ events: { [LOGOUT_EVENT]: value, ...more } })

/** For each trait a token with only that trait. */
export const ODD_TOKENS: Readonly<Record<OddTrait, Maker>> = {
  'bad-signature': async (issuer) => `${await logoutToken(issuer)}`.replace(/[^.]+$/, 'AAAA'),
  'alg-none': (issuer) => unsignedToken(claims(issuer)),
  'other-alg': (issuer) =>
    signedToken({ alg: 'ES256', header: { typ: 'logout+jwt' }, payload: claims(issuer) }),
  'typ-jwt': token({}, { typ: 'JWT' }),
  'typ-logout': token(),
  'wrong-iss': token({ iss: 'https://kc.example.com/realms/other' }),
  'wrong-aud': token({ aud: 'other' }),
  'no-iat': token({ iat: undefined }),
  'no-exp': token({ exp: undefined }),
  expired: (issuer) => logoutToken(issuer, { iat: seconds() - 200, exp: seconds() - 100 }),
  'no-jti': token({ jti: undefined }),
  'no-event': token({ events: { 'http://schemas.openid.net/event/other': {} } }),
  'event-null': event(null),
  'event-falsy': event(false),
  'event-no-object': event('yes'),
  'event-not-empty': event({ a: 1 }),
  'more-events': event({}, { revoke_offline_access: true }),
  'no-sub-no-sid': token({ sub: undefined, sid: undefined }),
  'no-sid': token({ sid: undefined }),
  nonce: token({ nonce: 'n' }),
  'nonce-null': token({ nonce: null }),
}
