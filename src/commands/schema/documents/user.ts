import {
  boolean,
  constant,
  count,
  type Definition,
  document,
  list,
  nullable,
  object,
  optional,
  ref,
  string,
} from '../build.ts'
import { CHOSEN, CLIENT, DELIVERY, ERROR, EVIDENCE, SESSION, VERDICT } from './common.ts'

const USER: Definition = {
  name: 'user',
  schema: object('One user', {
    id: string('User ID'),
    username: string('Username'),
    email: nullable(string('E-mail address; null if there is none')),
    sessions: list(
      'Sessions that were found, and sessions that began during the run',
      object('A session', {
        ...SESSION,
        ended: boolean('It has ended'),
        planned: boolean('It was to be ended; false: it stays, or it began during the run'),
        invalidated: optional(
          nullable(
            boolean(
              "An offline session that stays listed, its tokens invalid by the user's not-before; null if unknown",
            ),
          ),
        ),
      }),
    ),
    clients: list('Clients of the sessions to end; those not notified first', ref(CLIENT)),
    sessionsLeft: count('Planned sessions that are still active'),
    startedAfter: count('Active sessions that began after the plan: the user can still sign in'),
    setsNotBefore: boolean("The user's not-before was to be set"),
    notBeforeSet: nullable(boolean('It was set; null if unknown (the answer was lost, or interrupted)')),
    disables: boolean('The account was to be disabled'),
    disabled: nullable(boolean('It was disabled; null if unknown')),
    endsOwnSession: boolean("kc-logout's own session is among those to end"),
    identityProviders: optional(
      list(
        'Identity providers above the realm that the account is linked with',
        object('An identity provider', {
          alias: string('Its alias'),
          endsSession: nullable(
            boolean(
              'Keycloak also logs the user out there when a session ends that began there; false: the user may come back without a password; null: its settings may not be read',
            ),
          ),
        }),
      ),
    ),
    revokedConsents: optional(
      list('With `--revoke-consents`: client IDs whose consent was revoked', { type: 'string' }),
    ),
    deletes: optional(constant(true, 'The user was to be deleted; absent: not')),
    deleted: boolean('The user was deleted during the run, by it (`--delete`) or by someone else'),
    errors: list(
      'What failed',
      object('A failure', {
        session: string('Session ID; empty if it is about the user'),
        code: string('Code of the error'),
        error: string('What went wrong'),
      }),
    ),
    lookedAgain: boolean('Sessions were read again afterwards; false: `ended` is what Keycloak answered'),
    verdict: VERDICT,
  }),
}

const members = {
  act: constant('user', 'The operation'),
  realm: string('The realm'),
  dryRun: boolean('Only a plan: nothing was changed'),
  chosen: CHOSEN,
  users: list('One entry for each user', ref(USER)),
  ...EVIDENCE,
  expiredUnread: optional(
    boolean('Expired client sessions were not all looked for: their clients may be missing in the list'),
  ),
  interrupted: boolean('Ended by a signal; requests in flight may still take effect'),
  error: optional(ref(ERROR, 'What stopped the run, or kept it from looking again')),
  verdict: VERDICT,
}

const definitions = [USER, CLIENT, DELIVERY, ERROR]

export const user = document(
  'kc-logout user --json',
  'Plan or result of logging users out',
  members,
  definitions,
)

/** The result as a part of the report. */
export const USER_OUTCOME: Definition = { name: 'outcome', schema: object('What `--json` prints', members) }
export const USER_DEFINITIONS: readonly Definition[] = [USER_OUTCOME, ...definitions]
