import type { Command } from 'commander'
import type { Start } from '../../cli/command.ts'
import type { Context } from '../../cli/context.ts'
import { examples } from '../../cli/help.ts'
import { showTarget } from '../../cli/show-target.ts'
import { eventsConfigChanges } from '../../core/events/events-config.ts'
import type { LogoutEvent } from '../../core/events/logout-events.ts'
import { EXIT, type ExitCode, UserError, usageError } from '../../errors.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import { findUsers } from '../../sessions/find-users.ts'
import { sinceTime } from '../../util/parse-since.ts'
import { type EventsWanted, readEvents, withNames } from './read-events.ts'
import { eventsView, followedEventView, type StoringDocument, storingView } from './view.ts'
import { sayWhatIsMissing } from './warn-missing.ts'

export interface EventsOptions {
  readonly since?: string
  readonly client?: string
  readonly user?: string
  readonly follow?: boolean
  readonly enable?: boolean
  readonly dryRun?: boolean
  readonly yes?: boolean
}

const EXAMPLES = examples([
  ['kc-logout events -r customers --since 2h', 'logouts, and why some failed'],
  ['kc-logout events --user ada --since 7d', 'those of one person'],
  ['kc-logout events --follow', 'as they happen'],
  ['kc-logout events --enable --yes', 'has Keycloak store them'],
])

const POLL_MS = 2000
const DEFAULT_SINCE = '24h'
const CUT = 'There are more events than these: only the newest are shown. Give a later --since.'

/** Adds `events` to the command line. */
export function register(program: Command, start: Start): void {
  program
    .command('events')
    .description('Shows stored events about logouts; each LOGOUT_ERROR with its cause and its remedy.')
    .option('--since <when>', `30m, 2h, 7d, or a date (${DEFAULT_SINCE})`)
    .option('--client <client-id>', 'only events of this client')
    .option('--user <who>', 'only events of this person: an id, username or e-mail address')
    .option('--follow', 'goes on, looking every two seconds; with --json one event a line')
    .option('--enable', 'has Keycloak store events about logouts from now on')
    .option('-n, --dry-run', 'with --enable: shows what it would set')
    .option('-y, --yes', 'with --enable: does not ask')
    .addHelpText('before', EXAMPLES)
    .action((flags: EventsOptions) => start((ctx) => runEvents(flags, ctx)))
}

/** Shows events about logouts. Roles: view-events, view-users for names; --enable: manage-events. */
export async function runEvents(options: EventsOptions, ctx: Context): Promise<ExitCode> {
  if (options.enable) return enable(options, ctx)
  if (options.dryRun || options.yes)
    throw usageError(
      'contradiction',
      '--dry-run and --yes go with --enable: nothing else here changes anything.',
      'Leave them out, or add --enable.',
    )
  const span = options.since ?? DEFAULT_SINCE
  const here = sinceTime(span, ctx.now())
  if (here === undefined)
    throw usageError(
      'bad-time',
      `--since ${options.since} is no time in the past.`,
      'Such as 30m, 2h, 7d, 2026-01-31 or 2026-01-31T08:00Z.',
    )
  const keycloak = await ctx.keycloak()
  // Events have the server's time: with a clock here that is ahead, the newest would seem too old.
  const ahead = ((await keycloak.serverTime()) ?? ctx.now()) - ctx.now()
  const since = sinceTime(span, ctx.now() + ahead) ?? here
  const [user] = options.user === undefined ? [] : await findUsers([options.user], undefined, keycloak)
  const wanted = { since, clientId: options.client, user }
  await sayWhatIsMissing(wanted, ctx.now() + ahead, keycloak, ctx)
  if (options.follow) return follow(wanted, ahead, keycloak, ctx)

  const { events, isCut } = await readEvents(wanted, keycloak)
  if (isCut) ctx.print.warn(CUT)
  const named = await withNames(events, keycloak)
  const cut = isCut ? { cut: true as const } : {}
  ctx.print.result({ realm: keycloak.realm, events: named, ...cut }, eventsView)
  return EXIT.ok
}

/** @param ahead milliseconds by which the server's clock is ahead of the one here */
async function follow(
  wanted: EventsWanted,
  ahead: number,
  keycloak: Keycloak,
  ctx: Context,
): Promise<ExitCode> {
  const names = new Map<string, string | undefined>()
  let shown = new Set<string>()
  let { since } = wanted
  while (!ctx.signal.aborted) {
    const { events, isCut } = await readEvents({ ...wanted, since }, keycloak)
    if (isCut) ctx.print.warn(CUT)
    const fresh = events.filter((event) => !shown.has(JSON.stringify(event)))
    for (const event of await withNames(fresh, keycloak, names))
      await ctx.print.item(event, followedEventView)
    // An event is stored when its transaction ends: one that began earlier may still come.
    since = Math.max(since, ctx.now() + ahead - OVERLAP_MS)
    shown = new Set(events.filter((event) => isRecent(event, since)).map((event) => JSON.stringify(event)))
    await ctx.sleep(POLL_MS)
  }
  return EXIT.ok
}

const OVERLAP_MS = 60_000
const isRecent = ({ time }: LogoutEvent, since: number) => Date.parse(time) >= since

async function enable(options: EventsOptions, ctx: Context): Promise<ExitCode> {
  if (
    options.since !== undefined ||
    options.client !== undefined ||
    options.user !== undefined ||
    options.follow
  )
    throw usageError(
      'contradiction',
      '--enable only sets what is stored: it goes with --dry-run and --yes alone.',
      'Run it by itself, and `kc-logout events` afterwards.',
    )
  const keycloak = await ctx.keycloak()
  const present = await keycloak.eventsConfig()
  const changes = eventsConfigChanges(present)
  const document = (verdict: StoringDocument['verdict']): StoringDocument => ({
    realm: keycloak.realm,
    events: [],
    changes: Object.entries(changes).map(([field, to]) => ({
      field,
      from: present[field as keyof typeof changes],
      to,
    })),
    eventsExpiration: present.eventsExpiration ?? null,
    verdict,
  })
  if (Object.keys(changes).length === 0) {
    ctx.print.result(document('unchanged'), storingView)
    return EXIT.ok
  }
  await showTarget(ctx)
  if (options.dryRun) {
    ctx.print.result(document('planned'), storingView)
    return EXIT.ok
  }
  if (!options.yes) {
    ctx.print.plan(document('planned'), storingView)
    await ctx.ask.agree(`Store events about logouts in realm ${keycloak.realm}?`, { flag: '--yes' })
  }
  await keycloak.setEventsConfig(changes)
  if (Object.keys(eventsConfigChanges(await keycloak.eventsConfig())).length > 0)
    throw new UserError(
      'not-set',
      'Keycloak answered well, but its settings of events are not as asked for.',
      {
        hint: 'Somebody else may have changed them at the same time: run it again.',
      },
    )
  ctx.print.result(document('changed'), storingView)
  return EXIT.ok
}
