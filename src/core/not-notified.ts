import type { Reason } from './reach.ts'

/**
 * The clients whose silence counts with `--strict`: not told, not accepted by name, and not Keycloak's own consoles,
 * which have nothing to tell.
 */
export const untoldClients = <
  T extends {
    readonly clientId: string
    readonly expectation: 'told' | 'not-told'
    readonly reason?: Reason
  },
>(
  clients: readonly T[],
  accepted: readonly string[],
): T[] =>
  clients.filter(
    ({ clientId, expectation, reason }) =>
      expectation === 'not-told' && reason !== 'built-in' && !accepted.includes(clientId),
  )
