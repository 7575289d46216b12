import type { Client, SessionCount } from './model.ts'

/**
 * The clients with sessions that the caller may not view: Keycloak counts their sessions, and leaves them out of its list
 * of clients (fine-grained admin permissions, 26.7.4). Not visible is not absent: whether they are notified is unknown.
 */
export function clientsNotVisible(
  counts: readonly SessionCount[],
  clients: readonly Client[],
): SessionCount[] {
  const visible = new Set(clients.map(({ id }) => id))
  return counts.filter(({ id, active, offline }) => !visible.has(id) && active + offline > 0)
}
