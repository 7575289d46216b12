import type { Context } from '../../cli/context.ts'
import type { Client, Session } from '../../core/model.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import { readClientSessions } from '../../sessions/read-client-sessions.ts'
import type { Watch } from './outcome.ts'

export interface WatchResult {
  /** Sessions of these clients that were seen, or that events say began, while the act ran. */
  readonly seen: ReadonlySet<string>
  readonly watch: Watch
}

type Watched = Pick<Keycloak, 'sessionCounts' | 'clientSessions' | 'events' | 'eventsConfig'>

/** Events are stored with the millisecond of the sign-in, a little before the session can be listed. */
const EVENTS_EARLIER_MS = 2_000
const EVENT_PAGE = 100

/**
 * Runs an act that ends sessions untold, and sees as much as can be seen of what it ends: lists the sessions of the
 * clients that it does not tell without a pause until the act has ended, and afterwards reads the sign-ins from the
 * realm's events, where it stores them. What begins after the last look and has ended before the next is not seen
 * without events; the longest such gap is returned. A look that fails ends the watch, never the act.
 */
export async function watched(
  act: () => Promise<void>,
  clients: readonly Client[],
  keycloak: Watched,
  { now, signal }: Pick<Context, 'now' | 'signal'>,
): Promise<WatchResult> {
  const seen = new Set<string>()
  let looks = 0
  if (clients.length === 0) {
    await act()
    return { seen, watch: { looks, longestGapMs: 0, events: false } }
  }
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

  const clientIds = new Set(clients.map(({ clientId }) => clientId))
  const newSignIns = await signInsFromNow(clientIds, keycloak)
  await look()
  let last = now()
  let longestGapMs = 0
  const mind = () => {
    longestGapMs = Math.max(longestGapMs, now() - last)
    last = now()
  }
  const acting = act()
  const over = acting.then(
    () => false,
    () => false,
  )
  const seeing = () =>
    look().then(
      () => true,
      () => false,
    )
  // The sign-in may end with the realm's sessions: then nothing can be looked at any more.
  while (await Promise.race([over, seeing()])) mind()
  await acting
  mind()
  const signedIn = await newSignIns()
  for (const id of signedIn ?? []) seen.add(id)
  return { seen, watch: { looks, longestGapMs, events: signedIn !== undefined } }
}

/**
 * Remembers which sign-ins the realm has stored; the function that it gives reads those that came since. They are told
 * from earlier ones by the server's clock, which need not agree with ours, and by their sessions. Undefined where the
 * realm stores no sign-ins or hides them: view-events is not among the roles that a logout needs.
 */
async function signInsFromNow(
  clientIds: ReadonlySet<string>,
  keycloak: Watched,
): Promise<() => Promise<string[] | undefined>> {
  const unlessHidden = <T>(reading: Promise<T>) => reading.catch(() => undefined)
  const before = await unlessHidden(
    (async () => {
      const { eventsEnabled, enabledEventTypes: types } = await keycloak.eventsConfig()
      if (!eventsEnabled || (types.length > 0 && !types.includes('LOGIN'))) return undefined
      const [latest] = await keycloak.events({ types: ['LOGIN'], first: 0, max: 1 })
      const since = (latest?.time ?? 0) - EVENTS_EARLIER_MS
      return { since, known: new Set(await signInsSince(since, clientIds, keycloak)) }
    })(),
  )
  return async () => {
    const all = before && (await unlessHidden(signInsSince(before.since, clientIds, keycloak)))
    return all?.filter((id) => !before?.known.has(id))
  }
}

/** The sessions of sign-ins at these clients from then on. */
async function signInsSince(
  since: number,
  clientIds: ReadonlySet<string>,
  keycloak: Watched,
): Promise<string[]> {
  const sessions: string[] = []
  for (let first = 0; ; first += EVENT_PAGE) {
    // The newest come first.
    const events = await keycloak.events({ types: ['LOGIN'], first, max: EVENT_PAGE })
    const recent = events.filter(({ time }) => time >= since)
    for (const { clientId, sessionId } of recent)
      if (sessionId && clientId && clientIds.has(clientId)) sessions.push(sessionId)
    if (recent.length < EVENT_PAGE) return sessions
  }
}
