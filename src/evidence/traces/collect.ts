import type { EndedSession, SeenDelivery } from '../delivery.ts'
import { keyOf, matchTrace } from './match.ts'
import type { TraceStore } from './store.ts'
import { newTraceId, type RandomHex, traceparent } from './trace-id.ts'

/** Sessions in one trace: 10,000 sessions then need 100 look-ups, and a trace stays small enough to be shown. */
const SESSIONS_PER_TRACE = 100

/** Hands out trace ids: each to a number of requests, one after another. */
export function traceIds(randomHex: RandomHex, perTrace = SESSIONS_PER_TRACE) {
  const used: string[] = []
  let left = 0
  return {
    used: used as readonly string[],
    /** The trace of the next request, and its header. */
    next(): { readonly traceId: string; readonly traceparent: string } {
      if (left === 0) {
        used.push(newTraceId(randomHex))
        left = perTrace
      }
      left--
      const traceId = used.at(-1) ?? ''
      return { traceId, traceparent: traceparent(traceId, randomHex) }
    },
  }
}

/** What was found in traces so far. */
export interface TraceFindings {
  readonly deliveries: readonly SeenDelivery[]
  /** Sessions of whose requests nothing is in the store. */
  readonly missing: number
  /** Why the store could not be asked, the last time that it could not. */
  readonly problem: string | undefined
}

/**
 * Reads the traces of sessions that have ended, until every expected call was seen or the time is over. A store that
 * does not answer, or has nothing of a trace, leaves its sessions unknown.
 */
export function traceCollector(store: TraceStore, realm: string) {
  const byTrace = new Map<string, Map<string, EndedSession>>()
  /** Deliveries by trace, as last read. */
  const found = new Map<
    string,
    { deliveries: readonly SeenDelivery[]; seen: ReadonlySet<string>; stable: number }
  >()
  let problem: string | undefined
  /** A store that was away may have lost spans of calls, which nothing else shows. */
  let hasFailed = false

  const expectedIn = (sessions: ReadonlyMap<string, EndedSession>) =>
    [...sessions.values()].reduce(
      (sum, { clients }) => sum + clients.filter(({ isExpected }) => isExpected).length,
      0,
    )
  /** Was every call seen that is expected of the sessions of this trace? */
  const isFull = (traceId: string): boolean => {
    const [sessions, reading] = [byTrace.get(traceId), found.get(traceId)]
    return (
      sessions !== undefined && reading !== undefined && reading.deliveries.length >= expectedIn(sessions)
    )
  }
  const isSettled = (traceId: string): boolean => {
    const [sessions, reading] = [byTrace.get(traceId), found.get(traceId)]
    if (!sessions || !reading || reading.seen.size < sessions.size) return false
    return isFull(traceId) || reading.stable >= STABLE_READS
  }

  const read = async (traceId: string, isComplete: boolean): Promise<void> => {
    const sessions = byTrace.get(traceId)
    if (!sessions) return
    try {
      const spans = await store.spans(traceId)
      const before = found.get(traceId)
      const { deliveries, seen } = matchTrace(spans, sessions, realm, isComplete)
      const isSame = before?.deliveries.length === deliveries.length && before.seen.size === seen.size
      found.set(traceId, { deliveries, seen, stable: isSame ? before.stable + 1 : 0 })
      problem = undefined
    } catch (error) {
      hasFailed = true
      problem = error instanceof Error ? error.message : String(error)
    }
  }

  return {
    ended(session: EndedSession): void {
      if (session.traceId === undefined) return
      const sessions = byTrace.get(session.traceId) ?? new Map<string, EndedSession>()
      sessions.set(keyOf(session), session)
      byTrace.set(session.traceId, sessions)
    },
    /** Reads each trace once that is not settled. Resolves to whether all are. */
    async look(): Promise<boolean> {
      const open = [...byTrace.keys()].filter((traceId) => !isSettled(traceId))
      for (const traceId of open) await read(traceId, false)
      return open.every(isSettled)
    },
    /** Deliveries as last read, without any claim that a call was not made. */
    soFar: (): SeenDelivery[] => [...found.values()].flatMap(({ deliveries }) => deliveries),
    /**
     * What is known at the end. Claims "not sent" only if no session of the run is missing in the store, which answered
     * each time.
     */
    async findings(): Promise<TraceFindings> {
      const missing = [...byTrace].reduce(
        (sum, [traceId, sessions]) => sum + sessions.size - (found.get(traceId)?.seen.size ?? 0),
        0,
      )
      if (missing === 0 && !hasFailed)
        for (const traceId of byTrace.keys()) if (!isFull(traceId)) await read(traceId, true)
      return { deliveries: [...found.values()].flatMap(({ deliveries }) => deliveries), missing, problem }
    },
  }
}

/** A reading that was the same this many times more is taken for the whole. */
const STABLE_READS = 2
