import { ownProperty } from '../util/own-property.ts'
import { audiences } from './audience.ts'
import type { Decoded } from './decode.ts'
import { isObject, type JsonObject } from './json.ts'

/** The kinds of token that kc-logout knows; `unknown` for all others. */
export type Kind =
  | 'logout'
  | 'id'
  | 'access'
  | 'refresh'
  | 'offline'
  | 'security-event'
  | 'client-assertion'
  | 'dpop-proof'
  | 'action-token'
  | 'registration'
  | 'admin-action'
  | 'identity-cookie'
  | 'encrypted'
  | 'opaque'
  | 'unknown'

/** The member of `events` that makes a token a logout token (Back-Channel Logout 1.0 section 2.4). */
export const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout'

/** The kind of a token and why. */
export interface Classification {
  readonly kind: Kind
  /** Which members indicate which kind: the header's typ, the payload's typ (Keycloak), the events claim. */
  readonly signals: readonly Signal[]
  /** Whether a signal contradicts the kind: one kind of token may be used as another (RFC 8725 section 2.8). */
  readonly mixed: boolean
}

interface Signal {
  readonly from: string
  readonly value: string
  readonly kind: Kind
}

/** The payload `typ` of Keycloak 26.7.4: `TokenUtil`, `ClientRegistrationTokenUtils` and the action tokens. */
const PAYLOAD_TYPES: Readonly<Record<string, Kind>> = {
  ID: 'id',
  Bearer: 'access',
  DPoP: 'access',
  Refresh: 'refresh',
  Offline: 'offline',
  Logout: 'logout',
  'Serialized-ID': 'identity-cookie',
  InitialAccessToken: 'registration',
  RegistrationAccessToken: 'registration',
  'reset-credentials': 'action-token',
  'verify-email': 'action-token',
  'update-email': 'action-token',
  'execute-actions': 'action-token',
  'idp-verify-account-via-email': 'action-token',
  ORGIVT: 'action-token',
}

/** Explicit types (RFC 8725 section 3.11). */
const HEADER_TYPES: Readonly<Record<string, Kind>> = {
  'logout+jwt': 'logout',
  'at+jwt': 'access',
  'secevent+jwt': 'security-event',
  'client-authentication+jwt': 'client-assertion',
  'dpop+jwt': 'dpop-proof',
}

/** Header types of any JWT or JWS (RFC 7519 section 5.1, RFC 7515 section 4.1.9). */
const UNTYPED: readonly string[] = ['', 'jwt', 'jws', 'jose', 'jose+json']

/** Returns the header's `typ` as RFC 7515 section 4.1.9 compares it: in lower case, without `application/`. */
export function headerType(header: JsonObject | undefined): string | undefined {
  const typ = header?.typ
  return typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : undefined
}

/** Returns whether a payload has the event of a logout token. */
export const hasLogoutEvent = (payload: JsonObject) =>
  isObject(payload.events) && Object.hasOwn(payload.events, LOGOUT_EVENT)

/**
 * Classifies a token by its own members, strongest first. Proves nothing: an attacker chooses them all. The name under
 * which it was found, such as `logout_token`, decides if the token does not say. A token with an explicit type that
 * kc-logout does not know is `unknown`, whatever its claims look like.
 */
export function classify({ form, header, payload }: Decoded, label?: string): Classification {
  if (form === 'jwe' && !payload) return { kind: 'encrypted', signals: [], mixed: false }
  if (form === 'opaque') return { kind: 'opaque', signals: [], mixed: false }
  const signals = payload ? signalsOf(header, payload) : []
  const kind = signals[0]?.kind ?? (payload ? guess(payload, label) : 'unknown')
  return classifiedAs(kind, signals)
}

/** Returns a classification as the given kind; `mixed` says whether the token's own signals contradict it. */
export const classifiedAs = (kind: Kind, signals: Classification['signals']): Classification => ({
  kind,
  signals,
  mixed: signals.some((signal) => signal.kind !== kind),
})

/** A logout token is a security event token (RFC 8417), so its event is stronger than that type. */
function signalsOf(header: JsonObject | undefined, payload: JsonObject): Signal[] {
  const signals: Signal[] = []
  const typ = headerType(header)
  if (typ !== undefined && !UNTYPED.includes(typ))
    signals.push({ from: 'header typ', value: typ, kind: ownProperty(HEADER_TYPES, typ) ?? 'unknown' })
  const byPayload = typeof payload.typ === 'string' ? ownProperty(PAYLOAD_TYPES, payload.typ) : undefined
  if (byPayload) signals.push({ from: 'payload typ', value: String(payload.typ), kind: byPayload })
  const byEvent: Signal = { from: 'events', value: LOGOUT_EVENT, kind: 'logout' }
  if (!hasLogoutEvent(payload)) return signals
  return signals[0]?.kind === 'security-event' ? [byEvent, ...signals] : [...signals, byEvent]
}

const LABELS: readonly (readonly [RegExp, Kind])[] = [
  [/logout_?token/i, 'logout'],
  [/id_?token/i, 'id'],
  [/refresh_?token/i, 'refresh'],
  [/client_?assertion/i, 'client-assertion'],
  [/registration_?access_?token|initial_?access_?token/i, 'registration'],
  [/access_?token|^authorization$|^bearer$/i, 'access'],
  [/^dpop$/i, 'dpop-proof'],
]

function guess(payload: JsonObject, label: string | undefined): Kind {
  const has = (name: string) => Object.hasOwn(payload, name)
  if (has('action') && has('resource') && has('expiration')) return 'admin-action'
  const named = LABELS.find(([pattern]) => label !== undefined && pattern.test(label))
  if (named) return named[1]
  if (has('events')) return isSecurityEvent(payload) ? 'security-event' : 'logout'
  if (typeof payload.iss === 'string' && payload.iss === payload.sub && !has('sid')) return 'client-assertion'
  if (has('htm') && has('htu')) return 'dpop-proof'
  // Keycloak's action tokens name the realm as their audience. Extensions add types of their own.
  if (
    has('asid') ||
    (isOtherType(payload.typ) && has('nonce') && audiences(payload.aud).includes(payload.iss))
  )
    return 'action-token'
  if (isOtherType(payload.typ)) return 'unknown'
  if (['nonce', 'at_hash', 'c_hash', 'auth_time', 's_hash'].some(has)) return 'id'
  if (['scope', 'scp', 'realm_access', 'resource_access', 'client_id', 'cnf'].some(has)) return 'access'
  if (has('azp')) return 'id'
  // A session, but no claims of an ID or access token: a logout token without its event.
  return has('sid') && has('jti') ? 'logout' : has('sub') && has('aud') ? 'id' : 'unknown'
}

/** Whether the payload names a type that is not one of Keycloak's. */
const isOtherType = (typ: unknown) => typeof typ === 'string' && !UNTYPED.includes(typ.toLowerCase())

const isSecurityEvent = ({ events, sub_id: subject, txn, toe }: JsonObject) =>
  subject !== undefined ||
  txn !== undefined ||
  toe !== undefined ||
  (isObject(events) && Object.keys(events).some((name) => name.includes('/secevent/')))
