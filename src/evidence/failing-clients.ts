import { isAccepted, type SeenOutcome } from '../core/notifications.ts'
import { groupBy } from '../util/group-by.ts'
import type { Delivered } from './merge.ts'

/** A client that accepts no call any more, by what evidence has shown so far. */
export interface FailingClient {
  readonly clientId: string
  /** What its last call came to. */
  readonly outcome: SeenOutcome
}

/** Calls in a row that must have been refused or have failed. */
export const FAILURES_IN_A_ROW = 5

/** Returns the clients whose latest calls were all refused or failed, by clientId. */
export function failingClients(deliveries: readonly Delivered[]): Map<string, FailingClient> {
  const calls = deliveries.filter(({ outcome }) => outcome.kind !== 'not-sent')
  const failing = new Map<string, FailingClient>()
  for (const [clientId, list] of groupBy(calls, (call) => call.clientId)) {
    const latest = list.sort((a, b) => (a.at ?? 0) - (b.at ?? 0)).slice(-FAILURES_IN_A_ROW)
    const last = latest.at(-1)
    if (last && latest.length === FAILURES_IN_A_ROW && latest.every(isFailure))
      failing.set(clientId, { clientId, outcome: last.outcome })
  }
  return failing
}

const isFailure = ({ outcome, contradictedBy }: Delivered): boolean =>
  contradictedBy === undefined &&
  (outcome.kind === 'failed' || (outcome.kind === 'answered' && !isAccepted(outcome.status)))
