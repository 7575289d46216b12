import { usageError } from '../../errors.ts'
import { shellQuote } from '../../util/shell-quote.ts'
import { formatTime, parseTime } from '../../util/time.ts'

export const ACTS = ['show', 'set', 'clear'] as const
export type Act = (typeof ACTS)[number]

export interface NotBeforeOptions {
  readonly client?: string
  readonly user?: string
  readonly at?: string
  readonly push?: boolean
  readonly dryRun?: boolean
  readonly yes?: boolean
}

/** So far the server's clock may be ahead of what is known of it; see `Keycloak.serverTime`. */
const CLOCK_SECONDS = 2

/** Refuses what cannot be meant, and what Keycloak cannot do (2), before anybody signs in. */
export function refuseContradictions(
  act: Act,
  { client, user, at, push, dryRun, yes }: NotBeforeOptions,
): void {
  if (act !== 'show' && user !== undefined) throw notOfPeople(act, user)
  if (act === 'show' && (push || dryRun || yes))
    throw usageError(
      'contradiction',
      '--push, --dry-run and --yes go with set and clear: show changes nothing.',
      'Leave them out, or say `not-before set` or `not-before clear`.',
    )
  if (act !== 'set' && at !== undefined)
    throw usageError('contradiction', '--at goes with set alone.', 'It is the moment that is set.')
  for (const [name, kind] of [
    [client, 'client'],
    [user, 'person'],
  ])
    if (name === '')
      throw usageError(
        'empty-name',
        `An empty name stands for no ${kind}.`,
        'Is a variable of the shell empty? `kc-logout sessions` shows who and what there is.',
      )
}

/** Keycloak answers a PUT of a person's `notBefore` with 204 and ignores it (seen on 26.7.4). */
const notOfPeople = (act: Act, user: string) =>
  act === 'set'
    ? usageError(
        'not-of-people',
        "A person's not-before cannot be set by itself: Keycloak sets it only when it logs the person out.",
        `\`kc-logout user ${shellQuote(user) ?? '…'}\` does that: it ends the person's sessions, tells their clients, and sets it.`,
      )
    : usageError(
        'not-of-people',
        "A person's not-before cannot be taken back: Keycloak has no call for it.",
        'Nothing is blocked by it: the person signs in again, and tokens from then on are good. Offline tokens from before have to be asked for anew.',
      )

/** `--at` in seconds since the epoch. */
export function momentOf(text: string): number {
  const time = parseTime(text)
  if (time === undefined || time < 1)
    throw usageError(
      'bad-time',
      `--at ${text} is no moment.`,
      'Such as 2026-01-31T08:00:00Z, or seconds since the epoch. `not-before clear` takes one away.',
    )
  return Math.floor(time)
}

/**
 * Now, in seconds since the epoch. The clock here is no help where the server's is not known: ahead by an hour, it would
 * keep everybody out for an hour, this program too.
 * @param clock the server's, milliseconds since the epoch
 */
export function nowOf(clock: number | undefined): number {
  if (clock !== undefined) return Math.floor(clock / 1000)
  throw usageError(
    'no-server-clock',
    "What time it is by the server's clock is not known: the token was given, and Keycloak does not say.",
    'Name the moment, such as --at "$(date +%s)" where the clock here is right, or sign in here: kc-logout login.',
  )
}

/**
 * Refuses a moment that is still to come: administrators of the realm would be locked out as well, and could not take
 * it back.
 * @param to seconds since the epoch
 * @param clock the server's, milliseconds since the epoch
 */
export function refuseFuture(to: number, clock: number): void {
  if (to <= clock / 1000 + CLOCK_SECONDS) return
  throw usageError(
    'in-future',
    `${formatTime(to)} is still to come: until then every token would be stale as soon as it is issued, and nobody could sign in.`,
    'Give a moment that has passed. To keep people out, disable the realm, the client or the person.',
  )
}
