import { ROLES } from '../../../core/roles.ts'
import {
  boolean,
  constant,
  count,
  type Definition,
  integer,
  list,
  map,
  nullable,
  object,
  oneOf,
  optional,
  ref,
  string,
  time,
} from '../build.ts'

export const ERROR: Definition = {
  name: 'error',
  schema: object('What went wrong', {
    code: string('Code of the error; stable'),
    message: string('What went wrong, in a sentence'),
    hint: nullable(string('What to do; null if there is no advice')),
    exitCode: integer('The exit code of the run'),
  }),
}

const SEVERITY = oneOf('Only `error` makes a check fail', 'error', 'warning', 'info')
const ARGS = map('Values that the sentences name, for scripts', { type: ['string', 'number', 'boolean'] })

/** Members of every finding. */
export const FINDING = {
  code: string('Code of the finding; stable'),
  severity: SEVERITY,
  clientId: optional(string('The client it is about')),
  url: optional(string('The URL it is about')),
  args: optional(ARGS),
  message: string('What is wrong'),
}
/** Members of a finding about one client. */
export const CLIENT_FINDING = { ...FINDING, clientId: string('The client it is about') }
export const WHY = string('Why it matters; may be empty')
export const FIX = string('What to do; may be empty')

export const EXPLAINED_FINDING: Definition = {
  name: 'finding',
  schema: object('Something noticed', { ...FINDING, why: WHY, fix: FIX }),
}

const CHANNELS = ['backchannel', 'admin-url', 'front-channel', 'saml', 'ssf', 'none'] as const
/** By which way Keycloak notifies a client. */
export const channel = (description: string) => oneOf(description, ...CHANNELS)

export const REASONS = [
  'built-in',
  'disabled',
  'saml',
  'saml-redirect-only',
  'front-channel',
  'relative-without-root',
  'relative-to-keycloak',
  'placeholder',
  'url-unusable',
  'no-adapter-session',
  'session-host',
  'session-host-backchannel',
  'backchannel-only',
  'no-url',
  'not-visible',
  'session-expired',
  'offline-invalidated',
  'changed',
  'unconfirmed-end',
  'may-have-expired',
  'no-connection',
  'ssf-not-emitted',
] as const

/** What is known of the notifications of one client. */
export const NOTIFIED = {
  expectation: oneOf(
    'Will it be notified? `uncertain`: perhaps not for each session',
    'notified',
    'not-notified',
    'uncertain',
  ),
  reason: optional(oneOf('Why it will not be notified', ...REASONS)),
  notifications: object('What is known of the calls that Keycloak makes to it', {
    expected: object('Calls for the sessions that ended; `min` < `max` where it cannot be known exactly', {
      min: count('At least'),
      max: count('At most'),
    }),
    accepted: count('Seen: answered with 200 or 204'),
    refused: count('Seen: answered with another status'),
    failed: count('Seen: no connection, TLS, timeout'),
    notSent: count('Seen: no call was made for a session that ended'),
    unknown: count('Of `expected.max`, not seen in any evidence'),
  }),
  answers: list('Answers that were seen, the most frequent first', {
    type: 'object',
    properties: {
      status: integer('HTTP status'),
      error: string('How a call failed'),
      count: count('How often'),
    },
    required: ['count'],
    additionalProperties: false,
  }),
  evidence: list(
    'Where answers were seen; empty: nothing but expectations is known',
    oneOf(
      "Keycloak's traces, its log, its push after the realm logout, or its outbox of security events",
      'traces',
      'log',
      'push',
      'outbox',
    ),
  ),
  delivery: oneOf(
    '`confirmed`: every expected call was accepted; `partly`, `failed`: a call was refused, failed or not sent; `unconfirmed`: not everything was seen; `none`: no call',
    'confirmed',
    'partly',
    'failed',
    'unconfirmed',
    'none',
  ),
}

/** A client in the result of `user` and `all`. */
export const CLIENT: Definition = {
  name: 'client',
  schema: object('A client that takes part in sessions to be ended', {
    clientId: string('Client ID'),
    channel: channel('How Keycloak notifies it'),
    url: nullable(string('The URL that Keycloak calls; null if it calls none')),
    ...NOTIFIED,
    accessTokenLifespan: nullable(integer('Seconds; null if it may not be read')),
    sessions: count('Sessions to end that it takes part in, those that began during the run included'),
    ended: count('Of these, ended by this run: as many calls, if it is notified'),
    alongside: boolean('It was not chosen with `--client`, but loses its session too'),
    expired: optional(
      count(
        'Sessions in which its part has expired (by session limits): Keycloak does not notify it of these',
      ),
    ),
    invalidated: optional(
      count('Its offline sessions whose tokens become invalid while they stay listed: no notification'),
    ),
  }),
}

/** One call of Keycloak to an application, as evidence showed it. */
export const DELIVERY: Definition = {
  name: 'delivery',
  schema: object('A call of Keycloak to an application', {
    sessionId: nullable(string('Session ID; null for the realm logout, or where the source does not say')),
    clientId: string('Client ID'),
    url: nullable(string('The URL that was called, without credentials')),
    status: optional(integer('HTTP status of the answer')),
    error: optional(string('How the call failed')),
    delivered: optional(constant(true, "Keycloak's outbox of security events says that it arrived")),
    notSent: optional(constant(true, 'Keycloak made no call')),
    contradictedBy: optional(string('What another source showed; the delivery counts as unknown')),
    at: nullable(time('When it was made')),
    milliseconds: optional(integer('How long it took')),
    traceId: optional(string('Trace that it belongs to')),
    evidence: list('Where it was seen', oneOf('A source', 'traces', 'log', 'outbox')),
  }),
}

/** What evidence adds to a result. */
export const EVIDENCE = {
  traceIds: list("The traces that the run's requests belong to", { type: 'string' }),
  evidenceProblems: optional(list('Why a source of evidence showed less than it could', { type: 'string' })),
  deliveries: optional(list('With `--deliveries`, and in the report: each call', ref(DELIVERY))),
}

/** Members of a session in lists and results. */
export const SESSION = {
  id: string('Session ID'),
  offline: boolean('An offline session'),
  started: time('Start of the session'),
  lastAccess: time('Last use that Keycloak knows of: a sign-in or a token refresh'),
  ipAddress: nullable(string('Address of the browser or application; null if unknown')),
  clients: list('Client IDs of the clients that take part', { type: 'string' }),
}

export const SESSION_ITEM: Definition = {
  name: 'session',
  schema: object('A session', {
    ...SESSION,
    userId: string('User ID'),
    username: string('Username'),
  }),
}

export const COMMAND_ALLOWED: Definition = {
  name: 'command',
  schema: object('A command and whether the roles are enough for it', {
    name: string('Name of the command'),
    allowed: oneOf('`not-known` where reading alone does not tell', 'yes', 'no', 'not-known'),
    roles: list('Roles that are missing, or unknown', { enum: ROLES }),
  }),
}

export const VERDICT = oneOf(
  '`done` only if all that was planned is known to be done',
  'done',
  'partial',
  'failed',
  'nothing-to-do',
  'planned',
)

/** Clients that the account may not view. */
export const NOT_VISIBLE = list(
  'Clients with sessions that your account may not view; in no total',
  object('A client', {
    clientId: string('Client ID'),
    id: string("Keycloak's internal ID"),
    active: count('Client sessions'),
    offline: count('Offline client sessions'),
  }),
)
/** Whether it may view all of them. */
export const SEES_ALL_CLIENTS = nullable(
  boolean('Your account sees all clients; null if not known: it lacks view-clients, and sees some'),
)

export const UNREAD = list(
  'Client IDs of clients whose sessions could not all be read (unsafe internal ID, or Keycloak failed); those are missing from totals',
  { type: 'string' },
)

export const CHANGED_FIELDS = [
  'backchannelLogoutUrl',
  'backchannelLogoutSessionRequired',
  'backchannelLogoutRevokeOfflineTokens',
  'adminUrl',
  'frontchannelLogout',
] as const

/** One kept file of a sign-in. */
export const KEPT = {
  what: oneOf('What it holds', 'session', 'client-secret'),
  path: string('The file'),
  origin: string('The only server it is sent to'),
}

export const SIGN_INS = ['password', 'device', 'client-secret', 'client-key', 'client-cert', 'kcadm'] as const

/** The member `chosen`. */
export const CHOSEN = optional(
  list(
    'What each option that chooses users or sessions chose by itself; absent without one',
    object('An option', {
      option: string('Its name: `--ip`'),
      values: list('Its values', { type: 'string' }),
      users: optional(count('Users of the realm, with an option for users')),
      sessions: optional(count('Sessions of those that were read, with an option for sessions')),
    }),
  ),
)
