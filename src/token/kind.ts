import { ownProperty } from '../util/own-property.ts'
import type { Decoded } from './decode.ts'
import { isObject, type JsonObject } from './json.ts'

export type Kind =
  | 'logout'
  | 'id'
  | 'access'
  | 'refresh'
  | 'offline'
  | 'admin-action'
  | 'identity-cookie'
  | 'encrypted'
  | 'unknown'

/** The member of `events` that makes a token a logout token (Back-Channel Logout 1.0 section 2.4). */
export const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout'

/** The kind of a token and why. */
export interface Classification {
  readonly kind: Kind
  /** Which members indicate which kind: the header's typ, the payload's typ (Keycloak), the events claim. */
  readonly signals: readonly { readonly from: string; readonly value: string; readonly kind: Kind }[]
  /** Whether a signal contradicts the kind: one kind of token may be used as another (RFC 8725 section 2.8). */
  readonly mixed: boolean
}

/** Keycloak's own `typ` claims (`TokenUtil`). */
const PAYLOAD_TYPES: Readonly<Record<string, Kind>> = {
  ID: 'id',
  Bearer: 'access',
  DPoP: 'access',
  Refresh: 'refresh',
  Offline: 'offline',
  Logout: 'logout',
  'Serialized-ID': 'identity-cookie',
}
const HEADER_TYPES: Readonly<Record<string, Kind>> = { 'logout+jwt': 'logout', 'at+jwt': 'access' }

/** Returns the header's `typ` as RFC 7515 section 4.1.9 compares it: in lower case, without `application/`. */
export function headerType(header: JsonObject | undefined): string | undefined {
  const typ = header?.typ
  return typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : undefined
}

export const hasLogoutEvent = (payload: JsonObject) =>
  isObject(payload.events) && Object.hasOwn(payload.events, LOGOUT_EVENT)

/**
 * Classifies a token by its own members, strongest first. Proves nothing: an attacker chooses them all. The name under
 * which it was found, such as `logout_token`, decides if the token does not say.
 */
export function classify({ form, header, payload }: Decoded, label?: string): Classification {
  if (form === 'jwe' && !payload) return { kind: 'encrypted', signals: [], mixed: false }
  const signals = payload ? signalsOf(header, payload) : []
  const kind = signals[0]?.kind ?? (payload ? guess(payload, label) : 'unknown')
  return heldToBe(kind, signals)
}

/** Returns a classification as the given kind; `mixed` says whether the token's own signals contradict it. */
export const heldToBe = (kind: Kind, signals: Classification['signals']): Classification => ({
  kind,
  signals,
  mixed: signals.some((signal) => signal.kind !== kind),
})

function signalsOf(header: JsonObject | undefined, payload: JsonObject) {
  const signals: { from: string; value: string; kind: Kind }[] = []
  const typ = headerType(header)
  const byHeader = typ === undefined ? undefined : ownProperty(HEADER_TYPES, typ)
  if (typ !== undefined && byHeader) signals.push({ from: 'header typ', value: typ, kind: byHeader })
  const byPayload = typeof payload.typ === 'string' ? ownProperty(PAYLOAD_TYPES, payload.typ) : undefined
  if (byPayload) signals.push({ from: 'payload typ', value: String(payload.typ), kind: byPayload })
  if (hasLogoutEvent(payload)) signals.push({ from: 'events', value: LOGOUT_EVENT, kind: 'logout' })
  return signals
}

const LABELS: readonly (readonly [RegExp, Kind])[] = [
  [/logout_?token/i, 'logout'],
  [/id_?token/i, 'id'],
  [/refresh_?token/i, 'refresh'],
  [/access_?token|^authorization$|^bearer$/i, 'access'],
]

function guess(payload: JsonObject, label: string | undefined): Kind {
  const has = (name: string) => Object.hasOwn(payload, name)
  if (has('action') && has('resource') && has('expiration')) return 'admin-action'
  const named = LABELS.find(([pattern]) => label !== undefined && pattern.test(label))
  if (named) return named[1]
  if (has('events')) return 'logout'
  if (['nonce', 'at_hash', 'c_hash', 'auth_time', 's_hash'].some(has)) return 'id'
  if (['scope', 'scp', 'realm_access', 'resource_access', 'client_id', 'cnf'].some(has)) return 'access'
  if (has('typ') || has('azp')) return has('azp') && !has('typ') ? 'id' : 'unknown'
  // A session, but no claims of an ID or access token: a logout token without its event.
  return has('sid') && has('jti') ? 'logout' : has('sub') && has('aud') ? 'id' : 'unknown'
}
