import type { Command } from '@commander-js/extra-typings'
import { addChoosingOptions, parseCriteria } from '../../cli/choosing-options.ts'
import type { OptionsOf, Start } from '../../cli/command.ts'
import type { Context } from '../../cli/context.ts'
import { examples } from '../../cli/help.ts'
import { inEachRealm, listInEachRealm } from '../../cli/realms/in-each-realm.ts'
import { underProgress } from '../../cli/with-progress.ts'
import type { Session, SessionCount, User } from '../../core/model.ts'
import { clientsNotVisible } from '../../core/not-visible.ts'
import { SESSION_COLUMNS, sessionCells, sessionItem } from '../../core/session-item.ts'
import { EXIT, type ExitCode, usageError } from '../../errors.ts'
import { NamesInRealms } from '../../sessions/choose/names-in-realms.ts'
import {
  readSessionsWithoutClient,
  type SessionsWithoutClient,
} from '../../sessions/read-sessions-without-client.ts'
import { unreadableClients, warnFailedLists, warnUnreadable } from '../../sessions/unreadable-clients.ts'
import { byTenant, DistinctCounter, estimate } from './estimate.ts'
import { readAllSessions, readUserSessions, type SessionsRun, startRun } from './gather.ts'
import { realmSummary } from './realm-summary.ts'
import { sessionListView, sessionsView } from './view.ts'

const EXAMPLES = examples([
  ['kc-logout sessions -r customers', 'what would a logout reach, what would it miss?'],
  ['kc-logout sessions --users', 'count distinct users too'],
  ['kc-logout sessions --user ada', "show Ada's sessions, offline ones too"],
  ['kc-logout sessions --list --idle 30d', 'list the sessions not used for a month'],
  [
    'kc-logout sessions --list --json --ip 203.0.113.9 | kc-logout user - --yes',
    'end the sessions from one address',
  ],
])

/** Up to this many sessions are read without --users. Reading them takes about a second. */
const READ_UNASKED = 2000
/** Above this, the list of all sessions of the realm is too slow: with 4,000, a page of 1,000 takes 1.4 to 1.8 s. */
const MAX_REALM_LIST = 5000
const WITHOUT_CLIENT_UNREAD =
  'Not all sessions in which no client takes part (impersonation, deleted clients) were looked for; some may be missing.'

const declare = (program: Command) =>
  addChoosingOptions(
    program
      .command('sessions')
      .description(
        'Show what a logout would reach: sessions by client, and which clients would be notified. Changes nothing.',
      ),
  )
    .option('--user <user>', 'Show only the sessions of this user (id, username or e-mail address)')
    .option('--users', 'Read all sessions and count distinct users')
    .option('--by-tenant', 'Group clients by tenant: the host of their URLs')
    .option('--list', 'List each session; with --json one per line')
    .option('--csv', 'With --list: as CSV')
    .addHelpText('before', EXAMPLES)

export type SessionsOptions = OptionsOf<typeof declare>

/** Adds `sessions` to the command line. */
export function register(program: Command, start: Start): void {
  declare(program).action((flags) => start((ctx) => runSessions(flags, ctx)))
}

/** Shows what a logout would reach. Sends only GETs. Roles: view-clients, view-realm; view-users with --user. */
export async function runSessions(options: SessionsOptions, ctx: Context): Promise<ExitCode> {
  const { user } = options
  if (user !== undefined && (options.users || options.byTenant))
    throw usageError(
      'contradiction',
      '--user cannot be combined with --users or --by-tenant.',
      'Leave out --user, or the other option.',
    )
  if (options.csv && (!options.list || ctx.print.json))
    throw usageError(
      'contradiction',
      '--csv needs --list, without --json.',
      'Add --list, or leave out --csv.',
    )
  const criteria = parseCriteria(options, ctx.now())
  const excluded = new NamesInRealms()
  const show = async (inRealm: Context) => {
    const run = await startRun(criteria, user, inRealm, ctx.several && excluded.note)
    return run.users === undefined ? showRealm(options, run) : showUsers(run.users, options, run)
  }
  if (options.csv) await ctx.print.row(SESSION_COLUMNS)
  const requireExcluded = () => excluded.require(criteria.users.excluded)
  if (!options.list) return inEachRealm(ctx, show, realmSummary, requireExcluded)
  const exitCode = await listInEachRealm(ctx, show)
  if (!ctx.signal.aborted) requireExcluded()
  return exitCode
}

async function showRealm(options: SessionsOptions, run: SessionsRun): Promise<ExitCode> {
  const { keycloak, ctx, clients, choice, isFiltered } = run
  const counts = await keycloak.sessionCounts()
  const counted = clients.filter(({ id }) => counts.some((count) => count.id === id))
  const total = counts.reduce((sum, { active, offline }) => sum + active + offline, 0)
  const isRead = options.list || options.users || isFiltered || total <= READ_UNASKED
  const unsafe = isRead ? unreadableClients(counted, counts) : []
  warnUnreadable(unsafe, ctx)
  const withoutClient = run.isNarrowed ? undefined : await readWithoutClient(isRead ? total : undefined, run)
  if (options.list) {
    const printItem = sessionPrinter(options, run)
    const unreadable = await readAllSessions(counted, counts, run, (session) =>
      choice.matches(session) ? printItem(session) : undefined,
    )
    for (const session of withoutClient?.sessions ?? []) await printItem(session)
    warnFailedLists(unreadable, ctx)
    if (withoutClient?.isComplete === false) ctx.print.warn(WITHOUT_CLIENT_UNREAD)
    return EXIT.ok
  }
  const counter = isRead ? new DistinctCounter() : undefined
  const failed = counter
    ? await underProgress(ctx, (progress) => {
        const visit = (session: Session) => {
          if (choice.count(session)) counter.add(session)
        }
        return readAllSessions(counted, counts, run, visit, progress)
      })
    : new Map()
  warnFailedLists(failed, ctx)
  for (const session of withoutClient?.sessions ?? []) counter?.add(session)
  const unread = [...unsafe, ...failed.keys()]
  const { clients: estimates, totals } = estimate(
    clients,
    isFiltered && counter ? counter.counts : counts,
    counter,
    new Set(unread.map(({ id }) => id)),
  )
  const result = {
    realm: keycloak.realm,
    ...chosenOf(run),
    clients: estimates,
    totals: { ...totals, ...(withoutClient ? { withoutClient: countOf(withoutClient) } : {}) },
    ...notVisible(run.isNarrowed ? [] : counts, run),
    ...(unread.length > 0 ? { unread: unread.map(({ clientId }) => clientId) } : {}),
  }
  ctx.print.result(options.byTenant ? { ...result, tenants: byTenant(result.clients) } : result, sessionsView)
  return EXIT.ok
}

/** What each option chose, where options choose more than clients. */
const chosenOf = ({ choice, isFiltered }: SessionsRun) => (isFiltered ? { chosen: choice.chosen } : {})

/** @param total client sessions of the realm; undefined if none of them are read */
async function readWithoutClient(
  total: number | undefined,
  { keycloak, ctx, choice }: SessionsRun,
): Promise<SessionsWithoutClient> {
  if (total === undefined || total > MAX_REALM_LIST) return { sessions: [], isComplete: false }
  const { sessions, isComplete } = await readSessionsWithoutClient(keycloak, ctx, MAX_REALM_LIST)
  return { sessions: sessions.filter((session) => choice.count(session)), isComplete }
}

const countOf = ({ sessions, isComplete }: SessionsWithoutClient) => (isComplete ? sessions.length : null)

function notVisible(counts: readonly SessionCount[], { visible }: SessionsRun) {
  const hidden = clientsNotVisible(counts, visible)
  return hidden.length > 0 ? { notVisible: hidden } : {}
}

async function showUsers(
  users: readonly User[],
  options: SessionsOptions,
  run: SessionsRun,
): Promise<ExitCode> {
  const { keycloak, ctx, clients } = run
  const { list, user, byTenant: groups } = options
  const sessions = await readUserSessions(users, run)
  if (list) {
    const printItem = sessionPrinter(options, run)
    for (const session of sessions) await printItem(session)
    return EXIT.ok
  }
  const counter = new DistinctCounter()
  for (const session of sessions) counter.add(session)
  const { counts } = counter
  const involved = clients.filter(({ id }) => counts.some((count) => count.id === id))
  const result = {
    realm: keycloak.realm,
    ...chosenOf(run),
    ...estimate(involved, counts, counter),
    ...notVisible(counts, run),
    ...(user === undefined ? {} : { sessions: sessions.map(sessionItem) }),
  }
  ctx.print.result(groups ? { ...result, tenants: byTenant(result.clients) } : result, sessionsView)
  return EXIT.ok
}

/** Prints one session after another: rows of CSV, lines of JSON, or text below a heading. */
function sessionPrinter(
  { csv }: SessionsOptions,
  { ctx: { print }, keycloak: { realm } }: SessionsRun,
): (session: Session) => Promise<void> {
  const view = sessionListView()
  return (session) => (csv ? print.row(sessionCells(realm, session)) : print.item(sessionItem(session), view))
}
