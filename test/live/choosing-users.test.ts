import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { Attribute, UserCriteria } from '../../src/core/choice.ts'
import { UserError } from '../../src/errors.ts'
import { type OpenKeycloak, openKeycloak } from '../../src/keycloak/open.ts'
import { chooseUsers } from '../../src/sessions/choose/choose-users.ts'
import { createRealm, eachOf, type TestRealm } from '../support/realm.ts'
import { adminEnv, runCli } from '../support/run-cli.ts'
import { secret } from '../support/scripted-server.ts'
import { directGrant } from '../support/sign-in.ts'
import { factsOf } from '../support/versions.ts'

/*
 * Users in nested groups, with roles in all three ways, two identity providers, organizations and attributes; 2,000 with
 * KC_LOGOUT_TEST_USERS=2000. Each choice has to be the one that the test computes from the data that it wrote. The seed is
 * printed: SEED=… repeats a run.
 */
const server = inject('keycloak')
const facts = factsOf(server.version)
const COUNT = Number(process.env.KC_LOGOUT_TEST_USERS ?? 600)
const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000)
const COMBINATIONS = Number(process.env.KC_LOGOUT_TEST_COMBINATIONS ?? 12)

/** mulberry32: the same numbers for the same seed. */
function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
const random = randomNumbers(SEED)
const oneOf = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T
const someOf = <T>(items: readonly T[], share: number): T[] => items.filter(() => random() < share)

const GROUPS = [
  '/staff',
  '/staff/contractors',
  '/staff/contractors/abroad',
  '/staff/contractors/abroad/remote',
  '/guests',
  '/guests/contractors',
  '/staff R&D + 100%',
  `/guests/it's "a", b_c%`,
  '/-dash',
]
/** Roles that a group gives to its members and to those of the groups below. */
const GROUP_ROLES: Readonly<Record<string, readonly string[]>> = {
  '/staff/contractors': ['lead'],
  '/guests': ['shop/buyer'],
}
/** Roles that contain other roles. */
const CONTAINS: Readonly<Record<string, readonly string[]>> = {
  lead: ['auditor'],
  director: ['lead', 'shop/buyer'],
  'shop/owner': ['director'],
  // Keycloak allows a cycle.
  ping: ['pong'],
  pong: ['ping'],
}
const ROLES = ['auditor', 'lead', 'director', 'shop/buyer', 'shop/owner', 'ping', 'pong']
const PROVIDERS = ['hub', 'partner-idp']
const ORGANIZATIONS = ['acme', 'globex']
const DEPARTMENTS = ['sales', 'R&D', 'human "resources"', 'a:b c']
const DOMAINS = ['example.com', 'sub.example.com', 'partner.test']

interface Person {
  readonly username: string
  readonly email: string
  readonly groups: readonly string[]
  readonly roles: readonly string[]
  readonly providers: readonly string[]
  readonly organizations: readonly string[]
  readonly departments: readonly string[]
}

const people: readonly Person[] = Array.from({ length: COUNT }, (_, index) => ({
  username: `user-${String(index).padStart(4, '0')}`,
  email: `user-${index}@${oneOf(DOMAINS)}`,
  groups: someOf(GROUPS, 0.12),
  roles: someOf(ROLES, 0.06),
  providers: someOf(PROVIDERS, 0.2),
  organizations: facts.organizations ? someOf(ORGANIZATIONS, 0.05) : [],
  departments: someOf(DEPARTMENTS, 0.25),
}))

let realm: TestRealm
let keycloak: OpenKeycloak
beforeAll(async () => {
  process.stderr.write(`choosing-users: SEED=${SEED}\n`)
  realm = await createRealm(server, {
    clients: [{ clientId: 'shop' }],
    settings: facts.organizations ? { organizationsEnabled: true } : {},
  })
  if (facts.userProfile) {
    const profile = await realm.get<object>('/users/profile')
    await realm.put('/users/profile', { ...profile, unmanagedAttributePolicy: 'ENABLED' })
  }
  await createRoles()
  await createGroups()
  for (const alias of PROVIDERS)
    await realm.post('/identity-provider/instances', {
      ...{ alias, providerId: 'oidc', enabled: true },
      config: {
        authorizationUrl: 'https://hub.test/authorize',
        tokenUrl: 'https://hub.test/token',
        ...{ clientId: 'broker', clientSecret: 'secret' },
      },
    })
  for (let first = 0; first < COUNT; first += 250)
    await realm.post('/partialImport', {
      ifResourceExists: 'FAIL',
      users: people.slice(first, first + 250).map(representation),
    })
  await createOrganizations()
  keycloak = await open()
}, 300_000)
afterAll(async () => {
  keycloak?.close()
  await realm?.remove()
})

const representation = (person: Person) => ({
  ...{ username: person.username, email: person.email, enabled: true, groups: person.groups },
  realmRoles: person.roles.filter((role) => !role.startsWith('shop/')),
  clientRoles: { shop: person.roles.flatMap((role) => /^shop\/(.*)$/.exec(role)?.[1] ?? []) },
  federatedIdentities: person.providers.map((identityProvider) => ({
    ...{ identityProvider, userId: `there-${person.username}`, userName: person.username },
  })),
  attributes: person.departments.length > 0 ? { department: person.departments } : {},
})

async function roleNamed(name: string): Promise<Record<string, unknown>> {
  const [, ofShop] = /^shop\/(.*)$/.exec(name) ?? []
  return realm.get(
    ofShop === undefined ? `/roles/${name}` : `/clients/${await realm.idOfClient('shop')}/roles/${ofShop}`,
  )
}

async function createRoles(): Promise<void> {
  const shop = await realm.idOfClient('shop')
  for (const name of ROLES) {
    const [, ofShop] = /^shop\/(.*)$/.exec(name) ?? []
    await realm.post(ofShop === undefined ? '/roles' : `/clients/${shop}/roles`, { name: ofShop ?? name })
  }
  for (const [name, contained] of Object.entries(CONTAINS)) {
    const { id } = await roleNamed(name)
    await realm.post(`/roles-by-id/${id}/composites`, await Promise.all(contained.map(roleNamed)))
  }
}

async function createGroups(): Promise<void> {
  const ids = new Map<string, string>()
  for (const path of GROUPS) {
    const [, above = '', name] = /^(.*)\/([^/]*)$/.exec(path) ?? []
    const parent = ids.get(above)
    const made = await realm.post(parent === undefined ? '/groups' : `/groups/${parent}/children`, { name })
    const id = made.headers.location?.split('/').at(-1) ?? made.json<{ id: string }>().id
    ids.set(path, id)
    for (const role of GROUP_ROLES[path] ?? []) {
      const mapped = await roleNamed(role)
      const kind = role.startsWith('shop/') ? `clients/${await realm.idOfClient('shop')}` : 'realm'
      await realm.post(`/groups/${id}/role-mappings/${kind}`, [mapped])
    }
  }
}

async function createOrganizations(): Promise<void> {
  if (!facts.organizations) return
  const users = await realm.get<{ id: string; username: string }[]>(
    '/users?max=5000&briefRepresentation=true',
  )
  const ids = new Map(users.map(({ id, username }) => [username, id]))
  for (const alias of ORGANIZATIONS) {
    const made = await realm.post('/organizations', {
      ...{ name: `${alias} Inc.`, alias, enabled: true, domains: [{ name: `${alias}.test` }] },
    })
    const id = made.headers.location?.split('/').at(-1)
    const members = people.filter(({ organizations }) => organizations.includes(alias))
    await eachOf(members, 4, ({ username }) => realm.post(`/organizations/${id}/members`, ids.get(username)))
  }
}

const open = () =>
  openKeycloak(
    {
      ...{ server: server.url, realm: realm.name, loginRealm: 'master' },
      credentials: {
        kind: 'password',
        clientId: 'admin-cli',
        username: server.admin.username,
        password: secret(server.admin.password),
        clientSecret: undefined,
      },
      ...{ caFile: undefined, insecure: false, timeout: 30_000 },
    },
    { files: { read: () => Promise.reject(new Error('no file')) }, signal: new AbortController().signal },
  )

// --- what the test expects ---

const isInGroup = (person: Person, group: string) =>
  person.groups.some((path) => path === group || path.startsWith(`${group}/`))

/** Roles of a person, with those of groups and those that other roles contain. */
function rolesOf(person: Person): ReadonlySet<string> {
  const byGroup = Object.entries(GROUP_ROLES).flatMap(([group, roles]) =>
    isInGroup(person, group) ? roles : [],
  )
  const roles = new Set([...person.roles, ...byGroup])
  for (const role of roles) for (const contained of CONTAINS[role] ?? []) roles.add(contained)
  return roles
}

const MATCHES: Readonly<Record<keyof UserCriteria, (person: Person, value: string) => boolean>> = {
  groups: isInGroup,
  roles: (person, role) => rolesOf(person).has(role),
  organizations: ({ organizations }, alias) => organizations.includes(alias),
  identityProviders: ({ providers }, alias) => providers.includes(alias),
  attributes: ({ departments }, department) => departments.includes(department),
  emailDomains: ({ email }, domain) => email.endsWith(`@${domain}`),
  excluded: () => true,
}

type Given = Partial<Record<keyof UserCriteria, readonly string[]>>

const expected = ({ excluded = [], ...given }: Given): string[] =>
  people
    .filter(({ username }) => !excluded.includes(username))
    .filter((person) =>
      Object.entries(given).every(
        ([name, values]) =>
          values.length === 0 || values.some((value) => MATCHES[name as keyof UserCriteria](person, value)),
      ),
    )
    .map(({ username }) => username)

const asAttribute = (value: string): Attribute => ({ text: `department=${value}`, key: 'department', value })

async function chosen({ attributes = [], ...given }: Given) {
  const none = {
    groups: [],
    roles: [],
    organizations: [],
    identityProviders: [],
    emailDomains: [],
    excluded: [],
  }
  const criteria = { ...none, ...given, attributes: attributes.map(asAttribute) }
  return chooseUsers(criteria, await keycloak.clients(), keycloak)
}
async function chosenNames(given: Given): Promise<string[]> {
  const { users, includes } = await chosen(given).then((found) => ({
    users: [...(found.users?.values() ?? [])],
    includes: (id: string) => found.includes(id),
  }))
  return users
    .filter(({ id }) => includes(id))
    .map(({ username }) => username)
    .sort()
}
const supported = (name: keyof UserCriteria) =>
  (name !== 'organizations' || facts.organizations) && (name !== 'attributes' || facts.searchesAttributes)

describe('users chosen among 2,000', () => {
  test.each<[keyof UserCriteria, string]>([
    ...GROUPS.map((path): [keyof UserCriteria, string] => ['groups', path]),
    ...ROLES.map((role): [keyof UserCriteria, string] => ['roles', role]),
    ...ORGANIZATIONS.map((alias): [keyof UserCriteria, string] => ['organizations', alias]),
    ...PROVIDERS.map((alias): [keyof UserCriteria, string] => ['identityProviders', alias]),
    ...DEPARTMENTS.map((value): [keyof UserCriteria, string] => ['attributes', value]),
    ...DOMAINS.map((domain): [keyof UserCriteria, string] => ['emailDomains', domain]),
  ])('%s %s', async (name, value) => {
    if (!supported(name)) {
      const error = await chosen({ [name]: [value] }).catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(UserError)
      expect(error).toMatchObject({ code: 'not-supported', exitCode: 2 })
      expect(String(error)).toContain(server.version)
      return
    }
    const names = expected({ [name]: [value] })
    expect(names.length).toBeGreaterThan(0)
    expect(await chosenNames({ [name]: [value] })).toEqual(names)
  })

  test('a name that only one group has', async () => {
    expect(await chosenNames({ groups: ['abroad'] })).toEqual(
      expected({ groups: ['/staff/contractors/abroad'] }),
    )
  })

  test('random combinations', async () => {
    const domains: readonly (readonly [keyof UserCriteria, readonly string[]])[] = [
      ['groups', GROUPS],
      ['roles', ROLES],
      ['organizations', ORGANIZATIONS],
      ['identityProviders', PROVIDERS],
      ['attributes', DEPARTMENTS],
      ['emailDomains', DOMAINS],
    ]
    for (let round = 0; round < COMBINATIONS; round++) {
      const parts = domains.filter(([name]) => supported(name)).filter(() => random() < 0.5)
      const given: Given = Object.fromEntries(
        parts.map(([name, values]) => [name, [...new Set([oneOf(values), ...someOf(values, 0.3)])]]),
      )
      if (Object.keys(given).length === 0) continue
      const withExcluded = { ...given, excluded: [oneOf(people).username] }
      expect(await chosenNames(withExcluded), `SEED=${SEED} ${JSON.stringify(withExcluded)}`).toEqual(
        expected(withExcluded),
      )
    }
  }, 120_000)
})

describe('the program', () => {
  const run = (...args: string[]) => runCli([...args, '--json'], { env: adminEnv(server, realm.name) })

  test('plans for the users and counts those of each option', async () => {
    const groups = ['/staff/contractors/abroad/remote']
    const ran = await run('user', '--group', groups[0] ?? '', '--email-domain', 'example.com', '--dry-run')
    const { users, chosen: counts } = ran.json<{ users: { username: string }[]; chosen: unknown }>()
    expect(ran.code, ran.stderr).toBe(0)
    expect(users.map(({ username }) => username).sort()).toEqual(
      expected({ groups, emailDomains: ['example.com'] }),
    )
    expect(counts).toEqual([
      { option: '--group', values: groups, users: expected({ groups }).length },
      {
        option: '--email-domain',
        values: ['example.com'],
        users: expected({ emailDomains: ['example.com'] }).length,
      },
    ])
  })

  test.each([
    [['--group', '/staff/contractor'], 'Did you mean /staff/contractors?', 'group-not-found', 5],
    [['--group=-dashh'], 'Did you mean -dash?', 'group-not-found', 5],
    [['--group', 'contractors'], 'Give the path of the group.', 'ambiguous-group', 2],
    [['--role', 'shop/byer'], 'Did you mean shop/buyer?', 'role-not-found', 5],
    [['--idp', 'hubb'], 'Did you mean hub?', 'identity-provider-not-found', 5],
  ])('user %j: %s', async (args, hint, code, exitCode) => {
    const ran = await run('user', ...args, '--yes')
    expect(ran.json()).toMatchObject({ error: { code, exitCode, hint } })
  })

  test('all --group ends the sessions of its members only', async () => {
    const member = await realm.addUser({ username: 'member', representation: { groups: ['/guests'] } })
    await realm.addUser('stranger')
    await directGrant(realm, { user: 'member', client: 'shop' })
    await directGrant(realm, { user: 'stranger', client: 'shop' })
    const ran = await run('all', '--group', 'guests', '--confirm', realm.name)
    expect(ran.code, ran.stderr).toBe(0)
    expect(ran.json()).toMatchObject({ everybody: false, steps: { realm: false }, verdict: 'done' })
    expect(await realm.sessionsOf('member')).toEqual([])
    expect(await realm.sessionsOf('stranger')).toHaveLength(1)
    expect(await realm.get(`/users/${member}`)).toMatchObject({ notBefore: 0 })
  })
})
