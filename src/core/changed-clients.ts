import type { Client, SessionLimits } from './model.ts'
import { reach } from './reach.ts'

/**
 * Returns the internal ids of clients that were read before a run and are other ones after it: deleted, or changed in
 * what decides whether and where Keycloak calls them. Which state applied when a session ended is unknown. Does not see a
 * change that was undone in the meantime.
 */
export function changedClients(before: readonly Client[], after: readonly Client[]): ReadonlySet<string> {
  const now = new Map(after.map((client) => [client.id, client]))
  return new Set(
    before.filter((client) => decides(client) !== decides(now.get(client.id))).map(({ id }) => id),
  )
}

/** What decides about a client's notifications, as a text to compare. A deleted client is called as little as one that is not. */
function decides(client: Client | undefined): string {
  if (!client) return 'deleted'
  const { registeredNodes, sessionLimits, offlineSessionLimits } = client
  const limits = [sessionLimits, offlineSessionLimits].map(limitText)
  return JSON.stringify([reach(client, 'user'), reach(client, 'realm-step'), registeredNodes, limits])
}

const limitText = (limits: SessionLimits | undefined) => `${limits?.idle ?? ''}/${limits?.max ?? ''}`
