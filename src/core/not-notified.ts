import type { NotNotifiedReason } from './reach.ts'

/**
 * Returns the clients that fail `--strict`: not notified and not accepted with `--accept-unnotified`. Leaves out Keycloak's
 * built-in clients, which need no notification.
 */
export const unnotifiedClients = <
  T extends {
    readonly clientId: string
    readonly expectation: 'notified' | 'not-notified'
    readonly reason?: NotNotifiedReason
  },
>(
  clients: readonly T[],
  accepted: readonly string[],
): T[] =>
  clients.filter(
    ({ clientId, expectation, reason }) =>
      expectation === 'not-notified' && reason !== 'built-in' && !accepted.includes(clientId),
  )
