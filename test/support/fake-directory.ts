import type { User } from '../../src/core/model.ts'
import type { Directory, Group, Organization, Role, UserSearch } from '../../src/keycloak/directory.ts'

interface GroupSeed {
  readonly users?: readonly User[]
  readonly roles?: readonly Role[]
}

/** Groups, roles, organizations and what users are searched by, in memory. */
export class FakeDirectory implements Directory {
  readonly #groups = new Map<string, Group & GroupSeed>()
  readonly #roles: { role: Role; users: readonly User[]; contains: readonly Role[] }[] = []
  readonly #organizations: { organization: Organization; users: readonly User[] }[] = []
  readonly #attributes: { key: string; value: string; user: User }[] = []
  /** What this server searches users by. */
  readonly searches = new Set<'identityProvider' | 'attribute'>(['identityProvider', 'attribute'])
  readonly #users: () => readonly User[]
  readonly #linked: (userId: string) => readonly string[]

  constructor(users: () => readonly User[], linked: (userId: string) => readonly string[]) {
    this.#users = users
    this.#linked = linked
  }

  // --- for tests ---

  /** @param path `/staff/contractors`; the groups above exist */
  addGroup(path: string, seed: GroupSeed = {}): void {
    const name = path.slice(path.lastIndexOf('/') + 1)
    this.#groups.set(path, {
      id: `id-of-${name}-${this.#groups.size}`,
      name,
      path,
      subgroups: [],
      subgroupCount: 1,
      ...seed,
    })
  }

  addRole(
    name: string,
    {
      users = [],
      contains = [],
      clientUuid,
    }: { users?: readonly User[]; contains?: readonly Role[]; clientUuid?: string } = {},
  ): Role {
    const role: Role = {
      id: `id-of-role-${this.#roles.length}`,
      name,
      clientUuid,
      isComposite: contains.length > 0,
    }
    this.#roles.push({ role, users, contains })
    return role
  }

  addOrganization(alias: string, users: readonly User[]): void {
    this.#organizations.push({ organization: { id: `id-of-${alias}`, alias }, users })
  }

  addAttribute(user: User, key: string, value: string): void {
    this.#attributes.push({ key, value, user })
  }

  // --- Keycloak ---

  async *groups(text?: string) {
    for (const group of this.#groups.values())
      if (
        text === undefined ? isBelow('', group.path) : group.name.toLowerCase().includes(text.toLowerCase())
      )
        yield group
  }

  async *subgroups({ path }: Group) {
    for (const group of this.#groups.values()) if (isBelow(path, group.path)) yield group
  }

  async *members(groupId: string) {
    yield* [...this.#groups.values()].find(({ id }) => id === groupId)?.users ?? []
  }

  async *roles(clientUuid?: string) {
    for (const { role } of this.#roles) if (role.clientUuid === clientUuid) yield role
  }

  async containedRoles(roleId: string) {
    return this.#roles.find(({ role }) => role.id === roleId)?.contains.map(({ id }) => id) ?? []
  }

  async *usersWithRole({ id }: Role) {
    yield* this.#roles.find(({ role }) => role.id === id)?.users ?? []
  }

  async *groupsWithRole({ id }: Role) {
    for (const group of this.#groups.values()) if (group.roles?.some((role) => role.id === id)) yield group
  }

  async *organizations() {
    for (const { organization } of this.#organizations) yield organization
  }

  async *organizationMembers(id: string) {
    yield* this.#organizations.find(({ organization }) => organization.id === id)?.users ?? []
  }

  async *users(search: UserSearch) {
    if ('email' in search)
      yield* this.#users().filter(({ email }) => email?.toLowerCase().includes(search.email))
    else if ('identityProvider' in search)
      yield* this.#users().filter(({ id }) => this.#linked(id).includes(search.identityProvider))
    else
      for (const { key, value, user } of this.#attributes)
        if (key === search.attribute.key && value === search.attribute.value) yield user
  }

  async searchesBy(kind: 'identityProvider' | 'attribute') {
    return this.searches.has(kind)
  }
}

const isBelow = (above: string, path: string) =>
  path.startsWith(`${above}/`) && !path.slice(above.length + 1).includes('/')
