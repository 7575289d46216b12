import type { Context } from '../../cli/context.ts'
import type { Client, Session, SessionCount } from '../../core/model.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import { readClientSessions } from '../../sessions/read-client-sessions.ts'
import type { UnreadableSessions } from '../../sessions/read-page.ts'
import { readSessionsWithoutClient } from '../../sessions/read-sessions-without-client.ts'
import { type SessionTarget, targetMapper } from '../../sessions/target.ts'
import type { Progress } from '../../ui/output.ts'
import { countEach } from './counts.ts'
import type { AllChoice, RealmSessions, WithoutClient } from './snapshot.ts'

export interface SessionsQuery {
  readonly clients: readonly Client[]
  /** Keycloak's own numbers: only clients with sessions are read. */
  readonly counts: readonly SessionCount[]
  readonly offline: boolean
  readonly choice: Pick<AllChoice, 'chosen'>
  /**
   * The planned sessions, when they are read again: they stay chosen if they were used since. Without it, counts what each
   * option chooses.
   */
  readonly planned?: ReadonlyMap<string, SessionTarget>
}

interface Reader {
  readonly keycloak: Pick<Keycloak, 'clientSessions'>
  readonly ctx: Pick<Context, 'signal'>
  readonly progress?: Progress
}

/** Reads the chosen sessions of these clients, each once. What Keycloak fails to list is named, and the others are read. */
export async function readRealmSessions(
  { clients, counts, offline, choice, planned }: SessionsQuery,
  { keycloak, ctx, progress }: Reader,
): Promise<RealmSessions> {
  const kind = offline ? ('offline' as const) : ('active' as const)
  const expected = new Map(counts.map((count) => [count.id, count[kind]]))
  const withSessions = clients.filter(({ id }) => (expected.get(id) ?? 0) > 0)
  progress?.phase(
    offline ? 'reading offline sessions' : 'reading sessions',
    withSessions.reduce((sum, { id }) => sum + (expected.get(id) ?? 0), 0),
  )
  const targets = new Map<string, SessionTarget>()
  const userIds = new Set<string>()
  const byClient = new Map<string, number>()
  const unread = new Map<Client, UnreadableSessions>()
  const targetOf = targetMapper(clients)
  await readClientSessions(
    withSessions,
    keycloak,
    {
      offline,
      expected,
      signal: ctx.signal,
      onRead: (read) => progress?.update(read),
      onUnreadable: (client, found) => void unread.set(client, found),
    },
    (session) => {
      if (!isChosen(session, choice, planned)) return
      const target = targetOf(session)
      targets.set(session.id, target)
      userIds.add(session.userId)
      countEach(byClient, target.clients)
    },
  )
  return { targets, userIds, byClient, unread }
}

/** A planned session that is read again stays chosen, even if it was used since. */
const isChosen = (
  session: Session,
  { chosen }: SessionsQuery['choice'],
  planned: SessionsQuery['planned'],
): boolean => (planned ? planned.has(session.id) || chosen.matches(session) : chosen.count(session))

/** The list of all sessions of a realm is read up to this many client sessions: with 100,000 it fails (26.7.4). */
const MAX_REALM_LIST = 5_000

/**
 * Reads the chosen sessions in which no client takes part. They are in no list by client, and where others were ended, the
 * list of the realm is short enough to be read.
 * @returns undefined if only sessions of some clients were chosen
 */
export async function readWithoutClient(
  counts: readonly SessionCount[],
  choice: AllChoice,
  { keycloak, ctx }: { readonly keycloak: Keycloak; readonly ctx: Pick<Context, 'signal'> },
  planned?: SessionsQuery['planned'],
): Promise<WithoutClient | undefined> {
  if (choice.clientIds.length > 0) return undefined
  if (!(await keycloak.capabilities()).listsSessionsWithoutClient) return 'unsupported'
  const listed = counts.reduce((sum, { active }) => sum + active, 0)
  if (listed > MAX_REALM_LIST) return { sessions: [], isComplete: false }
  const found = await readSessionsWithoutClient(keycloak, ctx, MAX_REALM_LIST)
  return { ...found, sessions: found.sessions.filter((session) => isChosen(session, choice, planned)) }
}

/** The sessions in which no client takes part, to be ended: nothing is notified of them. */
export const targetsWithoutClient = (found: WithoutClient | undefined): SessionTarget[] =>
  found && found !== 'unsupported' ? found.sessions.map(targetMapper([])) : []
