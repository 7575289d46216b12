import type { Context } from '../cli/context.ts'
import type { EvidenceOptions } from '../cli/evidence-options.ts'
import type { Client } from '../core/model.ts'
import { isAccepted } from '../core/notifications.ts'
import { ssfReceivers } from '../core/ssf.ts'
import type { Keycloak } from '../keycloak/keycloak.ts'
import { formatNumber } from '../util/format.ts'
import { sparingly } from '../util/sparingly.ts'
import type { EvidenceKind } from './delivery.ts'
import { type FailingClient, failingClients } from './failing-clients.ts'
import type { Delivered } from './merge.ts'
import { DEFAULT_WAIT, openEvidence } from './open.ts'
import { deliveryEntry, type EvidenceResult, eventEntry } from './result.ts'
import type { EvidenceSource } from './source.ts'
import { type EmittedEvent, ssfEmitter } from './ssf/emitter.ts'
import { type TracedKeycloak, tracedKeycloak } from './traced-keycloak.ts'

export interface WatchOptions extends EvidenceOptions {
  readonly sources: readonly EvidenceSource[]
}

/** What evidence showed of a run. */
export interface WatchedEvidence extends EvidenceResult {
  readonly kinds: readonly EvidenceKind[]
  readonly found: readonly Delivered[]
  /** Security events that were emitted. */
  readonly events: readonly EmittedEvent[]
}

/** A run whose requests are traced and whose calls to applications are watched. */
export interface WatchedRun extends Omit<TracedKeycloak, 'ended'> {
  /** Keycloak answered that it ended this session: evidence is looked for, and SSF receivers get an event. */
  ended(target: EndedTarget): void
  /** Deliveries so far: accepted, refused, failed. */
  counts(): SeenCounts
  /** Clients whose calls failed one after another so far. */
  failing(): ReadonlyMap<string, FailingClient>
  /** Waits for evidence of what ended, and says what is known. */
  settle(): Promise<WatchedEvidence>
}

/** A session that ended, as Keycloak answered. */
export interface EndedTarget {
  readonly id: string
  readonly offline: boolean
  readonly userId: string
  /** Internal ids of its clients. */
  readonly clients: readonly string[]
}

export interface SeenCounts {
  readonly accepted: number
  readonly refused: number
  readonly failed: number
}

/** Between looks at the sources while the run goes on. */
const LOOK_EVERY_MS = 2000

/**
 * Opens the sources of evidence, runs `operate`, and closes them however it ends.
 * @throws {UserError} `evidence-unreachable` (6) before `operate` is called
 */
export async function watchRun<T>(
  { sources, ...options }: WatchOptions,
  { keycloak, clients }: { readonly keycloak: Keycloak; readonly clients: readonly Client[] },
  ctx: Pick<Context, 'files' | 'http' | 'now' | 'sleep' | 'signal'>,
  operate: (run: WatchedRun) => Promise<T>,
): Promise<T> {
  const evidence = await openEvidence(sources, options, keycloak.realm, ctx)
  const timer = setInterval(() => void evidence.look(), LOOK_EVERY_MS)
  if (evidence.kinds.length === 0) clearInterval(timer)
  const traced = tracedKeycloak(keycloak, evidence, clients)
  const soFar = sparingly(() => summaryOf(evidence.soFar()), ctx.now)
  const events = ssfEmitter(ssfReceivers(clients), keycloak, ctx)
  try {
    return await operate({
      keycloak: traced.keycloak,
      ended(target) {
        traced.ended(target)
        events.ended(target)
      },
      counts: () => soFar().counts,
      failing: () => soFar().failing,
      async settle() {
        clearInterval(timer)
        const [{ deliveries, problems }, emitted] = await Promise.all([
          evidence.settle(),
          events.settle(options.evidenceWait ?? DEFAULT_WAIT),
        ])
        return {
          kinds: evidence.kinds,
          found: deliveries,
          events: emitted,
          traceIds: evidence.traceIds,
          evidenceProblems: problems,
          deliveries: [...deliveries.map(deliveryEntry), ...emitted.flatMap(eventEntry)],
        }
      },
    })
  } finally {
    clearInterval(timer)
    await evidence.close()
  }
}

const summaryOf = (deliveries: readonly Delivered[]) => ({
  counts: countsOf(deliveries),
  failing: failingClients(deliveries),
})

/** `12 accepted, 1 refused` for the progress bar; empty where nothing was seen. */
export const seenSoFar = ({ accepted, refused, failed }: SeenCounts): string =>
  [
    ...(accepted > 0 ? [`${formatNumber(accepted)} accepted`] : []),
    ...(refused > 0 ? [`${formatNumber(refused)} refused`] : []),
    ...(failed > 0 ? [`${formatNumber(failed)} failed to reach`] : []),
  ].join(', ')

function countsOf(deliveries: readonly Delivered[]): SeenCounts {
  const counts = { accepted: 0, refused: 0, failed: 0 }
  for (const { outcome, contradictedBy } of deliveries) {
    if (contradictedBy) continue
    if (outcome.kind === 'failed') counts.failed++
    else if (outcome.kind === 'delivered') counts.accepted++
    else if (outcome.kind === 'answered') counts[isAccepted(outcome.status) ? 'accepted' : 'refused']++
  }
  return counts
}
