import pMap from 'p-map'
import type { Context } from '../cli/context.ts'
import type { User } from '../core/model.ts'
import { EXIT, UserError, usageError } from '../errors.ts'
import type { Keycloak } from '../keycloak/keycloak.ts'
import { firstFew, formatNumber } from '../util/format.ts'
import { nulCharacter } from '../util/nul-character.ts'
import { type Listed, type ListedSession, readListed } from './choose/read-listed.ts'

/** The field that a name is compared with. Without it, a name is looked up in all three. */
export type LookupField = 'id' | 'username' | 'email'

const PARALLEL_REQUESTS = 8
const MAX_NAMES_SHOWN = 10
/** Characters of an id, a username or an e-mail address in Keycloak's database. */
const LONGEST_NAME = 255

/**
 * Returns the names given on the command line, each once; `-` stands for what stdin lists (`readListed`). Never empty.
 * @throws {UserError} `nobody` (2) if stdin is empty, `bad-name`, `bad-list` (2)
 */
export async function readGiven(
  args: readonly string[],
  files: Pick<Context['files'], 'lines'>,
): Promise<Listed> {
  const names: string[] = []
  const sessions: ListedSession[] = []
  for (const arg of args) {
    if (arg !== '-') names.push(arg)
    else {
      const listed = await readListed(files.lines('-'))
      // Not spread into push(): there may be 100,000 of them.
      for (const name of listed.names) names.push(name)
      for (const session of listed.sessions) sessions.push(session)
    }
  }
  if (names.length + sessions.length === 0)
    throw usageError(
      'nobody',
      'No users and no sessions on stdin.',
      'Write one name per line, or pass the output of `kc-logout sessions --list --json`.',
    )
  if (names.some((name) => name.includes('\0'))) throw nulCharacter()
  const long = names.find(({ length }) => length > LONGEST_NAME)
  if (long !== undefined)
    throw usageError(
      'bad-name',
      `A name has ${formatNumber(long.length)} characters: "${long.slice(0, 40)}…".`,
      `Names in Keycloak have at most ${LONGEST_NAME}. Write one name per line.`,
    )
  return { names: [...new Set(names)], sessions }
}

/** As `readGiven`, without listed sessions. */
export const readUserNames = async (
  args: readonly string[],
  files: Pick<Context['files'], 'lines'>,
): Promise<readonly string[]> => (await readGiven(args, files)).names

/**
 * Finds the users with these names, exact except for case. Fails before anything is changed if one name is unknown or
 * ambiguous. Always compares id, username and e-mail address, because users may register with the e-mail address of
 * another user as username.
 * @param onUnknown called once with the names that nobody has, which may be none; throws unless they are to be skipped
 * @throws {UserError} `user-not-found` (5), `ambiguous-user` (2)
 */
export async function findUsers(
  names: readonly string[],
  by: LookupField | undefined,
  keycloak: Pick<Keycloak, 'findUsers' | 'realm'>,
  onUnknown: (names: readonly string[]) => void = (unknown) => {
    if (unknown.length > 0) throw notFound(unknown, `Realm ${keycloak.realm}`)
  },
): Promise<User[]> {
  const matches = await pMap(
    names,
    async (name) => ({
      name,
      users: (await lookUp(name, keycloak)).filter((user) => !by || hasName(user, name, by)),
    }),
    { concurrency: PARALLEL_REQUESTS },
  )
  const unknown = matches.filter(({ users }) => users.length === 0).map(({ name }) => name)
  onUnknown(unknown)
  for (const { name, users } of matches) if (users.length > 1) throw ambiguous(name, users)
  const users = matches.flatMap((match) => match.users)
  return [...new Map(users.map((user) => [user.id, user])).values()]
}

/** @throws {UserError} `user-unreadable` (1) if Keycloak fails for this name, as for a user of an LDAP that is down */
async function lookUp(name: string, keycloak: Pick<Keycloak, 'findUsers'>): Promise<User[]> {
  try {
    return await keycloak.findUsers(name)
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== 'server-error') throw error
    throw new UserError('user-unreadable', `Keycloak cannot read the user "${name}": ${error.message}`, {
      exitCode: error.exitCode,
      hint: "The user storage (for example LDAP) may be down: see Keycloak's log. Leave this user out, or use `kc-logout all`. Nothing was changed.",
      cause: error,
    })
  }
}

const hasName = (user: User, name: string, by: LookupField) => user[by]?.toLowerCase() === name.toLowerCase()

/** @param where begins the message: `Realm customers` */
export function notFound(names: readonly string[], where: string): UserError {
  const shown = firstFew(
    names.map((name) => `"${name}"`),
    MAX_NAMES_SHOWN,
  )
  return new UserError('user-not-found', `${where}: user ${shown} not found, or not visible to you.`, {
    exitCode: EXIT.notFound,
    hint: 'Give a complete user id, username or e-mail address. Users of a storage that is down (LDAP) are not found. Nothing was changed.',
  })
}

function ambiguous(name: string, users: readonly User[]): UserError {
  const list = users.map(
    ({ id, username, email }) => `${id} (username ${username}, e-mail ${email ?? 'none'})`,
  )
  return usageError(
    'ambiguous-user',
    `"${name}" matches ${users.length} users: ${list.join('; ')}.`,
    'Give the id. `kc-logout user` also takes --by id, --by username or --by email. Nothing was changed.',
  )
}
