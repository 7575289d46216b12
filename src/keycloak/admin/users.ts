import type { User } from '../../core/model.ts'
import { UserError } from '../../errors.ts'
import { isRecord } from '../../util/is-record.ts'
import { isPathId } from '../http/ids.ts'
import { type Json, list, optionalText, record, text } from '../http/json.ts'
import { readable } from '../http/unreadable.ts'
import type { Keycloak } from '../keycloak.ts'
import type { Admin } from './admin.ts'
import { toUser } from './representations.ts'

type Users = Pick<
  Keycloak,
  | 'findUsers'
  | 'findUserById'
  | 'setUserEnabled'
  | 'offlineClientsOf'
  | 'linkedProviders'
  | 'effectiveRoles'
  | 'revokeConsent'
  | 'consentsOf'
  | 'deleteUser'
>

const USERS = '/admin/realms/{realm}/users'
const USER = '/admin/realms/{realm}/users/{user}'
const PAGE_SIZE = 100
/** Old servers answer an exact search with everything similar: at most this many pages are read. */
const MAX_PAGES = 50

const userParam = (id: string) => ({ user: ['user', id] }) as const

export const usersOf = (admin: Admin): Users => ({
  findUserById: (id) => findUserById(admin, id),
  findUsers: (name) => findUsers(admin, name),
  setUserEnabled: (id, enabled) => setUserEnabled(admin, id, enabled),
  offlineClientsOf: (id) => offlineClientsOf(admin, id),
  linkedProviders: (id) => linkedProviders(admin, id),
  effectiveRoles: (id, clientUuid) => effectiveRoles(admin, id, clientUuid),
  consentsOf: (id) => consentsOf(admin, id),
  deleteUser: (id) => deleteUser(admin, id),
  revokeConsent: (id, clientId) => revokeConsent(admin, id, clientId),
})

async function findUsers(admin: Admin, name: string): Promise<User[]> {
  // The admin client omits an empty value, and then the answer is every user.
  if (name === '') return []
  const byId = async () => {
    const found = isPathId('user', name) ? await findUserById(admin, name) : undefined
    return found && isSameText(found.id, name) ? [found] : []
  }
  const found = await Promise.all([byId(), search(admin, 'username', name), search(admin, 'email', name)])
  return [...new Map(found.flat().map((user) => [user.id, user])).values()]
}

async function search(
  { client, realm, call }: Admin,
  field: 'username' | 'email',
  value: string,
): Promise<User[]> {
  const found: User[] = []
  for (let page = 0; page < MAX_PAGES; page++) {
    const part = await call(
      { method: 'GET', path: USERS, what: 'finding a user', role: 'view-users' },
      async () => {
        const query = { realm, [field]: value, exact: true, first: page * PAGE_SIZE, max: PAGE_SIZE }
        return list(await client.users.find(query), 'a list of users', toUser)
      },
    )
    found.push(...part.filter((user) => isSameText(user[field], value)))
    if (part.length < PAGE_SIZE) break
  }
  return found
}

async function findUserById({ client, realm, call }: Admin, id: string): Promise<User | undefined> {
  try {
    return await call(
      { method: 'GET', path: USER, params: userParam(id), what: 'finding a user', role: 'view-users' },
      async () => toUser(record(await client.users.findOne({ realm, id }), 'a user')),
    )
  } catch (error) {
    if (hasCode(error, 'user-not-found')) return undefined
    throw error
  }
}

const setUserEnabled = ({ client, realm, act }: Admin, id: string, enabled: boolean) =>
  act(
    { method: 'PUT', path: USER, params: userParam(id), what: 'changing a user', role: 'manage-users' },
    () => client.users.update({ realm, id }, { enabled }),
  )

const offlineClientsOf = ({ client, realm, call }: Admin, id: string) =>
  readable('the consents of a user', (what) =>
    call(
      { method: 'GET', path: `${USER}/consents`, params: userParam(id), what, role: 'view-users' },
      async () => {
        const found = await client.users.listConsents({ realm, id })
        return list(found, 'a list of consents', offlineClient).flat()
      },
    ),
  )

const linkedProviders = ({ client, realm, call }: Admin, id: string) =>
  readable('the identity providers of a user', (what) =>
    call(
      { method: 'GET', path: `${USER}/federated-identity`, params: userParam(id), what, role: 'view-users' },
      async () => {
        const found = await client.users.listFederatedIdentities({ realm, id })
        return list(found, 'a list of identity providers', (from) =>
          text(from, 'identityProvider', 'an identity provider'),
        )
      },
    ),
  )

function effectiveRoles({ client, realm, call }: Admin, id: string, clientUuid?: string): Promise<string[]> {
  const what = 'the roles of a user'
  const asked = { method: 'GET', what, role: 'view-users' } as const
  const mappings = `${USER}/role-mappings`
  const names = (found: unknown) => list(found, what, (from) => text(from, 'name', 'a role'))
  if (clientUuid === undefined)
    return call({ ...asked, path: `${mappings}/realm/composite`, params: userParam(id) }, async () =>
      names(await client.users.listCompositeRealmRoleMappings({ realm, id })),
    )
  const params = { ...userParam(id), client: ['client', clientUuid] } as const
  return call({ ...asked, path: `${mappings}/clients/{client}/composite`, params }, async () =>
    names(await client.users.listCompositeClientRoleMappings({ realm, id, clientUniqueId: clientUuid })),
  )
}
const consentsOf = ({ client, realm, call }: Admin, id: string) =>
  call(
    {
      method: 'GET',
      path: `${USER}/consents`,
      params: userParam(id),
      what: 'the consents of a user',
      role: 'view-users',
    },
    async () => {
      const found = await client.users.listConsents({ realm, id })
      return list(found, 'a list of consents', (from) => text(from, 'clientId', 'a consent'))
    },
  )

const deleteUser = ({ client, realm, act }: Admin, id: string) =>
  act(
    { method: 'DELETE', path: USER, params: userParam(id), what: 'deleting a user', role: 'manage-users' },
    async () => void (await client.users.del({ realm, id })),
  )

async function revokeConsent(
  { client, realm, act }: Admin,
  id: string,
  clientId: string,
): Promise<'revoked' | 'gone'> {
  try {
    await act(
      {
        method: 'DELETE',
        path: `${USER}/consents/{client}`,
        params: { ...userParam(id), client: ['client', clientId] },
        what: 'revoking a consent',
        role: 'manage-users',
      },
      () => client.users.revokeConsent({ realm, id, clientId }),
    )
    return 'revoked'
  } catch (error) {
    if (hasCode(error, 'consent-not-found')) return 'gone'
    throw error
  }
}

/** The client of a consent, if it holds an offline token; its internal id where the grant names it. */
function offlineClient({ clientId, additionalGrants }: Json): { id: string | undefined; clientId: string }[] {
  const grants: unknown[] = Array.isArray(additionalGrants) ? additionalGrants : []
  const offline = grants.find((grant) => isRecord(grant) && grant.key === 'Offline Token')
  if (!isRecord(offline) || typeof clientId !== 'string') return []
  return [{ id: optionalText(offline.client), clientId }]
}

/** Keycloak stores usernames and e-mail addresses in lower case. */
const isSameText = (one: string | undefined, other: string) => one?.toLowerCase() === other.toLowerCase()

const hasCode = (error: unknown, code: string) => error instanceof UserError && error.code === code
