import {
  boolean,
  constant,
  type Definition,
  document,
  integer,
  list,
  nullable,
  object,
  oneOf,
  optional,
  ref,
  string,
} from '../build.ts'
import { channel, ERROR, EVIDENCE, NOTIFIED } from './common.ts'

const SEEN = [
  'login-page',
  'refused',
  'mark-missing',
  'probe-redirected',
  'page',
  'mark',
  'other-page',
  'http-status',
  'unreachable',
  'foreign-host',
  'form-redirected',
  'too-many-redirects',
  'bad-redirect',
  'no-url',
  'wrong-password',
  'not-tried',
  'second-factor',
  'required-action',
  'consent',
  'identity-provider',
  'needs-javascript',
  'error-page',
  'unknown-page',
  'unencrypted',
  'no-login-page',
  'not-signed-in',
  'always-in',
  'always-through-keycloak',
  'no-session',
  'not-ended',
  'stopped',
] as const

const { deliveries: _, ...TRACES } = EVIDENCE

const MEMBERS = {
  act: constant('drill', 'The operation'),
  realm: string('The realm'),
  user: string('The user who signed in'),
  clients: list(
    'One entry for each application',
    object('An application', {
      clientId: string('Client ID'),
      url: nullable(string('The page that was opened, without its query; null if none is known')),
      verdict: oneOf(
        'Whether the user was out after the logout; `unknown`: nothing afterwards showed either, or the drill stopped before that',
        'out',
        'out-later',
        'still-in',
        'unknown',
        'cannot-sign-in',
      ),
      seconds: optional(integer('With `out-later`: seconds after the end of the session')),
      channel: channel('How Keycloak notifies it'),
      ...NOTIFIED,
      seen: object('What the verdict is based on', {
        what: oneOf('What was seen', ...SEEN),
        detail: nullable(string('A status, host, name or message of it; null if there is none')),
      }),
      sessions: list(
        'Sessions that were logged out for the verdict; that of a sign-in that failed or was broken off ends as well, and is not listed',
        { type: 'string' },
      ),
      ended: integer('Of these, ended when their end was due'),
    }),
  ),
  sessionsLeft: nullable(
    list('Sessions that the drill made and could not end; null if it is unknown whether there are any', {
      type: 'string',
    }),
  ),
  ...TRACES,
  interrupted: boolean('Ended by a signal'),
  error: optional(ref(ERROR, 'What stopped the drill')),
  verdict: oneOf('`pass`: all are `out`, and no session of the drill is left', 'pass', 'fail'),
}

export const drill = document(
  'kc-logout drill --json',
  'What a logout does to the sessions of applications',
  MEMBERS,
  [ERROR],
)
export const DRILL_OUTCOME: Definition = { name: 'outcome', schema: object('What `--json` prints', MEMBERS) }
export const DRILL_DEFINITIONS: readonly Definition[] = [DRILL_OUTCOME, ERROR]
