import pMap from 'p-map'
import type { Client } from '../core/model.ts'
import { EXIT, UserError } from '../errors.ts'
import type { Keycloak } from '../keycloak/keycloak.ts'
import { firstFew } from '../util/format.ts'
import { didYouMean } from '../util/suggest.ts'

const WIDTH = 8

/**
 * The client with this client id.
 * @throws {UserError} as `findClients`
 */
export async function findClient(
  clientId: string,
  keycloak: Pick<Keycloak, 'findClient' | 'clients' | 'realm'>,
): Promise<Client> {
  const client = await keycloak.findClient(clientId)
  if (!client) throw await notFound([clientId], keycloak)
  return client
}

/**
 * The clients with these client ids, in this order; all of them or an error.
 * @throws {UserError} `client-not-found` (exit 5); `role-missing` (exit 4) if the account cannot see any client
 */
export async function findClients(
  clientIds: readonly string[],
  keycloak: Pick<Keycloak, 'findClient' | 'clients' | 'realm'>,
): Promise<Client[]> {
  const found = await pMap(clientIds, (clientId) => keycloak.findClient(clientId), { concurrency: WIDTH })
  const unknown = clientIds.filter((_, i) => found[i] === undefined)
  if (unknown.length > 0) throw await notFound(unknown, keycloak)
  return found.filter((client) => client !== undefined)
}

async function notFound(
  unknown: readonly string[],
  keycloak: Pick<Keycloak, 'clients' | 'realm'>,
): Promise<UserError> {
  // Throws `role-missing` for an account that cannot see clients.
  const known = (await keycloak.clients()).map(({ clientId }) => clientId)
  const meant = unknown.length === 1 ? didYouMean(unknown[0] ?? '', known) : undefined
  const names = firstFew(unknown.map((id) => `"${id}"`))
  return new UserError('client-not-found', `Realm ${keycloak.realm} has no client ${names}.`, {
    exitCode: EXIT.notFound,
    hint: `${meant === undefined ? 'Client ids are case-sensitive.' : `Did you mean "${meant}"?`} Nothing was changed.`,
  })
}
