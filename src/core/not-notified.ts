import type { ClientResult } from './client-result.ts'
import { isCertain } from './notifications.ts'

type Judged = Pick<
  ClientResult,
  | 'clientId'
  | 'channel'
  | 'expectation'
  | 'reason'
  | 'notifications'
  | 'evidence'
  | 'delivery'
  | 'expired'
  | 'invalidated'
>

/**
 * Returns the clients that fail `--strict`, and were not accepted with `--accept-unnotified`: those that are not notified
 * of each session, and after a run each whose notification is neither confirmed nor, without evidence, expected and certain. Leaves out
 * Keycloak's built-in clients, which need no notification.
 * @param isPlan nothing was sent yet: expectations are all there is
 */
export const strictFailures = <T extends Judged>(
  clients: readonly T[],
  accepted: readonly string[],
  isPlan: boolean,
): T[] =>
  clients.filter(
    (client) =>
      client.reason !== 'built-in' && !accepted.includes(client.clientId) && !isEnough(client, isPlan),
  )

function isEnough(client: Judged, isPlan: boolean): boolean {
  const { channel, expectation, notifications, evidence, delivery, expired = 0, invalidated = 0 } = client
  if (expectation !== 'notified' || expired + invalidated > 0) return false
  if (isPlan || delivery === 'confirmed') return true
  // Keycloak's realm logout calls an Admin URL once for all sessions; more calls before it do no harm.
  const isExpected =
    channel === 'admin-url' ? notifications.expected.min > 0 : isCertain(notifications.expected)
  return evidence.length === 0 && isExpected
}
