import type { Context } from '../cli/context.ts'
import type { EvidenceOptions } from '../cli/logout-options.ts'
import type { Client } from '../core/model.ts'
import { isAccepted } from '../core/notifications.ts'
import type { Keycloak } from '../keycloak/keycloak.ts'
import { formatNumber } from '../util/format.ts'
import type { EvidenceKind } from './delivery.ts'
import type { Delivered } from './merge.ts'
import { type FailingClient, failingClients } from './failing-clients.ts'
import { openEvidence } from './open.ts'
import { deliveryEntry, type EvidenceResult } from './result.ts'
import type { EvidenceSource } from './source.ts'
import { type TracedKeycloak, tracedKeycloak } from './traced-keycloak.ts'

export interface WatchOptions extends EvidenceOptions {
  readonly sources: readonly EvidenceSource[]
}

/** What evidence showed of a run. */
export interface WatchedEvidence extends EvidenceResult {
  readonly kinds: readonly EvidenceKind[]
  readonly found: readonly Delivered[]
}

/** A run whose requests are traced and whose calls to applications are watched. */
export interface WatchedRun extends TracedKeycloak {
  /** Deliveries so far: accepted, refused, failed. */
  counts(): SeenCounts
  /** Clients whose calls failed one after another so far. */
  failing(): ReadonlyMap<string, FailingClient>
  /** Waits for evidence of what ended, and says what is known. */
  settle(): Promise<WatchedEvidence>
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
  let looking: Promise<void> | undefined
  const timer = setInterval(() => {
    looking ??= evidence.look().finally(() => {
      looking = undefined
    })
  }, LOOK_EVERY_MS)
  if (evidence.kinds.length === 0) clearInterval(timer)
  try {
    return await operate({
      ...tracedKeycloak(keycloak, evidence, clients),
      counts: () => countsOf(evidence.soFar()),
      failing: () => failingClients(evidence.soFar()),
      async settle() {
        clearInterval(timer)
        await looking
        const { deliveries, problems } = await evidence.settle()
        return {
          kinds: evidence.kinds,
          found: deliveries,
          traceIds: evidence.traceIds,
          evidenceProblems: problems,
          deliveries: deliveries.map(deliveryEntry),
        }
      },
    })
  } finally {
    clearInterval(timer)
    await evidence.close()
  }
}

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
    else if (outcome.kind === 'answered') counts[isAccepted(outcome.status) ? 'accepted' : 'refused']++
  }
  return counts
}
