import pMap from 'p-map'
import type { Client, User } from '../../core/model.ts'
import { EXIT, UserError, usageError } from '../../errors.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'

/** Realm roles of master that administer all realms. */
const MASTER_ROLES = new Set(['admin', 'create-realm'])

/**
 * Refuses a user with the roles of an administrator: the password is typed into pages that applications lead to.
 * One of whom that is unknown is refused as well.
 * @throws {UserError} `user-is-administrator` (2), `administrator-unknown` (4)
 */
export async function refuseAdministrator(
  { id, username }: User,
  clients: readonly Client[],
  keycloak: Pick<Keycloak, 'effectiveRoles' | 'hasRole' | 'realm'>,
): Promise<void> {
  const isMaster = keycloak.realm === 'master'
  const administering = clients.filter(
    ({ builtIn, clientId }) =>
      clientId === 'realm-management' || (isMaster && builtIn && clientId.endsWith('-realm')),
  )
  // In master there is a client for each realm: only view-clients shows them all.
  const isHidden = isMaster ? (await keycloak.hasRole('view-clients')) === false : administering.length === 0
  if (isHidden)
    throw new UserError(
      'administrator-unknown',
      `Whether ${username} is an administrator is unknown: you do not see all clients that administer realm ${keycloak.realm}.`,
      {
        exitCode: EXIT.denied,
        hint: 'Grant your account or service account the role view-clients. Nothing was done.',
      },
    )
  // In master these are as many as realms.
  const roles = await pMap(administering, (client) => keycloak.effectiveRoles(id, client.id), {
    concurrency: 8,
  })
  const ofMaster = isMaster ? await keycloak.effectiveRoles(id) : []
  const [role] = [...roles.flat(), ...ofMaster.filter((name) => MASTER_ROLES.has(name))]
  if (role === undefined) return
  throw usageError(
    'user-is-administrator',
    `${username} has the role ${role} of an administrator.`,
    'Use a user without administrative roles: create one for drills. Nothing was done.',
  )
}
