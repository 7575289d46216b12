import {
  boolean,
  constant,
  count,
  document,
  integer,
  list,
  nullable,
  number,
  object,
  oneOf,
  ref,
  string,
  time,
} from '../build.ts'
import { OUTCOME, OUTCOME_DEFINITIONS } from './all.ts'

export const report = document(
  'kc-logout all --report FILE.json',
  'Record of a run of `all`. It names users and sessions and contains no secret',
  {
    report: constant('all', 'The command'),
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
      command: constant('all', 'The command'),
      options: list('Options as they were typed', { type: 'string' }),
    }),
    outcome: ref(OUTCOME, 'The document of `all --json`, without `schemaVersion`'),
    notified: list(
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
    ),
    timeline: nullable(
      object('Client sessions left as the run went on; null for a plan', {
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
    ),
    exitCode: integer('Exit code of the run'),
  },
  OUTCOME_DEFINITIONS,
)
