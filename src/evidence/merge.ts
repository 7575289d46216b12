import { isAccepted, type SeenOutcome } from '../core/notifications.ts'
import { addTo, groupBy } from '../util/group-by.ts'
import type { EvidenceKind, SeenDelivery } from './delivery.ts'

/** One delivery, as one or several sources showed it. */
export interface Delivered extends Omit<SeenDelivery, 'evidence'> {
  readonly evidence: readonly EvidenceKind[]
  /** What another source showed of the same delivery: neither counts. */
  readonly contradictedBy?: SeenOutcome
}

/**
 * Puts what several sources showed of one delivery together. Sources that agree make one delivery; of two that
 * contradict each other neither counts, and both are shown.
 */
export function mergeDeliveries(deliveries: Iterable<SeenDelivery>): Delivered[] {
  const byPlace = groupBy(deliveries, ({ sessionId, offline, clientId }) =>
    JSON.stringify([sessionId, offline, clientId]),
  )
  return [...byPlace.values()].flatMap(mergePlace)
}

function mergePlace(deliveries: readonly SeenDelivery[]): Delivered[] {
  const of = (kind: EvidenceKind) => deliveries.filter(({ evidence }) => evidence === kind)
  const [traces, log] = [of('traces'), of('log')]
  const main = traces.length >= log.length ? traces : log
  const other = main === traces ? log : traces
  return main.map((delivery, index) => {
    const twin = other[index]
    const { evidence, ...rest } = delivery
    if (!twin) return { ...rest, evidence: [evidence] }
    const both = { ...rest, evidence: ['traces', 'log'] as const }
    return agree(delivery.outcome, twin.outcome) ? both : { ...both, contradictedBy: twin.outcome }
  })
}

/** Two sources may word a failure differently; a status is a status. A log may say only whether it was accepted. */
function agree(a: SeenOutcome, b: SeenOutcome): boolean {
  if (a.kind === 'answered' && b.kind === 'answered')
    return a.status === b.status || (isAccepted(a.status) && isAccepted(b.status))
  return a.kind === b.kind || isOnlyRefused(a, b) || isOnlyRefused(b, a)
}

const isOnlyRefused = (a: SeenOutcome, b: SeenOutcome): boolean =>
  a.kind === 'failed' && a.error === 'not-accepted' && b.kind === 'answered' && !isAccepted(b.status)

/** The outcomes that count, by clientId. */
export function outcomesByClient(deliveries: readonly Delivered[]): Map<string, SeenOutcome[]> {
  const byClient = new Map<string, SeenOutcome[]>()
  for (const { clientId, outcome, contradictedBy } of deliveries)
    if (contradictedBy === undefined) addTo(byClient, clientId, outcome)
  return byClient
}
