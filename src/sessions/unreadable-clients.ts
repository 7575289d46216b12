import type { Context } from '../cli/context.ts'
import type { Client, SessionCount } from '../core/model.ts'
import { formatNumber, pluralize } from '../util/format.ts'
import { pathIdProblem } from '../util/path-segment.ts'
import type { UnreadableSessions } from './read-page.ts'

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

/** Warns that Keycloak failed to list sessions of these clients, with its reason. */
export function warnFailedLists(
  clients: ReadonlyMap<Pick<Client, 'clientId'>, UnreadableSessions>,
  { print }: Pick<Context, 'print'>,
): void {
  const named = [...clients].slice(0, MAX_CLIENTS_SHOWN)
  for (const [{ clientId }, { count, reason }] of named)
    print.warn(
      `Client ${clientId}: ${reason} ` +
        `${count === undefined ? 'Some of its sessions' : pluralize(count, 'session')} may be missing from the totals.`,
    )
  const more = clients.size - named.length
  if (more > 0) print.warn(`The same for ${formatNumber(more)} more clients (--json names them in unread).`)
}
