import pMap from 'p-map'
import type { Context } from '../cli/context.ts'
import { mayHaveExpired } from '../core/client-session-life.ts'
import type { Client, Realm, Session, User } from '../core/model.ts'
import { sessionKey } from '../core/session-key.ts'
import type { Keycloak } from '../keycloak/keycloak.ts'
import { unlessDenied } from '../keycloak/unless-denied.ts'
import { readClientSessions } from './read-client-sessions.ts'
import { hasSafeId } from './unreadable-clients.ts'

/** A client whose part in a session has expired: Keycloak does not notify it when the session ends (26.7.4). */
export interface ExpiredPart {
  readonly userId: string
  readonly sessionId: string
  readonly offline: boolean
  readonly client: Session['clients'][number]
}

export interface ExpiredParts {
  readonly parts: readonly ExpiredPart[]
  /** Some lists were not read: too many sessions, not permitted, or Keycloak failed to list them. */
  readonly isIncomplete: boolean
}

/** Up to this many client sessions are read, which takes a few seconds. */
const MAX_READ = 5000
const PARALLEL_REQUESTS = 8

interface Facts {
  readonly clients: readonly Client[]
  readonly realm: Realm
}

type Reader = Pick<Keycloak, 'sessionCounts' | 'clientSessions' | 'sessionsOf' | 'serverTime'>

/**
 * Finds client sessions of these users that have expired while the user session is active, and expired offline ones.
 * Keycloak's list of a user's sessions leaves them out; its lists by client have them. Reads only clients at which one
 * may have expired.
 */
export async function readExpiredParts(
  users: readonly { readonly user: User; readonly sessions: readonly Session[] }[],
  { clients, realm }: Facts,
  keycloak: Reader,
  ctx: Pick<Context, 'now' | 'signal'>,
): Promise<ExpiredParts> {
  const counts = await unlessDenied(keycloak.sessionCounts())
  if (!counts) return { parts: [], isIncomplete: true }
  const now = (await keycloak.serverTime()) ?? ctx.now()
  const known = new Map(
    users.flatMap(({ sessions }) => sessions.map((session) => [sessionKey(session), session])),
  )
  const userIds = new Set(users.map(({ user }) => user.id))
  const parts: ExpiredPart[] = []
  let isIncomplete = false
  for (const offline of [false, true]) {
    const expected = new Map(counts.map((count) => [count.id, offline ? count.offline : count.active]))
    const online = [...known.values()].filter((session) => !session.offline)
    const candidates = clients.filter(
      (client) =>
        hasSafeId(client.id) &&
        (expected.get(client.id) ?? 0) > 0 &&
        (offline || online.some((session) => mayBeMissing(session, client, realm, now))),
    )
    if (candidates.reduce((sum, { id }) => sum + (expected.get(id) ?? 0), 0) > MAX_READ) {
      isIncomplete = true
      continue
    }
    const onUnreadable = () => {
      isIncomplete = true
    }
    await readClientSessions(
      candidates,
      keycloak,
      { offline, expected, signal: ctx.signal, onUnreadable },
      (session) => {
        const listed = known.get(sessionKey(session))
        // An offline session of which every part has expired is not in the list of the user.
        if (!userIds.has(session.userId) || (!listed && !offline)) return
        for (const client of session.clients)
          if (!listed?.clients.some(({ id }) => id === client.id))
            parts.push({ userId: session.userId, sessionId: session.id, offline, client })
      },
    )
  }
  return { parts: await withoutNew(parts, keycloak), isIncomplete }
}

function mayBeMissing(session: Session, client: Client, realm: Realm, now: number): boolean {
  return !session.clients.some(({ id }) => id === client.id) && mayHaveExpired(session, client, realm, now)
}

/** Leaves out clients that joined a session after the first look at it. */
async function withoutNew(
  parts: readonly ExpiredPart[],
  keycloak: Pick<Keycloak, 'sessionsOf'>,
): Promise<ExpiredPart[]> {
  const userIds = [...new Set(parts.filter(({ offline }) => !offline).map(({ userId }) => userId))]
  const read = await pMap(userIds, (id) => keycloak.sessionsOf(id), { concurrency: PARALLEL_REQUESTS })
  const active = new Set(
    read.flat().flatMap(({ id, clients }) => clients.map((client) => `${id} ${client.id}`)),
  )
  return parts.filter(({ sessionId, client, offline }) => offline || !active.has(`${sessionId} ${client.id}`))
}
