import type { Context } from '../../cli/context.ts'
import type { Client, Session, SessionCount } from '../../core/model.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import { findUsers } from '../../sessions/find-users.ts'
import { readClientSessions } from '../../sessions/read-client-sessions.ts'
import type { UnreadableSessions } from '../../sessions/read-page.ts'
import { readSessions } from '../../sessions/read-user-sessions.ts'
import { requireClients } from '../../sessions/require-clients.ts'
import { warnUnreadable } from '../../sessions/unreadable-clients.ts'
import type { Progress } from '../../ui/output.ts'

/** One run of `sessions`. */
export interface SessionsRun {
  readonly keycloak: Keycloak
  readonly ctx: Context
  /** The clients to show: those given with `--client`, else all. */
  readonly clients: readonly Client[]
  /** All clients that the caller may view. */
  readonly visible: readonly Client[]
  /** Whether `--client` was given. */
  readonly isNarrowed: boolean
}

/**
 * Signs in and reads the clients.
 * @throws {UserError} `client-not-found` (5)
 */
export async function startRun(clientIds: readonly string[] | undefined, ctx: Context): Promise<SessionsRun> {
  const keycloak = await ctx.keycloak()
  const all = await keycloak.clients()
  requireClients(clientIds, all, keycloak)
  const clients = clientIds ? all.filter(({ clientId }) => clientIds.includes(clientId)) : all
  return { keycloak, ctx, clients, visible: all, isNarrowed: clientIds !== undefined }
}

/**
 * Reads the sessions of one user, offline sessions included.
 * @throws {UserError} `user-not-found` (5), `ambiguous-user` (2)
 */
export async function readUserSessions(
  name: string,
  { keycloak, ctx, clients, isNarrowed }: SessionsRun,
): Promise<Session[]> {
  const users = await findUsers([name], undefined, keycloak)
  const unreadable = new Set<Pick<Client, 'id' | 'clientId'>>()
  const found = await readSessions(users, clients, keycloak, (client) => unreadable.add(client))
  warnUnreadable([...unreadable], ctx, 'offline sessions')
  const ids = new Set(clients.map(({ id }) => id))
  return found
    .flatMap(({ sessions }) => sessions)
    .filter((session) => !isNarrowed || session.clients.some(({ id }) => ids.has(id)))
}

/** Counts the client sessions of these sessions, as Keycloak does for a realm. */
export function countsOf(sessions: readonly Session[]): SessionCount[] {
  const counts = new Map<string, { id: string; clientId: string; active: number; offline: number }>()
  for (const session of sessions)
    for (const { id, clientId } of session.clients) {
      const count = counts.get(id) ?? { id, clientId, active: 0, offline: 0 }
      counts.set(id, count)
      count[session.offline ? 'offline' : 'active']++
    }
  return [...counts.values()]
}

/**
 * Reads all sessions of these clients, each once: online sessions first, then offline sessions. What Keycloak fails to
 * list is left out.
 * @returns the clients of which a session could not be read, and why
 */
export async function readAllSessions(
  clients: readonly Client[],
  counts: readonly SessionCount[],
  { keycloak, ctx: { signal } }: SessionsRun,
  visit: (session: Session) => void | Promise<void>,
  progress?: Progress,
): Promise<ReadonlyMap<Client, UnreadableSessions>> {
  const unreadable = new Map<Client, UnreadableSessions>()
  const onUnreadable = (client: Client, found: UnreadableSessions) =>
    void unreadable.set(client, joined(unreadable.get(client), found))
  for (const offline of [false, true]) {
    const kind = offline ? ('offline' as const) : ('active' as const)
    const expected = new Map(counts.map((count) => [count.id, count[kind]]))
    const withSessions = clients.filter(({ id }) => (expected.get(id) ?? 0) > 0)
    progress?.phase(
      offline ? 'reading offline sessions' : 'reading sessions',
      withSessions.reduce((sum, { id }) => sum + (expected.get(id) ?? 0), 0),
    )
    const onRead = (read: number) => progress?.update(read)
    await readClientSessions(
      withSessions,
      keycloak,
      { offline, expected, signal, onRead, onUnreadable },
      visit,
    )
  }
  return unreadable
}

function joined(
  one: UnreadableSessions | undefined,
  { count, reason }: UnreadableSessions,
): UnreadableSessions {
  if (!one) return { count, reason }
  return { count: one.count === undefined || count === undefined ? undefined : one.count + count, reason }
}
