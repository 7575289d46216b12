import { beforeEach, describe, expect, it } from 'vitest'
import { FakeKeycloak } from '../../../test/support/fake-keycloak.ts'
import type { UserCriteria } from '../../core/choice.ts'
import type { User } from '../../core/model.ts'
import { EXIT, UserError } from '../../errors.ts'
import { chooseUsers } from './choose-users.ts'
import { findGroup } from './groups.ts'

const NOBODY: UserCriteria = {
  groups: [],
  roles: [],
  organizations: [],
  identityProviders: [],
  attributes: [],
  emailDomains: [],
  excluded: [],
}

let keycloak: FakeKeycloak
let users: Record<'ada' | 'bob' | 'cleo' | 'dan' | 'eve', User>
beforeEach(() => {
  keycloak = new FakeKeycloak()
  const user = (name: string, email: string) => keycloak.addUser(name, { email })
  users = {
    ada: user('ada', 'ada@example.com'),
    bob: user('bob', 'bob@Example.COM'),
    cleo: user('cleo', 'cleo@sub.example.com'),
    dan: user('dan', 'dan@example.com.evil.test'),
    eve: user('eve', 'eve@other.test'),
  }
})

const choose = async (criteria: Partial<UserCriteria>) =>
  chooseUsers({ ...NOBODY, ...criteria }, await keycloak.clients(), keycloak)
const namesFor = async (criteria: Partial<UserCriteria>) =>
  [...((await choose(criteria)).users?.values() ?? [])].map(({ username }) => username).sort()
async function errorFor(criteria: Partial<UserCriteria>): Promise<UserError> {
  const error = await choose(criteria).catch((thrown: unknown) => thrown)
  if (!(error instanceof UserError)) throw new Error(`no error: ${error}`)
  return error
}

describe('without options', () => {
  it('every user is chosen', async () => {
    const chosen = await choose({})
    expect([chosen.users, chosen.isEverybody, chosen.includes('anybody')]).toEqual([undefined, true, true])
  })

  it('an excluded user is not', async () => {
    const chosen = await choose({ excluded: ['ada'] })
    expect([chosen.isEverybody, chosen.includes(users.ada.id), chosen.includes(users.bob.id)]).toEqual([
      false,
      false,
      true,
    ])
    expect(chosen.chosen).toEqual([{ option: '--exclude-user', values: ['ada'], users: 1 }])
  })
})

describe('--group', () => {
  beforeEach(() => {
    const { directory } = keycloak
    directory.addGroup('/staff', { users: [users.ada] })
    directory.addGroup('/staff/contractors', { users: [users.bob] })
    directory.addGroup('/staff/contractors/abroad', { users: [users.cleo, users.bob] })
    directory.addGroup('/guests', { users: [users.dan] })
    directory.addGroup('/guests/contractors', { users: [users.eve] })
    directory.addGroup('/staff/a/b', { users: [users.eve] })
  })

  it.each([
    [['/staff'], ['ada', 'bob', 'cleo']],
    [['/staff/contractors'], ['bob', 'cleo']],
    [['guests'], ['dan', 'eve']],
    [
      ['abroad', '/guests/contractors'],
      ['bob', 'cleo', 'eve'],
    ],
    [
      ['/staff', '/staff/contractors'],
      ['ada', 'bob', 'cleo'],
    ],
    [['/staff/a/b'], ['eve']],
  ])('%j chooses the members of these groups and of those below: %j', async (groups, names) => {
    expect(await namesFor({ groups })).toEqual(names)
  })

  it.each([
    ['/stafff', 'Did you mean /staff?'],
    ['gests', 'Did you mean guests?'],
    ['Staff', 'Did you mean staff?'],
    ['zzzzz', 'Names are case-sensitive. Nothing was changed.'],
  ])('%s is exit 5: %s', async (group, hint) => {
    expect(await errorFor({ groups: [group] })).toMatchObject({
      code: 'group-not-found',
      exitCode: EXIT.notFound,
      hint,
    })
  })

  it('a name of several groups is exit 2, with their paths', async () => {
    const error = await errorFor({ groups: ['contractors'] })
    expect(error).toMatchObject({ code: 'ambiguous-group', exitCode: EXIT.usage })
    expect(error.message).toContain('/staff/contractors, /guests/contractors')
  })
})

it.each([
  ['/a/x/', 'x/'],
  ['/a//', '/'],
  ['/a//x', '/x'],
  ['/a/x', 'x'],
])('--group %s finds the group whose name is %s', async (path, name) => {
  const group = { id: '1', name, path, subgroups: [], subgroupCount: 0 }
  async function* groups(text?: string) {
    // Without a text Keycloak lists only groups at the top.
    if (text !== undefined && name.includes(text)) yield group
  }
  expect(await findGroup(path, { realm: 'x', directory: { groups } as never })).toBe(group)
})

it('--group with a path that two groups have, as a name contains a slash, is exit 2', async () => {
  const group = (id: string, name: string) => ({
    ...{ id, name, path: '/a/b', subgroups: [], subgroupCount: 0 },
  })
  async function* groups() {
    yield group('1', 'b')
    yield group('2', 'a/b')
  }
  const found = findGroup('/a/b', { realm: 'x', directory: { groups } as never })
  await expect(found).rejects.toMatchObject({
    code: 'ambiguous-group',
    hint: 'Rename one of them, or choose the users by another option.',
  })
})

describe('--role', () => {
  beforeEach(() => {
    const { directory } = keycloak
    const shop = keycloak.addClient({ clientId: 'https://shop/x' })
    const auditor = directory.addRole('auditor', { users: [users.ada] })
    const lead = directory.addRole('lead', { users: [users.bob], contains: [auditor] })
    const boss = directory.addRole('boss', { clientUuid: shop.id, contains: [lead] })
    directory.addGroup('/bosses', { roles: [boss] })
    directory.addGroup('/bosses/deputies', { users: [users.cleo] })
    directory.addRole('other', { users: [users.eve] })
  })

  it.each([
    [['auditor'], ['ada', 'bob', 'cleo']],
    [['lead'], ['bob', 'cleo']],
    [['https://shop/x/boss'], ['cleo']],
    [
      ['other', 'lead'],
      ['bob', 'cleo', 'eve'],
    ],
  ])('%j chooses users who have it directly, by a group, by a composite role: %j', async (roles, names) => {
    expect(await namesFor({ roles })).toEqual(names)
  })

  it.each([
    ['auditr', 'Did you mean auditor?'],
    ['https://shop/x/bos', 'Did you mean https://shop/x/boss?'],
  ])('%s is exit 5: %s', async (role, hint) => {
    expect(await errorFor({ roles: [role] })).toMatchObject({ code: 'role-not-found', exitCode: 5, hint })
  })
})

describe('--org, --idp, --attribute, --email-domain', () => {
  beforeEach(() => {
    const { directory, linked, providers } = keycloak
    directory.addOrganization('acme', [users.ada, users.bob])
    linked.set(users.bob.id, ['hub'])
    providers.push({
      ...{ alias: 'hub', providerId: 'oidc', enabled: true, linkOnly: false, logoutUrl: undefined },
      ...{ backchannelLogout: false, validatesSignatures: true },
    })
    directory.addAttribute(users.cleo, 'department', 'sales')
  })

  it.each<[Partial<UserCriteria>, string[]]>([
    [{ organizations: ['acme'] }, ['ada', 'bob']],
    [{ identityProviders: ['hub'] }, ['bob']],
    [{ attributes: [{ text: '', key: 'department', value: 'sales' }] }, ['cleo']],
    [{ attributes: [{ text: '', key: 'department', value: 'Sales' }] }, []],
    [{ emailDomains: ['example.com'] }, ['ada', 'bob']],
    [{ emailDomains: ['EXAMPLE.com', 'other.test'] }, ['ada', 'bob', 'eve']],
    [{ organizations: ['acme'], identityProviders: ['hub'] }, ['bob']],
    [{ organizations: ['acme'], emailDomains: ['other.test'] }, []],
  ])('%j chooses %j', async (criteria, names) => {
    expect(await namesFor(criteria)).toEqual(names)
  })

  it('count what each option chose by itself', async () => {
    expect(
      (await choose({ organizations: ['acme'], emailDomains: ['example.com', 'other.test'] })).chosen,
    ).toEqual([
      { option: '--org', values: ['acme'], users: 2 },
      { option: '--email-domain', values: ['example.com', 'other.test'], users: 3 },
    ])
  })

  it.each<[string, Partial<UserCriteria>, string]>([
    ['organization-not-found', { organizations: ['acne'] }, 'Did you mean acme?'],
    ['identity-provider-not-found', { identityProviders: ['hubb'] }, 'Did you mean hub?'],
  ])('%s is exit 5', async (code, criteria, hint) => {
    expect(await errorFor(criteria)).toMatchObject({ code, exitCode: EXIT.notFound, hint })
  })

  it('--idp without the role to list providers is exit 5 if it finds no user', async () => {
    keycloak.on('identityProviders', () => {
      throw new UserError('role-missing', 'no', { exitCode: EXIT.denied })
    })
    expect(await namesFor({ identityProviders: ['hub'] })).toEqual(['bob'])
    expect((await errorFor({ identityProviders: ['hubb'] })).exitCode).toBe(EXIT.notFound)
  })

  it.each<[string, Partial<UserCriteria>]>([
    ['--idp', { identityProviders: ['hub'] }],
    ['--attribute', { attributes: [{ text: '', key: 'a', value: 'b' }] }],
  ])('%s is exit 2 where Keycloak ignores such a search', async (option, criteria) => {
    keycloak.directory.searches.clear()
    const error = await errorFor(criteria)
    expect([error.code, error.exitCode]).toEqual(['not-supported', EXIT.usage])
    expect(error.message).toContain(`${option} does not work with this Keycloak (26.7.4)`)
  })
})
