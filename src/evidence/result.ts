import type { ClientResult, LogoutVerdict } from '../core/client-result.ts'
import { knownNotifications } from '../core/known-notifications.ts'
import { exactly, hasFailure, type SeenOutcome } from '../core/notifications.ts'
import type { EvidenceKind } from './delivery.ts'
import { type Delivered, outcomesByClient } from './merge.ts'
import type { EmittedEvent } from './ssf/emitter.ts'

/** One delivery as JSON shows it. */
export interface DeliveryEntry {
  /** null: Keycloak's realm logout, or a log that does not say which session. */
  readonly sessionId: string | null
  readonly clientId: string
  readonly url: string | null
  readonly status?: number
  readonly error?: string
  /** Keycloak's outbox of security events says that it arrived. */
  readonly delivered?: true
  /** Keycloak made no call. */
  readonly notSent?: true
  /** Sources contradict each other: this is what the other one showed. It counts as unknown. */
  readonly contradictedBy?: string
  readonly at: string | null
  readonly milliseconds?: number
  readonly traceId?: string
  readonly evidence: readonly EvidenceKind[]
}

/** What evidence adds to the result of a run. */
export interface EvidenceResult {
  /** The traces that the run's requests belong to: an application's team finds them in its own logs. */
  readonly traceIds: readonly string[]
  /** Why a source showed less than it could, in words. */
  readonly evidenceProblems: readonly string[]
  readonly deliveries: readonly DeliveryEntry[]
}

/**
 * The clients with what evidence showed of them; without a source they stay as they are. A receiver of security events
 * has what the outbox says of those that were emitted.
 */
export function withOutcomes(
  clients: readonly ClientResult[],
  deliveries: readonly Delivered[],
  kinds: readonly EvidenceKind[],
  events: readonly EmittedEvent[],
): ClientResult[] {
  const outcomes = outcomesByClient(deliveries)
  return clients.map((client) => {
    if (client.channel === 'ssf') return withEvents(client, events)
    if (kinds.length === 0) return client
    const seen = outcomes.get(client.clientId) ?? []
    // A push that failed says more than records that show nothing.
    if (seen.length === 0 && client.evidence.length > 0) return client
    return {
      ...client,
      ...knownNotifications(client.notifications.expected, { outcomes: seen, evidence: kinds }),
    }
  })
}

function withEvents(client: ClientResult, events: readonly EmittedEvent[]): ClientResult {
  if (client.expectation !== 'notified') return client
  const theirs = events.filter(({ clientId }) => clientId === client.clientId)
  const outcomes = theirs.flatMap(({ outcome }) => outcome ?? [])
  const known = knownNotifications(exactly(theirs.length), { outcomes, evidence: ['outbox'] })
  return { ...client, ended: theirs.length, ...known }
}

/** A refusal, a failure or a missing call that was seen keeps a run from being done. */
export const verdictWith = (verdict: LogoutVerdict, clients: readonly ClientResult[]): LogoutVerdict =>
  verdict === 'done' && clients.some(({ notifications }) => hasFailure(notifications)) ? 'partial' : verdict

/** A delivery in the words of JSON. */
export function deliveryEntry({ outcome, contradictedBy, at, ...delivered }: Delivered): DeliveryEntry {
  const { sessionId, clientId, url, milliseconds, traceId, evidence } = delivered
  return {
    sessionId,
    clientId,
    url,
    ...(outcome.kind === 'answered' ? { status: outcome.status } : {}),
    ...(outcome.kind === 'failed' ? { error: outcome.error } : {}),
    ...(outcome.kind === 'delivered' ? { delivered: true as const } : {}),
    ...(outcome.kind === 'not-sent' ? { notSent: true as const } : {}),
    ...(contradictedBy ? { contradictedBy: outcomeText(contradictedBy) } : {}),
    at: at === null ? null : new Date(at).toISOString(),
    ...(milliseconds === undefined ? {} : { milliseconds: Math.round(milliseconds) }),
    ...(traceId === undefined ? {} : { traceId }),
    evidence,
  }
}

/** A security event in the words of JSON; empty while nothing is known of it. */
export const eventEntry = ({ outcome, ...event }: EmittedEvent): DeliveryEntry[] =>
  outcome ? [deliveryEntry({ ...event, offline: false, outcome, evidence: ['outbox'] })] : []

/** `400`, `read-timeout`, `not sent` */
export function outcomeText(outcome: SeenOutcome): string {
  if (outcome.kind === 'answered') return String(outcome.status)
  if (outcome.kind === 'failed') return outcome.error
  return outcome.kind === 'delivered' ? 'delivered' : 'not sent'
}
