import { isObject, type JsonObject } from './json.ts'
import { headerType, LOGOUT_EVENT } from './kind.ts'
import type { RuleResult } from './rules/rule.ts'

/** Something about a logout token that some receivers mind and others do not. */
export type Trait =
  | 'bad-signature'
  | 'alg-none'
  | 'other-alg'
  | 'typ-jwt'
  | 'typ-logout'
  | 'wrong-iss'
  | 'wrong-aud'
  | 'no-iat'
  | 'no-exp'
  | 'expired'
  | 'no-jti'
  | 'replayed'
  | 'no-event'
  | 'event-null'
  | 'event-falsy'
  | 'event-no-object'
  | 'event-not-empty'
  | 'more-events'
  | 'no-sub-no-sid'
  | 'no-sid'
  | 'nonce'
  | 'nonce-null'

/** The rule that a trait breaks, and how to call it. */
const TRAITS: Readonly<Record<Trait, readonly [rule: string, words: string]>> = {
  'bad-signature': ['L03', 'the signature is invalid'],
  'alg-none': ['L05', 'it is not signed'],
  'other-alg': ['L04', 'alg is not the one expected'],
  'typ-jwt': ['L06', 'typ is not logout+jwt'],
  'typ-logout': ['L06', 'typ is logout+jwt'],
  'wrong-iss': ['L07', 'iss is wrong'],
  'wrong-aud': ['L08', 'aud is wrong'],
  'no-iat': ['L10', 'iat is missing'],
  'no-exp': ['L11', 'exp is missing'],
  expired: ['L11', 'exp is over'],
  'no-jti': ['L13', 'jti is missing'],
  replayed: ['L25', 'it was received before'],
  'no-event': ['L15', 'the logout event is missing'],
  'event-null': ['L16', 'the event is null'],
  'event-falsy': ['L16', 'the event is false, 0 or empty'],
  'event-no-object': ['L16', 'the event is no object'],
  'event-not-empty': ['L17', 'the event is not empty'],
  'more-events': ['L18', 'events has other members'],
  'no-sub-no-sid': ['L19', 'sub and sid are missing'],
  'no-sid': ['L22', 'sid is missing'],
  nonce: ['L23', 'it has a nonce'],
  'nonce-null': ['L23', 'it has a nonce (null)'],
}

interface Receiver {
  readonly name: string
  /** What was read. */
  readonly source: string
  /** The version against which every cell of this receiver was run, with really signed tokens; else they were only read. */
  readonly ran?: string
  readonly rejects: readonly Trait[]
  readonly accepts: readonly Trait[]
}

const FORGED = ['bad-signature', 'alg-none', 'wrong-iss', 'wrong-aud'] as const
const ANY_TYP = ['typ-jwt', 'typ-logout'] as const

/**
 * What well-known receivers check. A trait that is in neither list was not found out, and makes the answer "not known":
 * some of them depend on configuration. Read in the sources named as they were when this was written; releases may
 * differ. Where a version is named, test/live/receivers.test.ts runs every cell against it.
 */
const RECEIVERS: readonly Receiver[] = [
  {
    name: 'Spring Security',
    source: 'OidcBackChannelLogoutTokenValidator.java',
    rejects: [...FORGED, 'expired', 'no-iat', 'no-jti', 'no-event', 'event-null', 'no-sub-no-sid', 'nonce'],
    accepts: [
      ...ANY_TYP,
      'no-exp',
      'replayed',
      'event-falsy',
      'event-no-object',
      'event-not-empty',
      'more-events',
      'no-sid',
      'nonce-null',
    ],
  },
  {
    name: 'mod_auth_openidc',
    source: 'src/handle/logout.c, src/proto/jwt.c',
    rejects: [
      ...FORGED,
      'expired',
      'no-iat',
      'no-jti',
      'replayed',
      'no-event',
      'event-null',
      'event-falsy',
      'event-no-object',
      'no-sub-no-sid',
      'nonce',
    ],
    accepts: [...ANY_TYP, 'no-exp', 'event-not-empty', 'more-events', 'no-sid', 'nonce-null'],
  },
  {
    name: 'express-openid-connect',
    source: 'lib/context.js, backchannelLogout()',
    ran: '3.4.0',
    rejects: [
      ...FORGED,
      'other-alg',
      'expired',
      'no-event',
      'event-null',
      'event-falsy',
      'no-sub-no-sid',
      'nonce',
      'nonce-null',
    ],
    accepts: [
      ...ANY_TYP,
      'no-iat',
      'no-exp',
      'no-jti',
      'replayed',
      'event-no-object',
      'event-not-empty',
      'more-events',
      'no-sid',
    ],
  },
  {
    name: 'auth0-auth-js, nextjs-auth0',
    source: 'src/auth-client.ts, verifyLogoutToken()',
    rejects: [
      ...FORGED,
      'expired',
      'no-iat',
      'no-event',
      'event-falsy',
      'event-no-object',
      'no-sub-no-sid',
      'nonce',
      'nonce-null',
    ],
    accepts: [
      ...ANY_TYP,
      'no-exp',
      'no-jti',
      'replayed',
      'event-null',
      'event-not-empty',
      'more-events',
      'no-sid',
    ],
  },
  {
    name: 'Open Liberty',
    source: 'LogoutTokenValidator.java',
    rejects: [
      ...FORGED,
      'other-alg',
      'expired',
      'no-iat',
      'no-exp',
      'no-jti',
      'replayed',
      'no-event',
      'event-null',
      'event-falsy',
      'event-no-object',
      'no-sub-no-sid',
      'nonce',
    ],
    accepts: [...ANY_TYP, 'event-not-empty', 'more-events', 'no-sid', 'nonce-null'],
  },
  {
    name: 'Quarkus',
    source: 'BackChannelLogoutHandler, verifyLogoutTokenClaims',
    rejects: [
      'bad-signature',
      'alg-none',
      'expired',
      'no-exp',
      'no-event',
      'event-null',
      'event-falsy',
      'event-no-object',
      'nonce',
      'nonce-null',
    ],
    accepts: [...ANY_TYP, 'no-jti', 'replayed', 'event-not-empty', 'more-events'],
  },
  {
    name: 'Synapse',
    source: 'synapse/handlers/oidc.py, handle_backchannel_logout',
    rejects: [...FORGED, 'no-event', 'no-sub-no-sid', 'no-sid', 'nonce', 'nonce-null'],
    accepts: [
      ...ANY_TYP,
      'no-jti',
      'replayed',
      'event-null',
      'event-falsy',
      'event-no-object',
      'event-not-empty',
      'more-events',
    ],
  },
  {
    name: 'Keycloak as a broker',
    source: 'TokenManager.verifyLogoutToken',
    rejects: [
      'bad-signature',
      'wrong-iss',
      'wrong-aud',
      'no-iat',
      'no-jti',
      'no-event',
      'no-sub-no-sid',
      'nonce',
    ],
    accepts: [
      ...ANY_TYP,
      'replayed',
      'event-null',
      'event-falsy',
      'event-no-object',
      'event-not-empty',
      'more-events',
      'no-sid',
      'nonce-null',
    ],
  },
  {
    name: "OpenID Foundation's conformance suite",
    source: 'OIDCCBackChannelRpInitiatedLogout.java',
    rejects: [
      ...FORGED,
      'no-iat',
      'no-jti',
      'no-event',
      'event-null',
      'event-falsy',
      'event-no-object',
      'event-not-empty',
      'more-events',
      'no-sub-no-sid',
      'nonce',
      'nonce-null',
    ],
    accepts: [...ANY_TYP, 'no-exp', 'replayed', 'no-sid'],
  },
]

export interface ReceiverOpinion {
  readonly receiver: string
  readonly says: 'accepts' | 'rejects' | 'not-known'
  /** The rules that decide it, with their words: `L11: exp is missing`. */
  readonly because: readonly string[]
  readonly source: string
  /** The version that was run and did so; absent where sources alone were read. */
  readonly version?: string
}

/**
 * What well-known receivers would say to a logout token, by what was read in their sources. Looks at the traits above
 * alone: not at the leeway that a receiver gives to clocks, nor at what it knows of its own sessions.
 */
export function receiverOpinions(
  header: JsonObject,
  payload: JsonObject,
  rules: readonly RuleResult[],
): readonly ReceiverOpinion[] {
  const traits = traitsOf(header, payload, rules)
  const name = traits.join()
  const known = opinions.get(name)
  if (known) return known
  const made = RECEIVERS.map((receiver) => opinionOf(receiver, traits))
  opinions.set(name, made)
  return made
}

/** Ten thousand good tokens are all alike. There are as many entries as there are ways to be odd, and few are met. */
const opinions = new Map<string, readonly ReceiverOpinion[]>()

function opinionOf(
  { name, source, ran, rejects, accepts }: Receiver,
  traits: readonly Trait[],
): ReceiverOpinion {
  const minded = traits.filter((trait) => rejects.includes(trait))
  const unknown = traits.filter((trait) => !rejects.includes(trait) && !accepts.includes(trait))
  const decisive = minded.length > 0 ? minded : unknown
  return {
    receiver: name,
    says: minded.length > 0 ? 'rejects' : unknown.length > 0 ? 'not-known' : 'accepts',
    because: decisive.map((trait) => TRAITS[trait].join(': ')),
    source,
    ...(ran === undefined ? {} : { version: ran }),
  }
}

function traitsOf(header: JsonObject, payload: JsonObject, rules: readonly RuleResult[]): Trait[] {
  const fails = (id: string) => rules.some((each) => each.id === id && each.status === 'fail')
  const { events, nonce, sub, sid } = payload
  const event = isObject(events) && Object.hasOwn(events, LOGOUT_EVENT) ? events[LOGOUT_EVENT] : undefined
  const typ = headerType(header)
  const has: Readonly<Record<Trait, boolean>> = {
    'bad-signature': fails('L03') && !fails('L05'),
    'alg-none': fails('L05'),
    'other-alg': fails('L04') && !fails('L05'),
    'typ-jwt': typ === undefined || typ === 'jwt',
    'typ-logout': typ === 'logout+jwt',
    'wrong-iss': fails('L07'),
    'wrong-aud': fails('L08'),
    'no-iat': payload.iat === undefined,
    'no-exp': payload.exp === undefined,
    expired: payload.exp !== undefined && fails('L11'),
    'no-jti': payload.jti === undefined,
    replayed: fails('L25'),
    'no-event': event === undefined,
    'event-null': event === null,
    'event-falsy': event === false || event === 0 || event === '',
    'event-no-object': Boolean(event) && !isObject(event),
    'event-not-empty': isObject(event) && Object.keys(event).length > 0,
    'more-events': event !== undefined && isObject(events) && Object.keys(events).length > 1,
    'no-sub-no-sid': sub === undefined && sid === undefined,
    'no-sid': sid === undefined && sub !== undefined,
    nonce: nonce !== undefined && nonce !== null,
    'nonce-null': nonce === null,
  }
  return (Object.keys(has) as Trait[]).filter((trait) => has[trait])
}
