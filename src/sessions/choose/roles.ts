import pMap from 'p-map'
import type { Client, User } from '../../core/model.ts'
import { usageError } from '../../errors.ts'
import type { Directory, Role } from '../../keycloak/directory.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import { hasSafeId } from '../unreadable-clients.ts'
import { withSubgroups } from './groups.ts'
import { notInRealm } from './not-in-realm.ts'

const PARALLEL_REQUESTS = 8

/** Every user who has the role: directly, by a group or one above it, or by a composite role at any depth. */
export async function* usersInRole(
  wanted: string,
  clients: readonly Client[],
  { directory, realm }: Pick<Keycloak, 'directory' | 'realm'>,
): AsyncGenerator<User> {
  const roles = await allRoles(clients, directory)
  const role = findRole(wanted, roles, clients, realm)
  const seenGroups = new Set<string>()
  for (const one of await rolesWith(role, roles, directory)) {
    yield* directory.usersWithRole(one)
    for await (const holder of directory.groupsWithRole(one))
      for await (const group of withSubgroups([holder], directory, seenGroups))
        yield* directory.members(group.id)
  }
}

async function allRoles(clients: readonly Client[], directory: Pick<Directory, 'roles'>): Promise<Role[]> {
  const readable = clients.filter(({ id }) => hasSafeId(id)).map(({ id }) => id)
  const lists = await pMap([undefined, ...readable], (id) => toArray(directory.roles(id)), {
    concurrency: PARALLEL_REQUESTS,
  })
  return lists.flat()
}

/**
 * The role of the realm with this name, or of a client as `CLIENT/ROLE`. Both names may contain a slash.
 * @throws {UserError} `role-not-found` (5), `ambiguous-role` (2)
 */
function findRole(wanted: string, roles: readonly Role[], clients: readonly Client[], realm: string): Role {
  const clientIds = new Map(clients.map(({ id, clientId }) => [id, clientId]))
  const nameOf = ({ name, clientUuid }: Role) =>
    clientUuid === undefined ? name : `${clientIds.get(clientUuid)}/${name}`
  const [role, ...others] = roles.filter((one) => nameOf(one) === wanted)
  if (!role) throw notInRealm('role', wanted, realm, roles.map(nameOf))
  if (others.length > 0)
    throw usageError(
      'ambiguous-role',
      `"${wanted}" is the name of ${others.length + 1} roles, of the realm or of clients.`,
      'Rename one of them, or choose the users by another option.',
    )
  return role
}

/** The role and every role that contains it. Keycloak lists only what a composite role contains. */
async function rolesWith(
  role: Role,
  roles: readonly Role[],
  directory: Pick<Directory, 'containedRoles'>,
): Promise<Role[]> {
  const composites = await pMap(
    roles.filter(({ isComposite }) => isComposite),
    async (composite) => ({ composite, contained: new Set(await directory.containedRoles(composite.id)) }),
    { concurrency: PARALLEL_REQUESTS },
  )
  const found = new Map([[role.id, role]])
  // A map iterates over what is added meanwhile.
  for (const [id] of found)
    for (const { composite, contained } of composites)
      if (contained.has(id)) found.set(composite.id, composite)
  return [...found.values()]
}

async function toArray<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}
