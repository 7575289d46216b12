import type { Context } from '../../cli/context.ts'
import { type Criteria, choosesSessions } from '../../core/choice.ts'
import type { Client, Session, SessionCount, User } from '../../core/model.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import { chooseUsers } from '../../sessions/choose/choose-users.ts'
import { SessionChoice } from '../../sessions/choose/session-choice.ts'
import { SessionFilter } from '../../sessions/choose/session-filter.ts'
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
  /** The sessions to show. */
  readonly choice: SessionChoice
  /** Are sessions chosen by more than their clients, so that Keycloak's own counts say too much? */
  readonly isFiltered: boolean
  /** The users whose sessions are read one by one; undefined: all sessions of the clients are read. */
  readonly users: readonly User[] | undefined
}

/**
 * Signs in, reads the clients and finds the chosen users.
 * @param user id, username or e-mail address with `--user`
 * @param onUnknownExcluded called with names of --exclude-user that nobody has; without it they are an error
 * @throws {UserError} `client-not-found`, `user-not-found` (5), `ambiguous-user` (2)
 */
export async function startRun(
  criteria: Criteria,
  user: string | undefined,
  ctx: Context,
  onUnknownExcluded?: (names: readonly string[]) => void,
): Promise<SessionsRun> {
  const { clientIds } = criteria.sessions
  const keycloak = await ctx.keycloak()
  const visible = await keycloak.clients()
  requireClients(clientIds, visible, keycloak)
  const chosen = await chooseUsers(criteria.users, visible, keycloak, onUnknownExcluded)
  const filter = new SessionFilter(criteria.sessions, (await keycloak.serverTime()) ?? ctx.now())
  const isNarrowed = clientIds.length > 0
  return {
    ...{ keycloak, ctx, visible, isNarrowed },
    clients: isNarrowed ? visible.filter(({ clientId }) => clientIds.includes(clientId)) : visible,
    choice: new SessionChoice(chosen, filter),
    isFiltered: choosesSessions(criteria) || !chosen.isEverybody,
    users:
      user === undefined
        ? undefined
        : (await findUsers([user], undefined, keycloak)).filter(({ id }) => chosen.includes(id)),
  }
}

/** Reads the chosen sessions of these users, offline sessions included. */
export async function readUserSessions(
  users: readonly User[],
  { keycloak, ctx, clients, choice }: SessionsRun,
): Promise<Session[]> {
  const unreadable = new Set<Pick<Client, 'id' | 'clientId'>>()
  const found = await readSessions(users, clients, keycloak, (client) => unreadable.add(client))
  warnUnreadable([...unreadable], ctx, 'offline sessions')
  return found.flatMap(({ sessions }) => sessions).filter((session) => choice.count(session))
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
