import {
  boolean,
  count,
  document,
  integer,
  list,
  nullable,
  object,
  oneOf,
  optional,
  ref,
  string,
  time,
} from '../build.ts'
import { ERROR } from './common.ts'

const PLACE = {
  level: oneOf('Where it is set', 'realm', 'client'),
  name: string('Name of the realm, or client ID'),
}

export const notBefore = document(
  'kc-logout not-before --json',
  'The not-before of realm, client and user; what follows `levels` belongs to `set` and `clear`',
  {
    act: oneOf('The operation', 'show', 'set', 'clear'),
    realm: string('The realm'),
    now: time("The server's clock, at most about two seconds behind"),
    levels: list(
      'What is set',
      object('One not-before', {
        level: oneOf('Where it is set', 'realm', 'client', 'user'),
        name: string('Name of the realm, client ID or username'),
        notBefore: nullable(time('Null if it was never set, or may not be read')),
        seconds: nullable(integer('The number in Keycloak; null if it may not be read')),
        inFuture: boolean('Every token is stale until then'),
        decides: boolean('It is the latest of the three, so it decides'),
        setBy: nullable(
          object('Who set it; null without a stored event that proves it', {
            time: time('When'),
            how: oneOf('Set by itself, or by a logout', 'set', 'logout'),
            by: nullable(string('User ID of the administrator')),
            ipAddress: nullable(string('Address of the administrator')),
          }),
        ),
      }),
    ),
    dryRun: optional(boolean('Only a plan')),
    change: optional(
      object('What changes', {
        ...PLACE,
        from: nullable(time('Present value; null if there is none')),
        to: nullable(time('New value; null if it is cleared')),
      }),
    ),
    sessions: optional(
      object('Client sessions that it affects at most', {
        active: count('Client sessions'),
        offline: count('Offline client sessions'),
      }),
    ),
    ownSignIn: optional(boolean('The sign-in of kc-logout itself becomes stale too')),
    push: optional(
      list(
        'Admin URLs that Keycloak sent it to',
        object('One Admin URL', {
          url: string('The URL'),
          delivery: oneOf('`confirmed`: answered with 200 or 204', 'confirmed', 'failed'),
        }),
      ),
    ),
    error: optional(ref(ERROR, 'What failed after the change was sent')),
    verdict: optional(oneOf('The result', 'changed', 'unchanged', 'planned', 'partial')),
  },
  [ERROR],
)
