import type { Context } from '../cli/context.ts'
import type { Client, SessionCount } from '../core/model.ts'
import { pathIdProblem } from '../util/path-segment.ts'

/** So many of them are named: whoever manages clients may make any number. */
const SHOWN = 5

/**
 * Can a client with this internal id be asked for its sessions? Whoever manages clients chooses it, and what could name
 * something else in a path is never sent. One such client must not keep a whole realm from being read.
 */
export const hasSafeId = (clientUuid: string): boolean => pathIdProblem(clientUuid) === undefined

/** The clients that have sessions, by Keycloak's own numbers, but cannot be asked which. */
export function unreadableClients(clients: readonly Client[], counts: readonly SessionCount[]): Client[] {
  const withSessions = new Set(counts.filter((count) => count.active + count.offline > 0).map(({ id }) => id))
  return clients.filter(({ id }) => !hasSafeId(id) && withSessions.has(id))
}

/** Says whose sessions are in no number of what follows. */
export function warnUnreadable(
  unread: readonly Pick<Client, 'clientId' | 'id'>[],
  { print }: Pick<Context, 'print'>,
  sessions: 'sessions' | 'offline sessions' = 'sessions',
): void {
  if (unread.length === 0) return
  const some = unread.slice(0, SHOWN).map(({ clientId, id }) => `${clientId} (${JSON.stringify(id)})`)
  const more = unread.length > SHOWN ? ` and ${unread.length - SHOWN} more` : ''
  print.warn(
    `The ${sessions} of ${some.join(', ')}${more} cannot be read, as the internal id could name something else. ` +
      'Those that no other client shares were not seen: they are in no number of people, ' +
      "and in no number of sessions but Keycloak's own by client. Look at the client in the Admin Console.",
  )
}
