import type { Context } from '../../cli/context.ts'
import type { Client, Session, SessionCount } from '../../core/model.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import { readClientSessions } from '../../sessions/read-client-sessions.ts'
import { type SessionTarget, targetMapper } from '../../sessions/target.ts'
import type { Progress } from '../../ui/output.ts'

/** What was found of a realm, as small as it can be kept: there may be 100,000 sessions. */
export interface RealmSessions {
  readonly sessions: ReadonlyMap<string, SessionTarget>
  /** Their ids. */
  readonly people: ReadonlySet<string>
  /** Sessions by client id. */
  readonly byClient: ReadonlyMap<string, number>
}

/** Reads the sessions of these clients that are chosen, each once. */
export async function readRealmSessions(
  clients: readonly Client[],
  counts: readonly SessionCount[],
  offline: boolean,
  isChosen: (session: Session) => boolean,
  keycloak: Pick<Keycloak, 'clientSessions'>,
  ctx: Pick<Context, 'signal'>,
  progress?: Progress,
): Promise<RealmSessions> {
  const kind = offline ? ('offline' as const) : ('active' as const)
  const expected = new Map(counts.map((count) => [count.id, count[kind]]))
  const some = clients.filter(({ id }) => (expected.get(id) ?? 0) > 0)
  progress?.phase(
    offline ? 'reading offline sessions' : 'reading sessions',
    some.reduce((sum, { id }) => sum + (expected.get(id) ?? 0), 0),
  )
  const sessions = new Map<string, SessionTarget>()
  const people = new Set<string>()
  const byClient = new Map<string, number>()
  const targetOf = targetMapper(clients)
  await readClientSessions(
    some,
    keycloak,
    { offline, expected, signal: ctx.signal, onRead: (read) => progress?.update(read) },
    (session) => {
      if (!isChosen(session)) return
      sessions.set(session.id, targetOf(session))
      people.add(session.userId)
      for (const { id } of session.clients) byClient.set(id, (byClient.get(id) ?? 0) + 1)
    },
  )
  return { sessions, people, byClient }
}
