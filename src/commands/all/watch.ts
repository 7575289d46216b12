import type { Context } from '../../cli/context.ts'
import type { Client, Session } from '../../core/model.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import { readClientSessions } from '../../sessions/read-client-sessions.ts'
import type { Watch } from './outcome.ts'

export interface WatchResult {
  /** Ids of sessions of these clients that were listed, or that started by the stored events, during the operation. */
  readonly seen: ReadonlySet<string>
  readonly watch: Watch
}

type Watched = Pick<Keycloak, 'sessionCounts' | 'clientSessions' | 'events' | 'eventsConfig'>

/** Events are stored with the millisecond of the sign-in, a little before the session can be listed. */
const EVENT_MARGIN_MS = 2_000
const EVENT_PAGE = 100

/**
 * Runs an operation that ends sessions without notification and observes which ones: lists the sessions of the clients
 * that it does not notify without a pause until it is complete, then reads the sign-ins from the realm's events, if it
 * stores them. Without events, a session that starts and ends between two looks is not seen; the longest such gap is
 * returned. A look that fails ends the watch, not the operation.
 */
export async function watchWhile(
  operation: () => Promise<void>,
  clients: readonly Client[],
  keycloak: Watched,
  { now, signal }: Pick<Context, 'now' | 'signal'>,
): Promise<WatchResult> {
  const seen = new Set<string>()
  if (clients.length === 0) {
    await operation()
    return { seen, watch: { looks: 0, longestGapMs: 0, events: false } }
  }
  const clientIds = new Set(clients.map(({ clientId }) => clientId))
  const newSignIns = await signInsFromNow(clientIds, keycloak)
  const look = () => listSessions(clients, keycloak, signal, (id) => void seen.add(id))
  await look()
  let looks = 1
  let last = now()
  let longestGapMs = 0
  const measureGap = () => {
    longestGapMs = Math.max(longestGapMs, now() - last)
    last = now()
  }
  const running = operation()
  const stop = () => false
  const untilComplete = running.then(stop, stop)
  const lookAgain = () =>
    look().then(() => {
      looks++
      return true
    }, stop)
  // The realm logout may end our own sign-in: then nothing can be listed any more.
  while (await Promise.race([untilComplete, lookAgain()])) measureGap()
  await running
  measureGap()
  const signedIn = await newSignIns()
  for (const id of signedIn ?? []) seen.add(id)
  return { seen, watch: { looks, longestGapMs, events: signedIn !== undefined } }
}

async function listSessions(
  clients: readonly Client[],
  keycloak: Watched,
  signal: AbortSignal,
  visit: (sessionId: string) => void,
): Promise<void> {
  const ids = new Set(clients.map(({ id }) => id))
  const counts = (await keycloak.sessionCounts()).filter(({ id, active }) => ids.has(id) && active > 0)
  const expected = new Map(counts.map(({ id, active }) => [id, active]))
  await readClientSessions(
    clients.filter(({ id }) => expected.has(id)),
    keycloak,
    // What cannot be listed is named elsewhere.
    { offline: false, expected, signal, onUnreadable: () => {} },
    ({ id }: Session) => visit(id),
  )
}

/**
 * Remembers the sign-ins that the realm has stored; the returned function reads those stored since. New ones differ from
 * earlier ones in the server's time, which need not match ours, and in their sessions. Undefined if the realm stores no
 * sign-ins or hides them: view-events is not among the roles that a logout needs.
 */
async function signInsFromNow(
  clientIds: ReadonlySet<string>,
  keycloak: Watched,
): Promise<() => Promise<string[] | undefined>> {
  const unlessHidden = <T>(reading: Promise<T>) => reading.catch(() => undefined)
  const before = await unlessHidden(storedSignIns(clientIds, keycloak))
  return async () => {
    const all = before && (await unlessHidden(signInsSince(before.since, clientIds, keycloak)))
    return all?.filter((id) => !before?.known.has(id))
  }
}

async function storedSignIns(clientIds: ReadonlySet<string>, keycloak: Watched) {
  const { eventsEnabled, enabledEventTypes: types } = await keycloak.eventsConfig()
  if (!eventsEnabled || (types.length > 0 && !types.includes('LOGIN'))) return undefined
  const [latest] = await keycloak.events({ types: ['LOGIN'], first: 0, max: 1 })
  const since = (latest?.time ?? 0) - EVENT_MARGIN_MS
  return { since, known: new Set(await signInsSince(since, clientIds, keycloak)) }
}

/** Ids of the sessions of sign-ins to these clients from a time on. */
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
