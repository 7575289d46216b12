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
  ref,
  type Schema,
  string,
  time,
} from '../build.ts'
import { withRealms } from '../several-realms.ts'
import { OUTCOME, OUTCOME_DEFINITIONS } from './all.ts'
import { DRILL_DEFINITIONS, DRILL_OUTCOME } from './drill.ts'
import { USER_DEFINITIONS, USER_OUTCOME } from './user.ts'

const NOTIFIED = list(
  'Each client, whether it was notified, and how that is known',
  object('A client', {
    clientId: string('Client ID'),
    status: oneOf(
      '`confirmed`: it accepted every call; `partly`: some; `failed`: none; `unconfirmed`: calls are expected, not every answer is known; `not-yet`: the run did not get to it; `planned`: in a plan',
      'confirmed',
      'partly',
      'unconfirmed',
      'failed',
      'not-notified',
      'not-yet',
      'planned',
    ),
    why: nullable(
      string(
        'A reason as in `clients`, or `answers-unknown`, `none-ended`, `ended-unnotified`, `step-not-run`, `step-refused`, `step-unfinished`, or `admin-url-` and the code of `adminUrls`',
      ),
    ),
    sessions: count('Sessions to end'),
    ended: count('Sessions ended one by one'),
  }),
)

const TOKENS = nullable(
  object(
    'Until when tokens from before may live on; null for a plan, for `drill`, and if what was done is unknown',
    {
      accessUntil: nullable(
        time('Latest end of an access token, for applications that check it themselves; null if unknown'),
      ),
      clients: list(
        'Clients whose access tokens have another lifespan than those of the realm',
        object('A client', {
          clientId: string('Client ID'),
          accessUntil: time('Latest end of its access tokens'),
        }),
      ),
      offline: oneOf(
        'Offline tokens: `none` existed, all were `stopped`, those of sessions that did not end are `kept`, or `unknown`',
        'none',
        'stopped',
        'kept',
        'unknown',
      ),
      offlineUnusedUntil: nullable(
        time('End of an offline session that is not used; null unless some live on'),
      ),
      offlineUsedUntil: nullable(
        time('End of one that is used; null if only disuse ends it, or none lives on'),
      ),
    },
  ),
)

const TIMELINE = nullable(
  object('Client sessions left as the run went on; null for a plan, for `user` and `drill`', {
    began: time('Start of the operation; each `at` is in milliseconds since then'),
    series: list(
      'Clients with the most sessions; the last entry, with `clientId` null, is all others together',
      object('One series', {
        clientId: nullable(string('Client ID')),
        clients: count('Clients that it stands for'),
      }),
    ),
    samples: list(
      'At most 242; each holds until the next',
      object('One sample', {
        at: number('Milliseconds'),
        left: list('One number for each series', { type: 'integer' }),
      }),
    ),
    marks: list(
      'What happened',
      object('One mark', {
        at: number('Milliseconds'),
        what: oneOf(
          'The kind; `failure` is the first one',
          'phase',
          'cut-off',
          'failure',
          'slow',
          'pause',
          'interrupted',
          'stopped',
        ),
        detail: string('Name of the phase, code, client, seconds or signal'),
      }),
    ),
    marksLeftOut: count('Marks beyond the limit of 40'),
  }),
)

interface Outcome {
  readonly outcome: Definition
  readonly definitions: readonly Definition[]
}

const recordOf = (command: 'all' | 'user' | 'drill', title: string, { outcome, definitions }: Outcome) =>
  document(
    title,
    `Record of a run of \`${command}\`. It names users and sessions and contains no secret`,
    {
      report: constant(command, 'The command'),
      reason: nullable(string('`--reason`')),
      ticket: nullable(string('`--ticket`')),
      planOnly: boolean('A dry run: nothing was changed'),
      by: object('Who ran it', {
        username: nullable(string('Username; null if unknown')),
        clientId: nullable(string('Client that signed in; null if unknown')),
        loginRealm: string('Realm signed in to'),
      }),
      when: object('When it ran', {
        began: time('Start'),
        ended: time('End'),
        seconds: number('Duration'),
        utcOffset: string('Local time at the start, such as `+01:00`'),
      }),
      where: object('What it ran against', {
        realm: string('The realm'),
        realmSource: string('Where the name came from, such as `--realm`'),
        server: string('Address of Keycloak'),
        serverSource: string('Where the address came from'),
        keycloakVersion: nullable(string('Version; null if it may not be read')),
        insecure: boolean('Certificates were not verified'),
      }),
      kcLogout: object('This program', {
        version: string('Version'),
        command: constant(command, 'The command'),
        options: list('Arguments and options as they were typed', { type: 'string' }),
      }),
      outcome: ref(outcome, `The document of \`${command} --json\`, without \`schemaVersion\``),
      notified: NOTIFIED,
      tokens: TOKENS,
      timeline: TIMELINE,
      exitCode: integer('Exit code of the run'),
    },
    [outcome, ...definitions.filter(({ name }) => name !== outcome.name)],
  )

export const report = recordOf('all', 'kc-logout all --report FILE.json', {
  outcome: OUTCOME,
  definitions: OUTCOME_DEFINITIONS,
})
export const userReport = recordOf('user', 'kc-logout user --report FILE.json', {
  outcome: USER_OUTCOME,
  definitions: USER_DEFINITIONS,
})
export const drillReport = recordOf('drill', 'kc-logout drill --report FILE.json', {
  outcome: DRILL_OUTCOME,
  definitions: DRILL_DEFINITIONS,
})

const recordsOf = (command: 'all' | 'user', title: string, one: Schema) =>
  withRealms(one, title, `Record of a run of \`${command}\` over several realms`, (realms) => ({
    report: constant(command, 'The command'),
    realms,
    exitCode: integer('Exit code of the run'),
  }))

export const reportRealms = recordsOf('all', 'kc-logout all --realms PATTERN --report FILE.json', report)
export const userReportRealms = recordsOf(
  'user',
  'kc-logout user --realms PATTERN --report FILE.json',
  userReport,
)
