import { ownProperty } from '../util/own-property.ts'
import { isObject, type JsonObject } from './json.ts'

/** The CAEP event that ends sessions (CAEP 1.0 section 3.1). Keycloak 26.7 sends it (feature `ssf`). */
export const SESSION_REVOKED = 'https://schemas.openid.net/secevent/caep/event-type/session-revoked'

const CAEP = 'https://schemas.openid.net/secevent/caep/event-type/'
const RISC = 'https://schemas.openid.net/secevent/risc/event-type/'
const SSF = 'https://schemas.openid.net/secevent/ssf/event-type/'

/** What the known events mean. */
const EVENTS: Readonly<Record<string, string>> = {
  [SESSION_REVOKED]: 'sessions were ended',
  [`${CAEP}session-established`]: 'a session began',
  [`${CAEP}session-presented`]: 'a session was used',
  [`${CAEP}credential-change`]: 'a credential was changed',
  [`${CAEP}token-claims-change`]: 'the claims of a token changed',
  [`${CAEP}assurance-level-change`]: 'the assurance level of a session changed',
  [`${CAEP}device-compliance-change`]: 'the compliance of a device changed',
  [`${CAEP}risk-level-change`]: 'the risk level changed',
  [`${RISC}account-disabled`]: 'an account was disabled',
  [`${RISC}account-enabled`]: 'an account was enabled',
  [`${RISC}account-purged`]: 'an account was deleted',
  [`${RISC}account-credential-change-required`]: 'a user must change a credential',
  [`${RISC}credential-compromise`]: 'a credential was compromised',
  [`${RISC}identifier-changed`]: 'an identifier was changed',
  [`${RISC}identifier-recycled`]: 'an identifier belongs to another user now',
  [`${RISC}sessions-revoked`]: 'all sessions of a user were ended',
  [`${SSF}verification`]: 'a test of the stream',
  [`${SSF}stream-updated`]: 'the state of the stream changed',
}

/** Returns what an event means; `undefined` for unknown ones. */
export const eventMeaning = (type: string): string | undefined => ownProperty(EVENTS, type)

/** Returns whether an event belongs to the Shared Signals Framework (SSF), whose rules are stricter than RFC 8417. */
export const isSharedSignal = (type: string): boolean =>
  [CAEP, RISC, SSF].some((prefix) => type.startsWith(prefix))

/** Returns the event types of a security event token. */
export const eventTypes = ({ events }: JsonObject): readonly string[] =>
  isObject(events) ? Object.keys(events) : []

/** The subject of a security event token and where it is: `sub_id`, or in the event before SSF 1.0. */
export interface Subject {
  readonly value: unknown
  readonly from: 'sub_id' | 'event'
}

/** Returns the subject; `undefined` if the token names none. */
export function subjectOf(payload: JsonObject): Subject | undefined {
  if (payload.sub_id !== undefined) return { value: payload.sub_id, from: 'sub_id' }
  const { events } = payload
  for (const event of isObject(events) ? Object.values(events) : [])
    if (isObject(event) && event.subject !== undefined) return { value: event.subject, from: 'event' }
  return undefined
}

/** Returns the id of a subject identifier: a user's `sub`, an opaque id, an email address. */
function idOf(value: unknown): string | null {
  if (!isObject(value)) return null
  const id = value.format === 'iss_sub' ? value.sub : value.format === 'opaque' ? value.id : value.email
  return typeof id === 'string' && id !== '' ? id : null
}

/** Returns the user and the session of a subject. A session `ALL` of Keycloak stands for all sessions of the user. */
export function userAndSession(payload: JsonObject): { user: string | null; session: string | null } {
  const subject = subjectOf(payload)?.value
  if (!isObject(subject)) return { user: null, session: null }
  if (subject.format !== 'complex') return { user: idOf(subject), session: null }
  const session = idOf(subject.session)
  return { user: idOf(subject.user), session: session === 'ALL' ? null : session }
}

/** The required members of each format (RFC 9493 section 3.2, SSF 1.0 section 3). */
const FORMATS: Readonly<Record<string, readonly string[]>> = {
  account: ['uri'],
  email: ['email'],
  iss_sub: ['iss', 'sub'],
  opaque: ['id'],
  phone_number: ['phone_number'],
  did: ['url'],
  uri: ['uri'],
  jwt_id: ['iss', 'jti'],
  saml_assertion_id: ['issuer', 'assertion_id'],
}

const COMPLEX_MEMBERS = ['user', 'device', 'session', 'application', 'tenant', 'org_unit', 'group']

/** Says what is wrong with a subject identifier; `undefined` if nothing is. */
export function subjectProblem(value: unknown, name = 'sub_id'): string | undefined {
  if (!isObject(value)) return `${name} is not an object`
  const { format } = value
  if (typeof format !== 'string') return `${name} has no format`
  if (format === 'complex') {
    const members = Object.keys(value).filter((member) => COMPLEX_MEMBERS.includes(member))
    if (members.length === 0) return `${name} has none of ${COMPLEX_MEMBERS.join(', ')}`
    return members.map((member) => subjectProblem(value[member], `${name}.${member}`)).find(Boolean)
  }
  if (format === 'aliases') {
    return Array.isArray(value.identifiers) && value.identifiers.length > 0
      ? value.identifiers.map((each, i) => subjectProblem(each, `${name}.identifiers[${i}]`)).find(Boolean)
      : `${name}.identifiers is not a list of identifiers`
  }
  const missing = ownProperty(FORMATS, format)?.find((member) => typeof value[member] !== 'string')
  return missing === undefined ? undefined : `${name} has the format ${format}, but no ${missing}`
}

/** Returns whether a format is one of RFC 9493 or SSF; others are allowed if both sides know them. */
export const isKnownFormat = (format: unknown): boolean =>
  format === 'complex' || format === 'aliases' || ownProperty(FORMATS, String(format)) !== undefined
