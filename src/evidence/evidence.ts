import type { EndedSession, EvidenceKind, SeenDelivery } from './delivery.ts'
import type { logCollector } from './log/collect.ts'
import { type Delivered, mergeDeliveries } from './merge.ts'
import { traceCollector, type traceIds } from './traces/collect.ts'
import type { TraceStore } from './traces/store.ts'

/** The sources of evidence of one run. Without any, requests still carry a trace that applications can search for. */
export interface Evidence {
  /** None: nothing but expectations is known. */
  readonly kinds: readonly EvidenceKind[]
  /** The ids of the traces that the run's requests belong to. */
  readonly traceIds: readonly string[]
  /** The trace of the next request that ends a session. */
  nextTrace(): { readonly traceId: string; readonly traceparent: string }
  /** Keycloak answered that it ended this session. */
  ended(session: EndedSession): void
  /** Asks the sources for what is new. Never throws: what cannot be read stays unknown. */
  look(): Promise<void>
  /** Deliveries so far, without any claim that a call was not made. */
  soFar(): readonly Delivered[]
  /** Looks until everything expected was seen or the time is over; says what is known at the end. */
  settle(): Promise<EvidenceFindings>
  /** Ends listening and reading. */
  close(): Promise<void>
}

export interface EvidenceFindings {
  readonly deliveries: readonly Delivered[]
  /** Why there is less to see than there could be, in words: one for each source that has a reason. */
  readonly problems: readonly string[]
}

export interface EvidenceParts {
  readonly realm: string
  readonly stores: readonly TraceStore[]
  readonly logs: readonly { readonly name: string; readonly collector: ReturnType<typeof logCollector> }[]
  readonly ids: ReturnType<typeof traceIds>
  /** Seconds to wait for evidence after the last request. */
  readonly wait: number
  readonly now: () => number
  readonly sleep: (ms: number) => Promise<void>
  readonly signal: AbortSignal
  readonly close: () => Promise<void>
}

const BETWEEN_LOOKS_MS = 500
/** Node's timers take whole milliseconds up to this; a longer one ends at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** Joins the sources of one run. */
export function joinEvidence(parts: EvidenceParts): Evidence {
  const { stores, logs, ids, now, sleep, signal } = parts
  const traces = stores.map((store) => ({
    name: store.name,
    collector: traceCollector(store, parts.realm, now),
  }))
  const kinds = [
    ...(traces.length > 0 ? (['traces'] as const) : []),
    ...(logs.length > 0 ? (['log'] as const) : []),
  ]
  let expected = 0
  let lastTraces: readonly SeenDelivery[] = []

  const look = async () => {
    await Promise.all(traces.map(({ collector }) => collector.look('due')))
    lastTraces = traces.flatMap(({ collector }) => collector.soFar())
  }
  const logged = () => logs.flatMap(({ collector }) => collector.findings())
  const isSettled = async () => {
    const looks = await Promise.all(traces.map(({ collector }) => collector.look()))
    const allTraces = traces.length > 0 && looks.every(Boolean)
    const allLogged = logs.length > 0 && logged().length >= expected
    // Sources are there to check each other: each of them is waited for.
    return (traces.length === 0 || allTraces) && (logs.length === 0 || allLogged)
  }

  return {
    kinds,
    traceIds: ids.used,
    nextTrace: () => ids.next(),
    ended(session) {
      expected += session.clients.filter(({ isExpected }) => isExpected).length
      for (const { collector } of [...traces, ...logs]) collector.ended(session)
    },
    look,
    soFar: () => mergeDeliveries([...lastTraces, ...logged()]),
    async settle() {
      const wait = Math.min(Math.ceil(parts.wait * 1000), LONGEST_TIMER_MS)
      const until = now() + wait
      // A store that takes longer than that is not waited for, either.
      const over = signalled(AbortSignal.any([signal, AbortSignal.timeout(wait)]))
      while (kinds.length > 0 && !(await Promise.race([isSettled(), over])) && now() < until)
        await sleep(Math.min(BETWEEN_LOOKS_MS, Math.max(0, until - now())))
      const findings = traces.map(({ collector }) => collector.findings())
      const problems = [
        ...traces.flatMap(({ name }, index) => problemOf(name, findings[index])),
        ...logs.flatMap(({ name, collector }) => {
          const problem = collector.problem()
          return problem === undefined ? [] : [`${name}: ${problem}.`]
        }),
      ]
      const deliveries = [...findings.flatMap((found) => found.deliveries), ...logged()]
      return { deliveries: mergeDeliveries(deliveries), problems }
    },
    close: parts.close,
  }
}

const signalled = (signal: AbortSignal) =>
  new Promise<true>((resolve) => {
    if (signal.aborted) resolve(true)
    else signal.addEventListener('abort', () => resolve(true), { once: true })
  })

function problemOf(
  name: string,
  findings: { readonly missing: number; readonly problem: string | undefined } | undefined,
): string[] {
  if (findings?.problem !== undefined) return [`${name}: ${findings.problem}.`]
  if (!findings || findings.missing === 0) return []
  return [`${name} has no trace of ${findings.missing} of the requests that ended sessions.`]
}
