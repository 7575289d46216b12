import type { Context } from '../../cli/context.ts'
import type { Client, SessionCount } from '../../core/model.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import { readClientSessions } from '../../sessions/read-client-sessions.ts'
import { type SessionTarget, targetMapper } from '../../sessions/target.ts'
import type { Progress } from '../../ui/output.ts'
import { countEach } from './counts.ts'
import { type AllChoice, isChosen, type RealmSessions } from './snapshot.ts'

export interface SessionsQuery {
  readonly clients: readonly Client[]
  /** Keycloak's own numbers: only clients with sessions are read. */
  readonly counts: readonly SessionCount[]
  readonly offline: boolean
  readonly choice: AllChoice
}

interface Reader {
  readonly keycloak: Pick<Keycloak, 'clientSessions'>
  readonly ctx: Pick<Context, 'signal'>
  readonly progress?: Progress
}

/** Reads the chosen sessions of these clients, each once. */
export async function readRealmSessions(
  { clients, counts, offline, choice }: SessionsQuery,
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
  const targetOf = targetMapper(clients)
  await readClientSessions(
    withSessions,
    keycloak,
    { offline, expected, signal: ctx.signal, onRead: (read) => progress?.update(read) },
    (session) => {
      if (!isChosen(session, choice)) return
      const target = targetOf(session)
      targets.set(session.id, target)
      userIds.add(session.userId)
      countEach(byClient, target.clients)
    },
  )
  return { targets, userIds, byClient }
}
