import type { User } from '../../core/model.ts'
import { isRecord } from '../../util/is-record.ts'
import { isPathId } from '../http/ids.ts'
import { type Json, list, record } from '../http/json.ts'
import type { Keycloak } from '../keycloak.ts'
import type { Admin } from './admin.ts'
import { toUser } from './representations.ts'

type Users = Pick<
  Keycloak,
  'findUsers' | 'findUserById' | 'setUserEnabled' | 'offlineClientsOf' | 'revokeConsent'
>

const USERS = '/admin/realms/{realm}/users'
const USER = '/admin/realms/{realm}/users/{user}'
const PAGE = 100
/** Old servers answer an exact question with everything similar: this many pages are looked through. */
const PAGES = 50

export function usersOf({ client, realm, call, act }: Admin): Users {
  const user = (id: string) => ({ user: ['user', id] }) as const

  const search = async (field: 'username' | 'email', value: string): Promise<User[]> => {
    const found: User[] = []
    for (let page = 0; page < PAGES; page++) {
      const asked = { method: 'GET', path: USERS, what: 'looking up a user', role: 'view-users' } as const
      const part = await call(asked, async () =>
        list(
          await client.users.find({ realm, [field]: value, exact: true, first: page * PAGE, max: PAGE }),
          'a list of users',
          toUser,
        ),
      )
      found.push(...part.filter((one) => sameText(one[field], value)))
      if (part.length < PAGE) break
    }
    return found
  }

  const findUserById = async (id: string): Promise<User | undefined> => {
    const asked = {
      method: 'GET',
      path: USER,
      params: user(id),
      what: 'looking up a user',
      role: 'view-users',
    } as const
    try {
      return await call(asked, async () => {
        const found = await client.users.findOne({ realm, id })
        return toUser(record(found, 'a user'))
      })
    } catch (error) {
      if (isNotFound(error, 'user-not-found')) return undefined
      throw error
    }
  }

  return {
    findUserById,

    async findUsers(who) {
      // An empty value is left out of a query, and then everybody is an answer.
      if (who === '') return []
      const byId = async () => {
        const found = isPathId('user', who) ? await findUserById(who) : undefined
        return found && sameText(found.id, who) ? [found] : []
      }
      const hits = await Promise.all([byId(), search('username', who), search('email', who)])
      return [...new Map(hits.flat().map((one) => [one.id, one])).values()]
    },

    setUserEnabled: (id, enabled) =>
      act(
        { method: 'PUT', path: USER, params: user(id), what: 'changing a user', role: 'manage-users' },
        () => client.users.update({ realm, id }, { enabled }),
      ),

    offlineClientsOf: (id) =>
      call(
        {
          method: 'GET',
          path: `${USER}/consents`,
          params: user(id),
          what: "a user's consents",
          role: 'view-users',
        },
        async () => {
          const found = await client.users.listConsents({ realm, id })
          return list(found, 'a list of consents', offlineClient).flat()
        },
      ),

    async revokeConsent(id, clientId) {
      try {
        await act(
          {
            method: 'DELETE',
            path: `${USER}/consents/{client}`,
            params: { ...user(id), client: ['client', clientId] },
            what: 'revoking a consent',
            role: 'manage-users',
          },
          () => client.users.revokeConsent({ realm, id, clientId }),
        )
        return 'revoked'
      } catch (error) {
        if (isNotFound(error, 'consent-not-found')) return 'gone'
        throw error
      }
    },
  }
}

/** The client of a consent, if it holds an offline token there. */
function offlineClient({ clientId, additionalGrants }: Json): string[] {
  const grants: unknown[] = Array.isArray(additionalGrants) ? additionalGrants : []
  const isOffline = grants.some((grant) => isRecord(grant) && grant.key === 'Offline Token')
  return isOffline && typeof clientId === 'string' ? [clientId] : []
}

/** Keycloak stores both in lower case, and people type them as they like. */
const sameText = (one: string | undefined, other: string) => one?.toLowerCase() === other.toLowerCase()

const isNotFound = (error: unknown, code: string) =>
  error instanceof Error && 'code' in error && error.code === code
