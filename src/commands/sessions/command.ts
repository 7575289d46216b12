import type { Command } from 'commander'
import { collect } from '../../cli/arguments.ts'
import type { Start } from '../../cli/command.ts'
import type { Context } from '../../cli/context.ts'
import { examples } from '../../cli/help.ts'
import { underProgress } from '../../cli/with-progress.ts'
import type { Client, Session, SessionCount } from '../../core/model.ts'
import { sessionItem } from '../../core/session-item.ts'
import { EXIT, type ExitCode, usageError } from '../../errors.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import { findUsers, readSessions } from '../../sessions/find-users.ts'
import { readClientSessions } from '../../sessions/read-client-sessions.ts'
import { requireClients } from '../../sessions/require-clients.ts'
import { unreadableClients, warnUnreadable } from '../../sessions/unreadable-clients.ts'
import type { Progress } from '../../ui/output.ts'
import { byTenant, DistinctCounter, estimate } from './estimate.ts'
import { sessionItemView, sessionsView } from './view.ts'

export interface SessionsOptions {
  readonly client?: readonly string[]
  readonly user?: string
  readonly users?: boolean
  readonly byTenant?: boolean
  readonly list?: boolean
}

const EXAMPLES = examples([
  ['kc-logout sessions -r customers', 'what would a logout reach, and what not?'],
  ['kc-logout sessions --users', 'counts distinct people too'],
  ['kc-logout sessions --user ada', "Ada's sessions, offline ones too"],
  [
    `kc-logout sessions --list --json |\n      jq -r 'select(.ipAddress == "203.0.113.9").userId' |\n      kc-logout user - --yes`,
    'logs out who came from one address',
  ],
])

/** So many sessions are read without being asked for: it takes about a second. */
const FEW = 2000

/** Adds `sessions` to the command line. */
export function register(program: Command, start: Start): void {
  program
    .command('sessions')
    .description(
      'Shows what a logout would reach: sessions by client, who would be told and who not. Changes nothing.',
    )
    .option('--client <client-id>', 'only this client (repeatable)', collect)
    .option('--user <who>', "only this person's sessions: an id, username or e-mail address")
    .option('--users', 'reads all sessions and counts distinct people')
    .option('--by-tenant', 'groups clients by the host of their URLs')
    .option('--list', 'lists each session; with --json one a line, to choose from')
    .addHelpText('before', EXAMPLES)
    .action((flags: SessionsOptions) => start((ctx) => runSessions(flags, ctx)))
}

/** Estimates what a logout would reach. Roles: view-clients, view-realm; view-users with --user. Sends only GETs. */
export async function runSessions(options: SessionsOptions, ctx: Context): Promise<ExitCode> {
  if (options.user !== undefined && (options.users || options.byTenant))
    throw usageError(
      'contradiction',
      '--user shows one person: --users and --by-tenant do not go with it.',
      'Leave them out, or leave --user out.',
    )
  const keycloak = await ctx.keycloak()
  const all = await keycloak.clients()
  requireClients(options.client, all, keycloak)
  const clients = options.client ? all.filter(({ clientId }) => options.client?.includes(clientId)) : all
  return options.user === undefined
    ? ofTheRealm(options, clients, keycloak, ctx)
    : ofOnePerson(options.user, options, clients, keycloak, ctx)
}

async function ofTheRealm(
  options: SessionsOptions,
  clients: readonly Client[],
  keycloak: Keycloak,
  ctx: Context,
): Promise<ExitCode> {
  const counts = await keycloak.sessionCounts()
  const wanted = clients.filter(({ id }) => counts.some((count) => count.id === id))
  const isFew = counts.reduce((sum, { active, offline }) => sum + active + offline, 0) <= FEW
  const isRead = options.list || options.users || isFew
  const unread = isRead ? unreadableClients(wanted, counts) : []
  warnUnreadable(unread, ctx)
  if (options.list) return list(wanted, counts, keycloak, ctx)

  const tally = isRead ? new DistinctCounter() : undefined
  if (tally)
    await underProgress(ctx, (progress) =>
      readAll(wanted, counts, keycloak, ctx, progress, (session) => tally.add(session)),
    )
  const result = {
    realm: keycloak.realm,
    ...estimate(clients, counts, tally, new Set(unread.map(({ id }) => id))),
    ...(unread.length > 0 ? { unread: unread.map(({ clientId }) => clientId) } : {}),
  }
  ctx.print.result(options.byTenant ? { ...result, tenants: byTenant(result.clients) } : result, sessionsView)
  return EXIT.ok
}

async function list(
  clients: readonly Client[],
  counts: readonly SessionCount[],
  keycloak: Keycloak,
  ctx: Context,
): Promise<ExitCode> {
  await readAll(clients, counts, keycloak, ctx, undefined, (session) =>
    ctx.print.item(sessionItem(session), sessionItemView),
  )
  return EXIT.ok
}

async function ofOnePerson(
  who: string,
  options: SessionsOptions,
  clients: readonly Client[],
  keycloak: Keycloak,
  ctx: Context,
): Promise<ExitCode> {
  const users = await findUsers([who], undefined, keycloak)
  const unread = new Set<Client>()
  const people = await readSessions(users, clients, keycloak, (client) => unread.add(client))
  warnUnreadable([...unread], ctx, 'offline sessions')
  const ids = new Set(clients.map(({ id }) => id))
  const sessions = people
    .flatMap((person) => person.sessions)
    .filter((session) => !options.client || session.clients.some(({ id }) => ids.has(id)))
  if (options.list) {
    for (const session of sessions) await ctx.print.item(sessionItem(session), sessionItemView)
    return EXIT.ok
  }
  const tally = new DistinctCounter()
  for (const session of sessions) tally.add(session)
  const involved = clients.filter(({ id }) =>
    sessions.some((session) => session.clients.some((c) => c.id === id)),
  )
  const result = {
    realm: keycloak.realm,
    ...estimate(involved, countsOf(sessions), tally),
    sessions: sessions.map(sessionItem),
  }
  ctx.print.result(result, sessionsView)
  return EXIT.ok
}

function countsOf(sessions: readonly Session[]): SessionCount[] {
  const counts = new Map<string, { id: string; clientId: string; active: number; offline: number }>()
  for (const session of sessions)
    for (const { id, clientId } of session.clients) {
      const count = counts.get(id) ?? { id, clientId, active: 0, offline: 0 }
      counts.set(id, count)
      count[session.offline ? 'offline' : 'active']++
    }
  return [...counts.values()]
}

/** Online sessions first, then offline ones, each once. */
async function readAll(
  clients: readonly Client[],
  counts: readonly SessionCount[],
  keycloak: Keycloak,
  { signal }: Context,
  progress: Progress | undefined,
  visit: (session: Session) => void | Promise<void>,
): Promise<void> {
  for (const offline of [false, true]) {
    const kind = offline ? ('offline' as const) : ('active' as const)
    const expected = new Map(counts.map((count) => [count.id, count[kind]]))
    const some = clients.filter(({ id }) => (expected.get(id) ?? 0) > 0)
    progress?.phase(
      offline ? 'reading offline sessions' : 'reading sessions',
      some.reduce((sum, { id }) => sum + (expected.get(id) ?? 0), 0),
    )
    await readClientSessions(
      some,
      keycloak,
      { offline, expected, signal, onRead: (read) => progress?.update(read) },
      visit,
    )
  }
}
