import type { Command } from '@commander-js/extra-typings'
import type { OptionsOf, Start } from '../../cli/command.ts'
import type { Context } from '../../cli/context.ts'
import { examples } from '../../cli/help.ts'
import { EVENT_COLUMNS, eventCells } from '../../core/events/event-cells.ts'
import { EXIT, type ExitCode, usageError } from '../../errors.ts'
import { findUsers } from '../../sessions/find-users.ts'
import { sinceTime } from '../../util/parse-since.ts'
import { enableEvents } from './enable.ts'
import { followEvents } from './follow.ts'
import { type EventsQuery, readEvents, withNames } from './read-events.ts'
import { CUT, eventsView } from './view.ts'
import { warnAboutMissing } from './warn-missing.ts'

const EXAMPLES = examples([
  ['kc-logout events -r customers --since 2h', 'logouts, and why some failed'],
  ['kc-logout events --user ada --since 7d', 'of one user'],
  ['kc-logout events --follow', 'as they happen'],
  ['kc-logout events --enable --yes', 'store them from now on'],
])

const DEFAULT_SINCE = '24h'

const declare = (program: Command) =>
  program
    .command('events')
    .description('Show stored events about logouts; each LOGOUT_ERROR with its cause and remedy')
    .option('--since <when>', `30m, 2h, 7d, or a date (${DEFAULT_SINCE})`)
    .option('--client <client-id>', 'Only events of this client')
    .option('--user <who>', 'Only events of this user: an id, username or e-mail address')
    .option('--follow', 'Keep looking, every two seconds; with --json one event per line')
    .option('--csv', 'Print the events as CSV')
    .option('--enable', 'Have Keycloak store events about logouts from now on')
    .option('-n, --dry-run', 'With --enable: show the changes only')
    .option('-y, --yes', 'With --enable: skip the confirmation prompt')
    .addHelpText('before', EXAMPLES)

export type EventsOptions = OptionsOf<typeof declare>

/** Adds `events` to the command line. */
export function register(program: Command, start: Start): void {
  declare(program).action((flags) => start((ctx) => runEvents(flags, ctx)))
}

/** Shows events about logouts. Roles: view-events, view-users for names; --enable: manage-events. */
export async function runEvents(options: EventsOptions, ctx: Context): Promise<ExitCode> {
  requireConsistent(options, ctx)
  if (options.enable) return enableEvents(options, ctx)
  const span = options.since ?? DEFAULT_SINCE
  const sinceHere = sinceTime(span, ctx.now())
  if (sinceHere === undefined)
    throw usageError(
      'bad-time',
      `--since ${options.since} is not a valid time in the past.`,
      'Use, for example, 30m, 2h, 7d, 2026-01-31 or 2026-01-31T08:00Z.',
    )
  const keycloak = await ctx.keycloak()
  // Events have the server's time: a clock here that is ahead would make the newest ones too old.
  const ahead = ((await keycloak.serverTime()) ?? ctx.now()) - ctx.now()
  const since = sinceTime(span, ctx.now() + ahead) ?? sinceHere
  const [user] = options.user === undefined ? [] : await findUsers([options.user], undefined, keycloak)
  const query: EventsQuery = { since, clientId: options.client, user }
  await warnAboutMissing(query, ctx.now() + ahead, keycloak, ctx)
  const { realm } = keycloak
  const csv = options.csv === true
  if (csv) await ctx.print.row(EVENT_COLUMNS)
  if (options.follow) return followEvents(query, { ahead, csv }, ctx)

  const { events, isCut } = await readEvents(query, keycloak)
  if (isCut) ctx.print.warn(CUT)
  const named = await withNames(events, keycloak)
  if (csv) {
    for (const event of named) await ctx.print.row(eventCells(realm, event))
    return EXIT.ok
  }
  const cut = isCut ? { cut: true as const } : {}
  ctx.print.result({ realm, events: named, ...cut }, eventsView)
  return EXIT.ok
}

function requireConsistent(options: EventsOptions, { print }: Context): void {
  const { enable, dryRun, yes, since, client, user, follow, csv } = options
  if (csv && print.json)
    throw usageError('contradiction', '--csv and --json contradict each other.', 'Leave one of them out.')
  if (!enable && (dryRun || yes))
    throw usageError(
      'contradiction',
      '--dry-run and --yes need --enable: no other option changes anything.',
      'Leave them out, or add --enable.',
    )
  const selects = since !== undefined || client !== undefined || user !== undefined || follow || csv
  if (enable && selects)
    throw usageError(
      'contradiction',
      '--enable only takes --dry-run and --yes.',
      'Run it alone, and `kc-logout events` afterwards.',
    )
}
