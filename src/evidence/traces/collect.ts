import pMap from 'p-map'
import { sessionKey } from '../../core/session-key.ts'
import type { EndedSession, SeenDelivery } from '../delivery.ts'
import { type MatchedTrace, matchTrace } from './match.ts'
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

interface Reading extends MatchedTrace {
  /** How many readings before it were the same. */
  readonly stable: number
}

/**
 * Reads the traces of sessions that have ended, until every expected call was seen or the time is over. A store that
 * does not answer, answers too late, or has nothing of a trace, leaves its sessions unknown.
 */
export function traceCollector(store: TraceStore, realm: string, now: () => number = Date.now) {
  const byTrace = new Map<string, Map<string, EndedSession>>()
  const found = new Map<string, Reading>()
  const exports = exportTimes(now)
  let looking: Promise<boolean> | undefined
  let isOver = false
  let endedCount = 0
  /** How many sessions had ended when the store was last asked and answered. */
  let answeredFor = -1
  let problem: string | undefined
  /** A store that was away may have lost spans of calls, which nothing else shows. */
  let hasFailed = false

  const isSettled = (traceId: string): boolean => isWhole(byTrace.get(traceId), found.get(traceId))

  const read = async (traceId: string): Promise<void> => {
    const sessions = byTrace.get(traceId)
    if (!sessions || isOver) return
    const asked = endedCount
    exports.begin(traceId)
    try {
      const spans = await store.spans(traceId)
      if (isOver) return
      answeredFor = Math.max(answeredFor, asked)
      const before = found.get(traceId)
      const matched = matchTrace(spans, sessions, realm)
      const isSame =
        before?.deliveries.length === matched.deliveries.length && before.seen.size === matched.seen.size
      found.set(traceId, { ...matched, stable: isSame ? before.stable + 1 : 0 })
      problem = undefined
    } catch (error) {
      hasFailed = true
      problem = error instanceof Error ? error.message : String(error)
    }
  }
  const readOpen = async (which: 'all' | 'due'): Promise<boolean> => {
    const open = [...byTrace.keys()].filter((id) => !isSettled(id) && (which === 'all' || exports.isDue(id)))
    await pMap(open, read, { concurrency: READS_IN_FLIGHT })
    return [...byTrace.keys()].every(isSettled)
  }
  const soFar = (): SeenDelivery[] => [...found.values()].flatMap(({ deliveries }) => deliveries)

  return {
    ended(session: EndedSession): void {
      if (session.traceId === undefined) return
      endedCount++
      const sessions = byTrace.get(session.traceId) ?? new Map<string, EndedSession>()
      sessions.set(sessionKey(session), session)
      byTrace.set(session.traceId, sessions)
      if (sessions.size === 1 || sessions.size === SESSIONS_PER_TRACE) exports.begin(session.traceId)
    },
    /**
     * Reads each trace once that is not settled, or joins the look in progress. Resolves to whether all are.
     * @param which only those of which Keycloak has exported more by now: reading costs, and the run goes on
     */
    look(which: 'all' | 'due' = 'all'): Promise<boolean> {
      looking ??= readOpen(which).finally(() => {
        looking = undefined
      })
      return looking
    },
    /** Deliveries as last read, without any claim that a call was not made. */
    soFar,
    /**
     * What is known at the end; ends looking. Claims "not sent" only of traces that two readings showed alike, and only
     * if no session of the run is missing in the store, which answered each time.
     */
    findings(): TraceFindings {
      isOver = true
      const missing = [...byTrace].reduce(
        (sum, [traceId, sessions]) => sum + sessions.size - (found.get(traceId)?.seen.size ?? 0),
        0,
      )
      const isComplete = missing === 0 && !hasFailed && !looking
      const notSent = isComplete
        ? [...found.values()].flatMap((reading) => (reading.stable > 0 ? reading.notSent : []))
        : []
      const isLate = looking !== undefined && answeredFor < endedCount
      const late = isLate ? 'it had not answered when the time was over' : undefined
      return { deliveries: [...soFar(), ...notSent], missing, problem: problem ?? late }
    },
  }
}

/** Milliseconds after which Keycloak has exported a span: every 5 s (measured: 5.0 to 5.7 s after the last request). */
const EXPORT_MS = 6000

/** Since when a trace waits for its export: its first session, its last one, the last reading. */
function exportTimes(now: () => number) {
  const since = new Map<string, number>()
  return {
    begin: (traceId: string) => void since.set(traceId, now()),
    isDue: (traceId: string) => now() - (since.get(traceId) ?? 0) >= EXPORT_MS,
  }
}

/** Was every request seen, and every call that is expected of its session, or the same several times? */
function isWhole(
  sessions: ReadonlyMap<string, EndedSession> | undefined,
  reading: Reading | undefined,
): boolean {
  if (!sessions || !reading || reading.seen.size < sessions.size) return false
  const expected = [...sessions.values()].flatMap(({ clients }) =>
    clients.filter(({ isExpected }) => isExpected),
  )
  return reading.deliveries.length >= expected.length || reading.stable >= STABLE_READS
}

/** A reading that was the same this many times more is taken for the whole. */
const STABLE_READS = 2
/** Requests to the store at a time: a trace may have 2 MB. */
const READS_IN_FLIGHT = 4
