import type { Command } from '@commander-js/extra-typings'
import { oneOf } from '../../cli/arguments.ts'
import type { OptionsOf } from '../../cli/command.ts'
import { usageError } from '../../errors.ts'
import { kcLogout } from '../../util/shown-command.ts'
import { formatTime, parseTime } from '../../util/time.ts'

const OPERATIONS = ['show', 'set', 'clear'] as const
export type NotBeforeOperation = (typeof OPERATIONS)[number]

/** Adds the description, the argument and the options of `not-before`. */
export const declareOptions = (command: Command) =>
  command
    .description('Show, set or clear the time before which issued tokens are stale.')
    .argument('<operation>', OPERATIONS.join(', '), oneOf(...OPERATIONS))
    .option('--client <client-id>', "Use the client's not-before instead of the realm's")
    .option('--user <user>', 'Show that of a user, too (ID, username or email address)')
    .option('--at <time>', 'Set this time instead of now (ISO 8601 or seconds)')
    .option('--push', 'Also send it to the Admin URLs')
    .option('-n, --dry-run', 'Show the plan, change nothing')
    .option('-y, --yes', 'Skip the confirmation prompt')

export type NotBeforeOptions = OptionsOf<typeof declareOptions>

/** The server's time may be this much ahead of what is known of it; see `Keycloak.serverTime`. */
const CLOCK_SECONDS = 2

/**
 * Refuses options that contradict each other, and what Keycloak cannot do. Sends nothing.
 * @throws {UserError} exit 2
 */
export function refuseContradictions(
  operation: NotBeforeOperation,
  { user, at, push, dryRun, yes }: NotBeforeOptions,
): void {
  if (operation !== 'show' && user !== undefined) throw notForUsers(operation, user)
  if (operation === 'show' && (push || dryRun || yes))
    throw usageError(
      'contradiction',
      '--push, --dry-run and --yes need set or clear: show changes nothing.',
      'Leave them out, or use `not-before set` or `not-before clear`.',
    )
  if (operation !== 'set' && at !== undefined)
    throw usageError('contradiction', '--at needs set.', 'It is the time to set.')
}

/** Keycloak responds 204 to a PUT of a user's `notBefore` and ignores it (measured on 26.7.4). */
const notForUsers = (operation: NotBeforeOperation, user: string) =>
  operation === 'set'
    ? usageError(
        'not-for-users',
        'The not-before of a user cannot be set by itself: Keycloak sets it only when it logs the user out.',
        `\`${kcLogout`user ${user}`}\` does that: it ends the user's sessions, notifies their clients, and sets it.`,
      )
    : usageError(
        'not-for-users',
        'The not-before of a user cannot be cleared: Keycloak has no request for it.',
        'It does not lock the user out: a new sign-in gets valid tokens. Older offline tokens have to be replaced.',
      )

/** `--at` in seconds since the epoch. */
export function parseAt(text: string): number {
  const time = parseTime(text)
  if (time === undefined || time < 1)
    throw usageError(
      'bad-time',
      `--at ${text} is not a valid time.`,
      'For example 2026-01-31T08:00:00Z, or seconds since the epoch. `not-before clear` removes it.',
    )
  return Math.floor(time)
}

/**
 * The server's time in seconds since the epoch. The local clock is not used instead: one that is an hour ahead would lock
 * every user out for an hour, this program included.
 * @param serverTime milliseconds since the epoch; undefined if it is not known
 */
export function secondsNow(serverTime: number | undefined): number {
  if (serverTime !== undefined) return Math.floor(serverTime / 1000)
  throw usageError(
    'no-server-clock',
    "The server's time is not known: an access token was given, and Keycloak does not show its time.",
    'Name the time, such as --at "$(date +%s)" if the local clock is right, or sign in with kc-logout login.',
  )
}

/**
 * Refuses a time in the future: administrators of the realm would be locked out as well, and could not clear it.
 * @param to seconds since the epoch
 * @param clock the server's time, milliseconds since the epoch
 */
export function refuseFuture(to: number, clock: number): void {
  if (to <= clock / 1000 + CLOCK_SECONDS) return
  throw usageError(
    'in-future',
    `${formatTime(to)} is in the future: until then every token would be stale as soon as it is issued, and no user could sign in.`,
    'Give a time in the past. To keep users out, disable the realm, the client or the user.',
  )
}
