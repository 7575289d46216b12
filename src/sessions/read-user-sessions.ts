import pMap from 'p-map'
import type { Client, Session, User } from '../core/model.ts'
import type { Keycloak } from '../keycloak/keycloak.ts'
import { emptyIfClientDeleted } from './unless-client-deleted.ts'
import { hasSafeId } from './unreadable-clients.ts'

/** A user with all online and offline sessions. */
export interface UserWithSessions {
  readonly user: User
  readonly sessions: readonly Session[]
}

const PARALLEL_REQUESTS = 8

/**
 * Reads the sessions of each user, offline sessions included. Keycloak lists offline sessions only by client, so they are
 * read from the clients for which the user's consents show an offline token.
 * @param onUnreadable called with each client that cannot be read; its offline sessions may be missing
 */
export async function readSessions(
  users: readonly User[],
  clients: readonly Client[],
  keycloak: Pick<Keycloak, 'sessionsOf' | 'offlineSessionsOf' | 'offlineClientsOf'>,
  onUnreadable?: (client: Client) => void,
): Promise<UserWithSessions[]> {
  const byClientId = new Map(clients.map((client) => [client.clientId, client]))
  return pMap(
    users,
    async (user) => {
      const [online, offlineClients] = await Promise.all([
        keycloak.sessionsOf(user.id),
        keycloak.offlineClientsOf(user.id),
      ])
      const involved = offlineClients.map((clientId) => byClientId.get(clientId)).filter((client) => !!client)
      for (const client of involved) if (!hasSafeId(client.id)) onUnreadable?.(client)
      const readable = involved.filter(({ id }) => hasSafeId(id))
      const offline = await pMap(
        readable,
        ({ id }) => emptyIfClientDeleted(keycloak.offlineSessionsOf(user.id, id)),
        { concurrency: PARALLEL_REQUESTS },
      )
      // An offline session is listed once for each of its clients.
      const distinct = new Map(offline.flat().map((session) => [session.id, session]))
      return { user, sessions: [...online, ...distinct.values()] }
    },
    { concurrency: PARALLEL_REQUESTS },
  )
}
