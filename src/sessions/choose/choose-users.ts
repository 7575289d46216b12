import type { Attribute, Chosen, UserCriteria } from '../../core/choice.ts'
import type { Client, User } from '../../core/model.ts'
import { EXIT, UserError, usageError } from '../../errors.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import { findUsers } from '../find-users.ts'
import { providersIfPermitted } from '../read-upstreams.ts'
import { findGroup, withSubgroups } from './groups.ts'
import { notInRealm } from './not-in-realm.ts'
import { usersInRole } from './roles.ts'

/** Users who meet every criterion; without criteria, all of the realm. */
export class ChosenUsers {
  /** By id. Undefined: every user of the realm apart from those excluded. */
  readonly users: ReadonlyMap<string, User> | undefined
  readonly chosen: readonly Chosen[]
  readonly #excluded: ReadonlySet<string>

  constructor(
    users: ReadonlyMap<string, User> | undefined,
    excluded: readonly User[],
    chosen: readonly Chosen[],
  ) {
    this.users = users
    this.chosen = chosen
    this.#excluded = new Set(excluded.map(({ id }) => id))
  }

  get isEverybody(): boolean {
    return this.users === undefined && this.#excluded.size === 0
  }

  includes(userId: string): boolean {
    return (this.users?.has(userId) ?? true) && !this.#excluded.has(userId)
  }
}

/** What finding users needs. */
export type UserReader = Pick<
  Keycloak,
  'directory' | 'findUsers' | 'identityProviders' | 'capabilities' | 'realm'
>

interface Criterion {
  readonly option: string
  readonly values: readonly string[]
  /** The users that one of the values chooses; some may come twice. */
  readonly find: () => AsyncIterable<User>
}

/**
 * Finds the users that the options choose. Lists are read page by page, and only users that are chosen are kept.
 * @param onUnknown called with the excluded names that nobody has; without it they are an error
 * @throws {UserError} `user-not-found`, `group-not-found`, `role-not-found`, `organization-not-found`,
 * `identity-provider-not-found` (5); `ambiguous-user`, `ambiguous-group`, `ambiguous-role`, `not-supported` (2)
 */
export async function chooseUsers(
  criteria: UserCriteria,
  clients: readonly Client[],
  keycloak: UserReader,
  onUnknown?: (names: readonly string[]) => void,
): Promise<ChosenUsers> {
  const { excluded } = criteria
  const left = await findUsers(excluded, undefined, keycloak, onUnknown)
  const chosen: Chosen[] = []
  let users: Map<string, User> | undefined
  for (const { option, values, find } of criteriaOf(criteria, clients, keycloak)) {
    const found = await distinct(find(), users)
    users = found.users
    chosen.push({ option, values, users: found.count })
  }
  if (excluded.length > 0) chosen.push({ option: '--exclude-user', values: excluded, users: left.length })
  return new ChosenUsers(users, left, chosen)
}

/** Those of `among` that are found, and the number of different users found. */
async function distinct(
  found: AsyncIterable<User>,
  among: ReadonlyMap<string, User> | undefined,
): Promise<{ readonly users: Map<string, User>; readonly count: number }> {
  const users = new Map<string, User>()
  const others = new Set<string>()
  for await (const user of found) {
    if (among === undefined || among.has(user.id)) users.set(user.id, user)
    else others.add(user.id)
  }
  return { users, count: users.size + others.size }
}

function criteriaOf(
  criteria: UserCriteria,
  clients: readonly Client[],
  keycloak: UserReader,
): readonly Criterion[] {
  const { directory } = keycloak
  const texts = (attributes: readonly Attribute[]) => attributes.map(({ text }) => text)
  const criterion = <T>(
    option: string,
    given: readonly T[],
    find: (values: readonly T[]) => AsyncIterable<User>,
    values: readonly string[] = given.map(String),
  ): Criterion[] => (given.length > 0 ? [{ option, values, find: () => find(given) }] : [])
  return [
    ...criterion('--group', criteria.groups, (names) => inGroups(names, keycloak)),
    ...criterion('--role', criteria.roles, (names) =>
      each(names, (name) => usersInRole(name, clients, keycloak)),
    ),
    ...criterion('--org', criteria.organizations, (aliases) => inOrganizations(aliases, keycloak)),
    ...criterion('--idp', criteria.identityProviders, (aliases) => ofProviders(aliases, keycloak)),
    ...criterion(
      '--attribute',
      criteria.attributes,
      (attributes) => withAttributes(attributes, keycloak),
      texts(criteria.attributes),
    ),
    ...criterion('--email-domain', criteria.emailDomains, (domains) =>
      each(domains, (domain) => ofDomain(domain, directory)),
    ),
  ]
}

async function* each<T>(values: readonly T[], find: (value: T) => AsyncIterable<User>): AsyncGenerator<User> {
  for (const value of values) yield* find(value)
}

async function* inGroups(names: readonly string[], keycloak: UserReader): AsyncGenerator<User> {
  const groups = await Promise.all(names.map((name) => findGroup(name, keycloak)))
  for await (const { id } of withSubgroups(groups, keycloak.directory)) yield* keycloak.directory.members(id)
}

async function* inOrganizations(
  aliases: readonly string[],
  keycloak: Pick<UserReader, 'directory' | 'capabilities' | 'realm'>,
): AsyncGenerator<User> {
  const { directory, realm } = keycloak
  const ids = new Map<string, string>()
  try {
    for await (const { id, alias } of directory.organizations()) ids.set(alias, id)
  } catch (error) {
    throw error instanceof UserError && error.exitCode === EXIT.notFound
      ? await notSupported(
          '--org',
          `realm ${realm} has no organizations (26 and newer, if they are on)`,
          keycloak,
        )
      : error
  }
  for (const alias of aliases)
    if (!ids.has(alias)) throw notInRealm('organization', alias, realm, [...ids.keys()])
  for (const alias of aliases) yield* directory.organizationMembers(ids.get(alias) ?? '')
}

async function* ofProviders(aliases: readonly string[], keycloak: UserReader): AsyncGenerator<User> {
  const { directory, realm } = keycloak
  const providers = (await providersIfPermitted(keycloak))?.map(({ alias }) => alias)
  for (const alias of aliases)
    if (providers && !providers.includes(alias))
      throw notInRealm('identity provider', alias, realm, providers)
  if (!(await directory.searchesBy('identityProvider')))
    throw await notSupported('--idp', 'it does not search users by identity provider', keycloak)
  for (const alias of aliases) {
    let count = 0
    for await (const user of directory.users({ identityProvider: alias })) {
      count++
      yield user
    }
    // Without the role to list providers, a typing error would look like a provider that nobody uses.
    if (count === 0 && !providers) throw notInRealm('identity provider', alias, realm, [])
  }
}

async function* withAttributes(
  attributes: readonly Attribute[],
  keycloak: Pick<UserReader, 'directory' | 'capabilities'>,
): AsyncGenerator<User> {
  const { directory } = keycloak
  if (!(await directory.searchesBy('attribute')))
    throw await notSupported('--attribute', 'it does not search users by attribute', keycloak)
  for (const { key, value } of attributes) yield* directory.users({ attribute: { key, value } })
}

async function* ofDomain(domain: string, directory: UserReader['directory']): AsyncGenerator<User> {
  const end = `@${domain.toLowerCase()}`
  for await (const user of directory.users({ email: end }))
    if (user.email?.toLowerCase().endsWith(end)) yield user
}

async function notSupported(
  option: string,
  why: string,
  keycloak: Pick<Keycloak, 'capabilities'>,
): Promise<UserError> {
  const { version } = await keycloak.capabilities()
  return usageError(
    'not-supported',
    `${option} does not work with this Keycloak${version === undefined ? '' : ` (${version})`}: ${why}.`,
    'Choose the users by another option. Nothing was changed.',
  )
}
