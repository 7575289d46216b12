import type { Context } from '../context.ts'
import type { Watch } from '../core/all-outcome.ts'
import type { Client, Realm, Session } from '../core/model.ts'
import type { Keycloak } from '../keycloak/keycloak.ts'
import { readClientSessions } from './read-sessions.ts'

export interface WatchResult {
  /** Sessions of these clients that were seen, or that events say began, while the act ran. */
  readonly seen: ReadonlySet<string>
  readonly watch: Watch
}

/** Events are stored with the millisecond of the sign-in, a little before the session can be listed. */
const EVENTS_EARLIER_MS = 2_000
const EVENT_PAGE = 100

/**
 * Runs an act that ends sessions untold, and sees as much as can be seen of what it ends: lists the sessions of the
 * clients that it does not tell without a pause until the act has ended, and afterwards reads the sign-ins from the
 * realm's events, where it stores them. What begins after the last look and has ended before the next is not seen
 * without events; the longest such gap is returned.
 */
export async function watched(
  act: () => Promise<void>,
  clients: readonly Client[],
  realm: Realm,
  keycloak: Pick<Keycloak, 'sessionCounts' | 'clientSessions' | 'events'>,
  { now, signal }: Pick<Context, 'now' | 'signal'>,
): Promise<WatchResult> {
  const seen = new Set<string>()
  let looks = 0
  let longestGapMs = 0
  const ids = new Set(clients.map(({ id }) => id))
  const look = async () => {
    const counts = (await keycloak.sessionCounts()).filter(({ id, active }) => ids.has(id) && active > 0)
    const expected = new Map(counts.map(({ id, active }) => [id, active]))
    await readClientSessions(
      clients.filter(({ id }) => expected.has(id)),
      keycloak,
      { offline: false, expected, signal },
      ({ id }: Session) => void seen.add(id),
    )
    looks++
  }

  if (clients.length === 0) {
    await act()
    return { seen, watch: { looks, longestGapMs, events: false } }
  }
  const began = now()
  await look()
  let last = now()
  let running = true
  const acting = act().finally(() => {
    running = false
  })
  // The sign-in may end with the realm's sessions: a look that fails is no longer needed then.
  while (running) {
    const answered = await Promise.race([
      look().then(() => true),
      acting.then(
        () => false,
        () => false,
      ),
    ])
    longestGapMs = Math.max(longestGapMs, now() - last)
    last = now()
    if (!answered) break
  }
  await acting
  return {
    seen,
    watch: { looks, longestGapMs, events: await readSignIns(began, clients, realm, keycloak, seen) },
  }
}

/** Adds the sessions of sign-ins at these clients since then; false where the realm keeps no events or hides them. */
async function readSignIns(
  since: number,
  clients: readonly Client[],
  realm: Realm,
  keycloak: Pick<Keycloak, 'events'>,
  seen: Set<string>,
): Promise<boolean> {
  if (!realm.eventsEnabled) return false
  const clientIds = new Set(clients.map(({ clientId }) => clientId))
  try {
    for (let first = 0; ; first += EVENT_PAGE) {
      // The newest come first.
      const events = await keycloak.events({ types: ['LOGIN'], first, max: EVENT_PAGE })
      const recent = events.filter(({ time }) => time >= since - EVENTS_EARLIER_MS)
      for (const { clientId, sessionId } of recent)
        if (sessionId && clientId && clientIds.has(clientId)) seen.add(sessionId)
      if (recent.length < EVENT_PAGE) return true
    }
  } catch {
    // view-events is not among the roles that a logout needs.
    return false
  }
}
