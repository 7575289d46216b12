import type { User } from '../../core/model.ts'
import { isRecord } from '../../util/is-record.ts'
import type { Directory, Group, Organization, Role, UserSearch } from '../directory.ts'
import { idFromServer } from '../http/ids.ts'
import { type Json, list, optionalNumber, record, text, texts } from '../http/json.ts'
import type { PathParams } from '../http/path-guard.ts'
import type { Admin } from './admin.ts'
import { toUser } from './representations.ts'

const REALM = '/admin/realms/{realm}'
const PAGE_SIZE = 500
/** No realm has it: a server that finds users by it ignores the search. */
const NOWHERE = 'kc-logout-finds-nobody'

type Own = Pick<Admin, 'own'>

interface List {
  /** Below the realm. */
  readonly path: string
  readonly params?: PathParams
  /** Words that follow "for". */
  readonly what: string
  readonly role: string
  readonly query?: Readonly<Record<string, string>>
}

/** Without the admin client: its methods for these lists differ in how, and whether, they page. */
export const directoryOf = (admin: Own): Directory => ({
  groups: (part) => groups(admin, part),
  subgroups: (group) => subgroups(admin, group),
  members: (id) =>
    paged(
      admin,
      { path: '/groups/{group}/members', params: groupParam(id), what: 'the members of a group', ...USERS },
      toUser,
    ),
  roles: (clientUuid) => roles(admin, clientUuid),
  containedRoles: (id) => containedRoles(admin, id),
  usersWithRole: (role) => paged(admin, { ...ofRole(role, 'users'), ...USERS }, toUser),
  groupsWithRole: (role) => paged(admin, ofRole(role, 'groups'), toGroup),
  organizations: () =>
    paged(
      admin,
      { path: '/organizations', what: 'the organizations of the realm', role: 'manage-realm' },
      toOrganization,
    ),
  organizationMembers: (id) =>
    paged(
      admin,
      {
        path: '/organizations/{organization}/members',
        params: { organization: ['organization', id] },
        what: 'the members of an organization',
        role: 'manage-realm',
      },
      toUser,
    ),
  users: (search) => users(admin, search),
  searchesBy: (kind) => searchesBy(admin, kind),
})

const USERS = { role: 'view-users', query: { briefRepresentation: 'true' } } as const
const groupParam = (id: string): PathParams => ({ group: ['group', id] })

async function* groups(admin: Own, part: string | undefined): AsyncGenerator<Group> {
  const query = part === undefined ? {} : { query: { search: part } }
  const found = paged(
    admin,
    { path: '/groups', what: 'the groups of the realm', role: 'view-users', ...query },
    toGroup,
  )
  // Matches below the top come with the groups above them.
  for await (const group of found) yield* withBelow(group)
}

function* withBelow(group: Group): Generator<Group> {
  yield group
  for (const below of group.subgroups) yield* withBelow(below)
}

async function* subgroups(admin: Own, group: Group): AsyncGenerator<Group> {
  const what = 'the subgroups of a group'
  const params = groupParam(group.id)
  // Groups with a role come without a count (26.7.4).
  const { subgroups: below, subgroupCount } =
    group.subgroupCount === undefined ? await groupById(admin, params, what) : group
  if (subgroupCount === undefined) yield* below
  else if (subgroupCount > 0)
    yield* paged(admin, { path: '/groups/{group}/children', params, what, role: 'view-users' }, toGroup)
}

async function groupById({ own }: Own, params: PathParams, what: string): Promise<Group> {
  const path = `${REALM}/groups/{group}`
  return toGroup(record(await own({ method: 'GET', path, params, what, role: 'view-users' }), 'a group'))
}

async function* roles(admin: Own, clientUuid: string | undefined): AsyncGenerator<Role> {
  const of: List =
    clientUuid === undefined
      ? { path: '/roles', what: 'the roles of the realm', role: 'view-realm' }
      : {
          path: '/clients/{client}/roles',
          params: { client: ['client', clientUuid] },
          what: 'the roles of a client',
          role: 'view-clients',
        }
  yield* paged(admin, of, (from) => toRole(from, clientUuid))
}

async function containedRoles({ own }: Own, id: string): Promise<string[]> {
  const answer = await own({
    method: 'GET',
    path: `${REALM}/roles-by-id/{role}/composites`,
    params: { role: ['role', id] },
    what: 'the roles in a composite role',
    role: 'view-realm',
  })
  return list(answer, 'a list of roles', (from) => text(from, 'id', 'a role'))
}

function ofRole({ name, clientUuid }: Role, kind: 'users' | 'groups'): List {
  const what = `the ${kind} with a role`
  return clientUuid === undefined
    ? { path: `/roles/{role}/${kind}`, params: { role: ['role', name] }, what, role: 'view-users' }
    : {
        path: `/clients/{client}/roles/{role}/${kind}`,
        params: { client: ['client', clientUuid], role: ['role', name] },
        what,
        role: 'view-users',
      }
}

const searchQuery = (search: UserSearch): Record<string, string> => {
  if ('identityProvider' in search) return { idpAlias: search.identityProvider }
  if ('email' in search) return { email: search.email }
  const { key, value } = search.attribute
  // A backslash stands for itself, except before a quote.
  return { q: `"${key}":"${value.replaceAll('"', '\\"')}"` }
}

async function* users(admin: Own, search: UserSearch): AsyncGenerator<User> {
  const isBrief = !('attribute' in search)
  const query = { ...searchQuery(search), briefRepresentation: String(isBrief) }
  const found = paged(
    admin,
    { path: '/users', what: 'finding users', role: 'view-users', query },
    (from) => ({
      user: toUser(from),
      isExact: isBrief || hasAttribute(from, search.attribute),
    }),
  )
  for await (const { user, isExact } of found) if (isExact) yield user
}

/** Keycloak 24 and newer hide attributes that the user profile does not declare: then its search decides. */
function hasAttribute({ attributes }: Json, { key, value }: { key: string; value: string }): boolean {
  const values = isRecord(attributes) ? attributes[key] : undefined
  return values === undefined || texts(values).includes(value)
}

async function searchesBy({ own }: Own, kind: 'identityProvider' | 'attribute'): Promise<boolean> {
  const search =
    kind === 'attribute' ? { attribute: { key: NOWHERE, value: NOWHERE } } : { identityProvider: NOWHERE }
  const answer = await own(
    { method: 'GET', path: `${REALM}/users`, what: 'finding users', role: 'view-users' },
    { query: { ...searchQuery(search), first: '0', max: '1' } },
  )
  return list(answer, 'a list of users', toUser).length === 0
}

/** The items of a list, page by page. */
async function* paged<T>(
  { own }: Own,
  { path, params = {}, what, role, query = {} }: List,
  item: (from: Json) => T,
): AsyncGenerator<T> {
  let previous: unknown
  for (let first = 0; ; first += PAGE_SIZE) {
    const answer = await own(
      { method: 'GET', path: `${REALM}${path}`, params, what, role },
      { query: { ...query, first: String(first), max: String(PAGE_SIZE) } },
    )
    const page = list(answer, what, (from) => ({ id: from.id, item: item(from) }))
    // A server that ignores the paging gives the same list again.
    if (page.length > 0 && page[0]?.id === previous) return
    for (const one of page) yield one.item
    if (page.length !== PAGE_SIZE) return
    previous = page[0]?.id
  }
}

const toGroup = (from: Json): Group => ({
  id: idFromServer('group', text(from, 'id', 'a group')),
  name: text(from, 'name', 'a group'),
  path: text(from, 'path', 'a group'),
  subgroups: Array.isArray(from.subGroups) ? list(from.subGroups, 'a list of groups', toGroup) : [],
  subgroupCount: optionalNumber(from.subGroupCount),
})

const toRole = (from: Json, clientUuid: string | undefined): Role => ({
  id: idFromServer('role', text(from, 'id', 'a role')),
  name: text(from, 'name', 'a role'),
  clientUuid,
  isComposite: from.composite === true,
})

const toOrganization = (from: Json): Organization => ({
  id: idFromServer('organization', text(from, 'id', 'an organization')),
  // Keycloak 25 has no aliases.
  alias: typeof from.alias === 'string' ? from.alias : text(from, 'name', 'an organization'),
})
