import type { ClientResult } from './client-result.ts'
import { isCertain } from './notifications.ts'

type Judged = Pick<
  ClientResult,
  'clientId' | 'expectation' | 'reason' | 'notifications' | 'evidence' | 'delivery'
>

/**
 * Returns the clients that fail `--strict`, and were not accepted with `--accept-unnotified`: those that are not notified,
 * and after a run each whose notification is neither confirmed nor, without evidence, expected and certain. Leaves out
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

function isEnough({ expectation, notifications, evidence, delivery }: Judged, isPlan: boolean): boolean {
  if (expectation !== 'notified') return false
  if (isPlan || delivery === 'confirmed') return true
  return evidence.length === 0 && isCertain(notifications.expected)
}
