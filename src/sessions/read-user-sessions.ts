import pMap from 'p-map'
import type { Client, Session, User } from '../core/model.ts'
import type { Upstream } from '../core/upstream.ts'
import { UserError } from '../errors.ts'
import { isUnreadable } from '../keycloak/http/unreadable.ts'
import type { Keycloak } from '../keycloak/keycloak.ts'
import type { ExpiredPart } from './read-expired-parts.ts'
import { emptyIfClientDeleted } from './unless-client-deleted.ts'
import { hasSafeId } from './unreadable-clients.ts'

/** A user with all online and offline sessions. */
export interface UserWithSessions {
  readonly user: User
  readonly sessions: readonly Session[]
  /** Client sessions that have expired, if they were looked for. */
  readonly expired?: readonly ExpiredPart[]
  /** Identity providers at which the user can have a session, if they were looked for. */
  readonly upstreams?: readonly Upstream[]
}

type ClientRef = Pick<Client, 'id' | 'clientId'>
type Reader = Pick<Keycloak, 'sessionsOf' | 'offlineSessionsOf' | 'offlineClientsOf'>

const PARALLEL_REQUESTS = 8

/**
 * Reads the sessions of each user, offline sessions included. Keycloak lists offline sessions only by client, so they are
 * read from the clients for which the user's consents show an offline token, or from every client if the consents cannot
 * be read. A user who was deleted in the meantime is left out.
 * @param onUnreadable called with each client that cannot be read; its offline sessions may be missing
 */
export async function readSessions(
  users: readonly User[],
  clients: readonly Client[],
  keycloak: Reader,
  onUnreadable?: (client: ClientRef) => void,
): Promise<UserWithSessions[]> {
  const read = await pMap(
    users,
    (user) =>
      sessionsOfUser(user, clients, keycloak, onUnreadable).catch((error: unknown) => {
        if (error instanceof UserError && error.code === 'user-not-found') return undefined
        throw error
      }),
    { concurrency: PARALLEL_REQUESTS },
  )
  return read.filter((one) => one !== undefined)
}

async function sessionsOfUser(
  user: User,
  clients: readonly Client[],
  keycloak: Reader,
  onUnreadable?: (client: ClientRef) => void,
): Promise<UserWithSessions> {
  const [online, involved] = await Promise.all([
    keycloak.sessionsOf(user.id),
    offlineClients(user, clients, keycloak),
  ])
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
}

/** The clients to ask for a user's offline sessions; also clients that the caller may not view. */
async function offlineClients(
  { id }: User,
  clients: readonly Client[],
  keycloak: Pick<Reader, 'offlineClientsOf'>,
): Promise<readonly ClientRef[]> {
  try {
    const consents = await keycloak.offlineClientsOf(id)
    return consents.flatMap(({ id: uuid, clientId }) => {
      const client = clients.find((one) => (uuid === undefined ? one.clientId === clientId : one.id === uuid))
      return client ? [client] : uuid === undefined ? [] : [{ id: uuid, clientId }]
    })
  } catch (error) {
    if (isUnreadable(error)) return clients
    throw error
  }
}
