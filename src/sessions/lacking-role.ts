import type { User } from '../core/model.ts'
import { mayManageUser, type Role } from '../core/roles.ts'
import { EXIT, UserError } from '../errors.ts'
import type { Keycloak } from '../keycloak/keycloak.ts'
import { firstFew } from '../util/format.ts'

/**
 * The error that this run will end with because the caller lacks a role, before anything is changed. Undefined if the
 * roles are sufficient, or if only an operation can tell.
 */
export async function lackingRole(
  roles: readonly Role[],
  keycloak: Pick<Keycloak, 'hasRole'>,
): Promise<UserError | undefined> {
  const held = await Promise.all(roles.map((role) => keycloak.hasRole(role)))
  const missing = roles.filter((_, index) => held[index] === false)
  return missing.length === 0 ? undefined : roleError(`You lack ${missing.join(' and ')}`, missing)
}

/**
 * As `lackingRole`, for logging these users out: fine-grained admin permissions can allow it for single users without
 * the role manage-users.
 */
export async function lackingForUsers(
  users: readonly User[],
  keycloak: Pick<Keycloak, 'hasRole'>,
): Promise<UserError | undefined> {
  const refused = users.filter((user) => mayManageUser(user) === false)
  const unknown = users.filter((user) => mayManageUser(user) === undefined)
  if (refused.length > 0 && refused.length === users.length)
    return roleError('You lack manage-users', ['manage-users'])
  if (refused.length > 0) return roleError(`You may not manage ${namesOf(refused)}`, ['manage-users'])
  return unknown.length > 0 ? lackingRole(['manage-users'], keycloak) : undefined
}

const roleError = (what: string, roles: readonly Role[]) =>
  new UserError('role-missing', `${what}: this will be refused.`, {
    exitCode: EXIT.denied,
    hint: `Grant your account or service account the role ${roles.join(' and the role ')}; kc-logout whoami shows its roles.`,
  })

const namesOf = (users: readonly User[]): string => firstFew(users.map(({ username }) => username))
