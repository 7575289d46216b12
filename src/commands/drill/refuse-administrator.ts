import type { Client, User } from '../../core/model.ts'
import { usageError } from '../../errors.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'

/** Realm roles of master that administer all realms. */
const MASTER_ROLES = new Set(['admin', 'create-realm'])

/**
 * Refuses a user with the roles of an administrator: the password is typed into pages that applications lead to.
 * @throws {UserError} `user-is-administrator` (2)
 */
export async function refuseAdministrator(
  { id, username }: User,
  clients: readonly Client[],
  keycloak: Pick<Keycloak, 'effectiveRoles' | 'realm'>,
): Promise<void> {
  const isMaster = keycloak.realm === 'master'
  const administering = clients.filter(
    ({ builtIn, clientId }) =>
      clientId === 'realm-management' || (isMaster && builtIn && clientId.endsWith('-realm')),
  )
  const roles = await Promise.all(administering.map((client) => keycloak.effectiveRoles(id, client.id)))
  const ofMaster = isMaster ? await keycloak.effectiveRoles(id) : []
  const [role] = [...roles.flat(), ...ofMaster.filter((name) => MASTER_ROLES.has(name))]
  if (role === undefined) return
  throw usageError(
    'user-is-administrator',
    `${username} has the role ${role} of an administrator.`,
    'Use a user without administrative roles: create one for drills. Nothing was done.',
  )
}
