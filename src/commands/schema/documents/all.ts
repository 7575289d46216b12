import {
  boolean,
  constant,
  count,
  type Definition,
  document,
  integer,
  list,
  nullable,
  number,
  object,
  oneOf,
  optional,
  ref,
  string,
  time,
} from '../build.ts'
import { CHOSEN, CLIENT, DELIVERY, ERROR, EVIDENCE, UNREAD, VERDICT } from './common.ts'

const PHASE: Definition = {
  name: 'phase',
  schema: object('One part of the run', {
    name: oneOf('The step', 'client', 'offline', 'realm'),
    sessions: count('Sessions that it was to end'),
    ended: count('Ended by it, as Keycloak confirmed; in the realm step: not found afterwards'),
    gone: count('Ended before their turn: by themselves, or by another program'),
    unknown: count('A request was sent, and whether it ended the session is unknown'),
    failed: list(
      'Sessions that could not be ended',
      object('A failure', {
        session: string('Session ID'),
        user: string('User ID'),
        code: string('Code of the error'),
        error: string('What went wrong'),
      }),
    ),
    untried: count('No request was sent: interrupted, or the run could not go on'),
    seconds: number('Duration'),
    passes: optional(count('Passes of the client step')),
    call: optional(
      oneOf(
        "Keycloak's logout of the realm; `unknown`: sent, the answer is missing",
        'done',
        'refused',
        'unknown',
        'not-sent',
      ),
    ),
  }),
}

const ADMIN_URL: Definition = {
  name: 'adminUrl',
  schema: object('An Admin URL', {
    clientId: string('Client ID'),
    url: string('The Admin URL'),
    reached: oneOf(
      'Did it answer a push right after the logout with 200 or 204? `no`: neither Keycloak nor this machine reaches it',
      'yes',
      'no',
      'unknown',
    ),
    why: optional(string('Code of the reason')),
  }),
}

const nullableCount = (description: string) => nullable(integer(description))

const members = {
  act: constant('all', 'The operation'),
  realm: string('The realm'),
  dryRun: boolean('Only a plan: nothing was changed'),
  chosen: CHOSEN,
  everybody: boolean('False if clients or users were chosen or excluded'),
  before: object('What was found', {
    active: count('Client sessions, as Keycloak counts them'),
    offline: count('Offline client sessions'),
    sessions: count('Online sessions, each counted once'),
    users: count('Users whose sessions end'),
    clients: count('Clients with sessions'),
    tenants: count('Tenants: different hosts of their URLs'),
  }),
  steps: object('What was planned', {
    client: count('Sessions of the client step'),
    offline: count('Offline sessions to end one by one'),
    realm: boolean("Keycloak's logout of the realm"),
    userRequests: object('Users whose sessions may end by one request each', {
      users: count('Users'),
      sessions: count('Their sessions, which are among those of the client step'),
      reason: oneOf(
        'Why there are some, or none: no user with five to fifty sessions that all end, and no offline ones; no realm step, which sets the not-before as such a request does; sessions that cannot be read; answers that could not be assigned; a version that would notify only once',
        'used',
        'few-sessions',
        'no-realm-step',
        'not-visible',
        'evidence',
        'security-events',
        'version',
      ),
    }),
    cutOffFirst: boolean('Sets the not-before of the realm first'),
    holdBack: optional(
      oneOf(
        'What happens to the other sessions of a client whose calls fail five times in a row',
        'cut-off',
        'leave',
      ),
    ),
  }),
  phases: list('What was done, step by step', ref(PHASE)),
  adminUrls: list('What is known of the Admin URLs', ref(ADMIN_URL)),
  clients: list('Clients of the sessions to end; those not notified first', ref(CLIENT)),
  ...EVIDENCE,
  endedUnnotified: nullable(
    integer('Sessions that the realm step ended although a client had not been notified; null if unknown'),
  ),
  watch: optional(
    object('How closely the realm step was watched for new sessions', {
      looks: count('Number of looks'),
      longestGapMs: number('Longest time between two looks, in milliseconds'),
      events: boolean('Stored sign-in events were read too'),
    }),
  ),
  unread: optional(UNREAD),
  notVisible: optional(
    list(
      'Clients with sessions that your account may not view, or that were created during the run; in no total',
      object('A client', {
        clientId: string('Client ID'),
        id: string("Keycloak's internal ID"),
        active: count('Client sessions'),
        offline: count('Offline client sessions'),
      }),
    ),
  ),
  withoutClient: optional(
    object('Sessions in which no client takes part, included in the numbers of sessions; absent: none', {
      before: nullableCount('Found before; null: not all were looked for'),
      left: nullableCount('Still active; null: not all were looked for'),
    }),
  ),
  identityProviders: optional(
    list(
      'Identity providers that users sign in with',
      object('An identity provider', {
        alias: string('Its alias'),
        endsSession: nullable(
          boolean(
            'Keycloak also logs users out there when a session ends one by one that began there; the realm step never does. null: unknown',
          ),
        ),
      }),
    ),
  ),
  heldBack: optional(
    list(
      'With `--hold-back`: clients whose calls failed five times in a row, so that their other sessions were not ended one by one',
      object('A client', {
        clientId: string('Client ID'),
        answer: string('What its last call came to: an HTTP status, or how it failed'),
        notBefore: nullable(time('Its not-before, which cuts its tokens off; null: they were left')),
        error: optional(string('Why they could not be cut off')),
        sessions: list(
          'The sessions',
          object('A session', {
            id: string('Session ID'),
            username: string('Username'),
            offline: boolean('An offline session'),
          }),
        ),
        command: string('The command to end them later'),
      }),
    ),
  ),
  realmStepSkipped: optional(string('Why the realm step was left out')),
  interrupted: boolean('Ended by a signal; requests in flight may still take effect'),
  error: optional(ref(ERROR, 'What stopped the run, or kept it from looking again')),
  after: object('What is left, without the session of kc-logout itself; null where it could not be read', {
    active: nullableCount('Client sessions'),
    offline: nullableCount('Offline client sessions'),
    startedAfter: nullableCount('Active sessions that began after the operation'),
    left: nullableCount('Sessions that were to end and are still active'),
  }),
  verdict: VERDICT,
}

const definitions = [PHASE, ADMIN_URL, CLIENT, DELIVERY, ERROR]

export const all = document(
  'kc-logout all --json',
  'Plan or result of logging a realm out',
  members,
  definitions,
)

/** The result as a part of the report. */
export const OUTCOME: Definition = { name: 'outcome', schema: object('What `--json` prints', members) }
export const OUTCOME_DEFINITIONS: readonly Definition[] = [OUTCOME, ...definitions]
