import type { Context } from '../cli/context.ts'
import type { Client, SessionCount } from '../core/model.ts'
import { pathIdProblem } from '../util/path-segment.ts'

/** Any number of such clients can be created, so only some are named. */
const MAX_CLIENTS_SHOWN = 5

/**
 * Whether an internal client id is safe as a path segment. Accounts that manage clients can choose it, so it may contain
 * a path to another resource. Such a client is never read, but does not stop the rest of the realm.
 */
export const hasSafeId = (clientUuid: string): boolean => pathIdProblem(clientUuid) === undefined

/** Returns the clients that have sessions by Keycloak's counts, but an unsafe internal id. */
export function unreadableClients(clients: readonly Client[], counts: readonly SessionCount[]): Client[] {
  const withSessions = new Set(counts.filter((count) => count.active + count.offline > 0).map(({ id }) => id))
  return clients.filter(({ id }) => !hasSafeId(id) && withSessions.has(id))
}

/** Warns that the totals do not include the sessions of these clients. */
export function warnUnreadable(
  clients: readonly Pick<Client, 'clientId' | 'id'>[],
  { print }: Pick<Context, 'print'>,
  sessions: 'sessions' | 'offline sessions' = 'sessions',
): void {
  if (clients.length === 0) return
  const shown = clients
    .slice(0, MAX_CLIENTS_SHOWN)
    .map(({ clientId, id }) => `${clientId} (${JSON.stringify(id)})`)
  const more = clients.length > MAX_CLIENTS_SHOWN ? ` and ${clients.length - MAX_CLIENTS_SHOWN} more` : ''
  const its = clients.length === 1 ? 'its internal id is' : 'their internal ids are'
  print.warn(
    `Cannot read the ${sessions} of ${shown.join(', ')}${more}: ${its} unsafe in a URL. ` +
      'They are missing from the totals, except sessions shared with other clients. ' +
      `Check the ${clients.length === 1 ? 'client' : 'clients'} in the Admin Console.`,
  )
}
