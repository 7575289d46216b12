import {
  boolean,
  constant,
  count,
  type Definition,
  document,
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
import { COMMAND_ALLOWED, EXPLAINED_FINDING, FINDING, FIX, WHY } from './common.ts'

export const doctor = document(
  'kc-logout doctor --json',
  'What would go wrong with a logout',
  {
    server: object('The server', {
      url: string('Address with its base path'),
      version: nullable(string('Version; null if it may not be read')),
      issuer: nullable(string('Issuer of the realm; null if it may not be read')),
    }),
    evidence: object(
      "What this version can show of the applications' answers; not whether it is switched on",
      {
        traces: nullable(
          boolean('Its traces have every call (26.2 and later); null if the version is not known'),
        ),
        logNamesSession: nullable(
          boolean(
            'Its log names the session of each call (26.7 and later); null if the version is not known',
          ),
        ),
      },
    ),
    realm: string('The realm'),
    clients: count('Clients that were looked at'),
    urls: count('URLs that were looked at'),
    probed: boolean('Applications were called (`--probe`)'),
    commands: list('Which commands the roles allow', ref(COMMAND_ALLOWED)),
    findings: list(
      'What was found',
      object('A finding', {
        ...FINDING,
        why: WHY,
        fix: FIX,
        evidence: string('What was seen'),
        accepted: optional(constant(true, 'Accepted with `--accept` or in the profile')),
      }),
    ),
    verdict: oneOf(
      '`fail`: an error (`--fail-on warning`: or a warning) that is not accepted',
      'pass',
      'fail',
    ),
  },
  [COMMAND_ALLOWED],
)

const LOG_FINDING = {
  code: string('Code of the finding; stable'),
  severity: oneOf('`error`: a user stays signed in somewhere', 'error', 'warning'),
  clientId: optional(string('The client it is about')),
  realm: optional(string('The realm as the log names it')),
  url: optional(string('The URL it is about')),
  act: optional(
    oneOf(
      'The operation that failed',
      'logout',
      'saml-logout',
      'push-revocation',
      'availability-test',
      'broker-logout',
      'browser-logout',
    ),
  ),
  count: count('How often'),
  first: nullable(string("First time, in the log's own words")),
  last: nullable(string("Last time, in the log's own words")),
  message: string('What went wrong'),
  why: WHY,
  fix: FIX,
  sample: string('A line of the log, shortened, without tokens'),
}

export const explain = document('kc-logout explain --json', 'Failed deliveries in a log', {
  lines: count('Lines that were read'),
  entries: count('Entries of a Keycloak log among them'),
  unread: count('Lines about a failed logout, or of Keycloak with cut-off JSON, that could not be read'),
  findings: list('What went wrong, errors first', object('A finding', LOG_FINDING)),
  statusVisible: boolean('The log shows refusals by HTTP status (DEBUG lines)'),
  verdict: oneOf('`fail` with findings; `unknown` with unread lines only', 'pass', 'fail', 'unknown'),
})

export const explainFollow = document(
  'A line of kc-logout explain --follow --json',
  'One finding, as it stands now',
  LOG_FINDING,
)

export const logoutUrl = document(
  'kc-logout logout-url --json',
  'A logout URL and what Keycloak would refuse',
  {
    url: string('The logout URL'),
    endpoint: string('Endpoint of the realm'),
    parameters: map('Parameters of the URL', { type: 'string' }),
    findings: list('What was noticed', ref(EXPLAINED_FINDING)),
    snippet: optional(string('Code for the framework (`--snippet`)')),
  },
  [EXPLAINED_FINDING],
)

const RECORD: Definition = {
  name: 'record',
  schema: object('An audit record, in the words of the tenant', {
    time: string('When'),
    type: string('Type'),
    user: string('User'),
    activity: string('Activity'),
    text: string('Text'),
  }),
}

export const audit = document(
  'kc-logout audit --json',
  'Audit records of tenants',
  {
    tenants: list(
      'One entry for each tenant',
      object('A tenant', {
        tenantUrl: string('The tenant'),
        since: time('Records since then'),
        records: list('Records that match', ref(RECORD)),
        seen: boolean('A record matches'),
        cut: optional(constant(true, 'There is more than was read or is shown')),
        error: optional(string('Why it could not be read')),
      }),
    ),
  },
  [RECORD],
)

export const completion = document('kc-logout completion --json', 'A completion script', {
  shell: oneOf('The shell', 'bash', 'zsh', 'fish', 'powershell', 'kubectl'),
  script: string('The script'),
})

export const schemaNames = document('kc-logout schema --json', 'The documents that have a schema', {
  schemas: list(
    'One entry for each schema',
    object('A schema', {
      name: string('Name for `kc-logout schema NAME`'),
      title: string('What prints the document'),
    }),
  ),
})

export const error = document('An error of any command with --json', 'A run that ended with an error', {
  error: object('What went wrong', {
    code: string('Code of the error; stable'),
    message: string('What went wrong, in a sentence'),
    hint: nullable(string('What to do; null if there is no advice')),
    exitCode: integer('The exit code of the run'),
  }),
})
