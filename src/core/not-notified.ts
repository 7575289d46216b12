import type { NotNotifiedReason } from './reach.ts'

/**
 * The clients whose silence counts with `--strict`: not told, not accepted by name, and not Keycloak's own consoles,
 * which have nothing to tell.
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
