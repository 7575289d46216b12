import type { Context } from '../cli/context.ts'
import type { Client, User } from '../core/model.ts'
import { EXIT, UserError, usageError } from '../errors.ts'
import type { Keycloak } from '../keycloak/keycloak.ts'
import { mapPool } from '../util/map-pool.ts'
import { emptyIfClientDeleted } from './unless-client-deleted.ts'
import { hasSafeId } from './unreadable-clients.ts'
import type { UserWithSessions } from './user-with-sessions.ts'

/** By which of its names a person was meant. Without it, all three are looked up. */
export type LookupField = 'id' | 'username' | 'email'

const WIDTH = 8
const MOST_NAMES_SHOWN = 10

/** What was typed after a command that takes people; `-` stands for the lines of stdin. Never empty. */
export async function readUserNames(who: readonly string[], files: Context['files']): Promise<string[]> {
  const names: string[] = []
  for (const name of who) {
    if (name !== '-') names.push(name)
    else for await (const line of files.lines('-')) if (line.trim()) names.push(line.trim())
  }
  if (names.length === 0)
    throw usageError(
      'nobody',
      'Nobody was named: stdin was empty.',
      'It takes one name a line; `kc-logout sessions --list` shows who is signed in.',
    )
  if (names.some((name) => name === ''))
    throw usageError(
      'empty-name',
      'An empty name stands for nobody.',
      'Is a variable of the shell empty? Give a user id, a username or an e-mail address.',
    )
  return [...new Set(names)]
}

/**
 * Finds each person, exactly but without case, or nobody at all: one name that is unknown or ambiguous ends it before
 * anything is done. Anybody may register with another's e-mail address as username, so all three are always compared.
 * @throws {UserError} `user-not-found` (5), `ambiguous-user` (2)
 */
export async function findUsers(
  names: readonly string[],
  by: LookupField | undefined,
  keycloak: Pick<Keycloak, 'findUsers' | 'realm'>,
): Promise<User[]> {
  const found = await mapPool(names, WIDTH, async (name) => {
    const hits = (await keycloak.findUsers(name)).filter((user) => !by || isCalled(user, name, by))
    return { name, hits }
  })
  const unknown = found.filter(({ hits }) => hits.length === 0).map(({ name }) => name)
  if (unknown.length > 0) {
    const more = unknown.length > MOST_NAMES_SHOWN ? ` and ${unknown.length - MOST_NAMES_SHOWN} more` : ''
    throw new UserError(
      'user-not-found',
      `Realm ${keycloak.realm} has no user ${unknown
        .slice(0, MOST_NAMES_SHOWN)
        .map((name) => `"${name}"`)
        .join(', ')}${more}.`,
      {
        exitCode: EXIT.notFound,
        hint: 'Give a user id, a username or an e-mail address, whole. Nobody was logged out.',
      },
    )
  }
  for (const { name, hits } of found) if (hits.length > 1) throw ambiguous(name, hits)
  const people = found.flatMap(({ hits }) => hits)
  return [...new Map(people.map((user) => [user.id, user])).values()]
}

const isCalled = (user: User, name: string, by: LookupField) => user[by]?.toLowerCase() === name.toLowerCase()

function ambiguous(name: string, hits: readonly User[]): UserError {
  const list = hits.map(
    ({ id, username, email }) => `${id} (username ${username}, e-mail ${email ?? 'none'})`,
  )
  return usageError(
    'ambiguous-user',
    `"${name}" names ${hits.length} people: ${list.join('; ')}.`,
    'Give the id, or say which is meant with --by id, --by username or --by email. Nobody was logged out.',
  )
}

/**
 * Reads each person's sessions, offline ones too. Offline sessions must be asked for client by client; the clients are
 * those at which the person's consents show an offline token.
 * @param onUnread is told of a client that cannot be asked, whose offline sessions may be missing
 */
export async function readSessions(
  users: readonly User[],
  clients: readonly Client[],
  keycloak: Pick<Keycloak, 'sessionsOf' | 'offlineSessionsOf' | 'offlineClientsOf'>,
  onUnread?: (client: Client) => void,
): Promise<UserWithSessions[]> {
  const clientOf = new Map(clients.map((client) => [client.clientId, client]))
  return mapPool(users, WIDTH, async (user) => {
    const [online, offlineClients] = await Promise.all([
      keycloak.sessionsOf(user.id),
      keycloak.offlineClientsOf(user.id),
    ])
    const involved = offlineClients.map((clientId) => clientOf.get(clientId)).filter((client) => !!client)
    for (const client of involved) if (!hasSafeId(client.id)) onUnread?.(client)
    const asked = involved.filter(({ id }) => hasSafeId(id))
    const offline = (
      await mapPool(asked, WIDTH, ({ id }) => emptyIfClientDeleted(keycloak.offlineSessionsOf(user.id, id)))
    ).flat()
    // One offline session may stand at several clients, each of which lists it.
    const distinct = [...new Map(offline.map((session) => [session.id, session])).values()]
    return { user, sessions: [...online, ...distinct] }
  })
}
