import { chmod, lstat, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { folderOfTest } from '../../../test/support/folder.ts'
import { changeProfiles, profileNamed, readProfiles } from './profile-file.ts'

async function folderWith(text: string) {
  const folder = await folderOfTest()
  await writeFile(join(folder, 'profiles.yaml'), text, { mode: 0o600 })
  return folder
}

const GOOD = `# ours
active: prod
profiles:
  prod: # the real one
    server: https://keycloak.example.com
    realm: customers
    accept: [tenant-not-notified:iot]
    insecure: false
  test:
    server: http://localhost:8080/auth
    sign-in: kcadm
`

test('is read whole', async () => {
  const folder = await folderWith(GOOD)
  expect(await readProfiles(folder)).toEqual({
    path: join(folder, 'profiles.yaml'),
    active: 'prod',
    profiles: [
      {
        name: 'prod',
        server: 'https://keycloak.example.com',
        realm: 'customers',
        accept: ['tenant-not-notified:iot'],
        insecure: false,
      },
      { name: 'test', server: 'http://localhost:8080/auth', signIn: 'kcadm' },
    ],
  })
})

test.each(['', '# nothing yet\n', 'profiles:\n'])(
  'one that holds nothing (%j) has no profiles',
  async (text) => {
    expect(await readProfiles(await folderWith(text))).toMatchObject({ active: undefined, profiles: [] })
  },
)

test('one that is not there has none either', async () => {
  expect(await readProfiles(join(await folderOfTest(), 'gone'))).toMatchObject({ profiles: [] })
})

describe('what is wrong in it is said with line and column, exit 2', () => {
  test.each<[what: string, text: string, message: string, hint: string]>([
    [
      'a password in an address',
      'profiles:\n  p:\n    server: https://ada:sesame@kc.example.com\n',
      'line 3, column 5: server holds a username or password.',
      'Take it out',
    ],
    [
      'a key with a slip',
      'profiles:\n  p:\n    sever: x\n',
      'line 3, column 5: "sever" is not known',
      'Did you mean server?',
    ],
    [
      'a key in another style',
      'profiles:\n  p:\n    loginRealm: x\n',
      'line 3, column 5: "loginRealm"',
      'login-realm',
    ],
    [
      'a key that means nothing',
      'profiles:\n  p: {colour: red}\n',
      'line 2, column 7: "colour"',
      'Known are: server, realm',
    ],
    ['a key at the top', 'profile: x\n', 'line 1, column 1: "profile" is not known', 'profiles'],
    [
      'a password',
      'profiles:\n  p:\n    password: x\n',
      'line 3, column 5: password does not belong here',
      'Take it out',
    ],
    [
      'a secret',
      'profiles:\n  p: {client-secret: x}\n',
      'line 2, column 7: client-secret does not',
      'Take it out',
    ],
    [
      'a token',
      'profiles:\n  p: {refreshToken: x}\n',
      'line 2, column 7: refreshToken does not',
      'Take it out',
    ],
    [
      'a number where a text is due',
      'profiles:\n  p:\n    realm: 5\n',
      'line 3, column 5: realm is the number 5',
      '',
    ],
    ['an empty realm', 'profiles:\n  p:\n    realm: ""\n', 'line 3, column 5: realm is empty', ''],
    ['a word for truth', 'profiles:\n  p:\n    insecure: yes\n', 'line 3, column 5: insecure is a text', ''],
    ['a text for a list', 'profiles:\n  p:\n    accept: all\n', 'line 3, column 5: accept is no list', ''],
    [
      'an unknown way to sign in',
      'profiles:\n  p:\n    sign-in: magic\n',
      'line 3, column 5: sign-in is none of password',
      '',
    ],
    ['a name with capitals', 'profiles:\n  Prod: {}\n', 'line 2, column 3: "Prod" is no name', 'lower-case'],
    ['a name that is a path', 'profiles:\n  ../x: {}\n', 'line 2, column 3: "../x" is no name', ''],
    ['a name that is a device', 'profiles:\n  nul: {}\n', 'line 2, column 3: "nul" is no name', ''],
    ['a prototype', 'profiles:\n  __proto__: {server: x}\n', 'line 2, column 3: "__proto__" is no name', ''],
    ['a list of profiles', 'profiles: [a]\n', 'line 1, column 1: profiles is a list', ''],
    ['a text as a profile', 'profiles:\n  p: x\n', 'line 2, column 3: p is a text', ''],
    [
      'an active one that is not there',
      'active: q\nprofiles:\n  p: {}\n',
      'line 1, column 1: active names "q"',
      'profile use',
    ],
    ['a text as the whole', 'hello', 'profiles.yaml: It is a text', ''],
    ['a key twice', 'profiles:\n  p: {}\n  p: {}\n', 'line 3, column 3: Map keys must be unique', ''],
    ['a tab', 'profiles:\n\tp: {}\n', 'line 2, column 1: ', ''],
  ])('%s', async (_, text, message, hint) => {
    const folder = await folderWith(text)
    const problem = await readProfiles(folder).catch((error: unknown) => error)
    expect(problem).toMatchObject({ exitCode: 2, hint: expect.stringContaining(hint) })
    expect(String(problem)).toContain(message)
    expect(String(problem)).toContain(join(folder, 'profiles.yaml'))
  })
})

describe('changed', () => {
  test('it keeps what somebody wrote around the change', async () => {
    const folder = await folderWith(GOOD)
    await changeProfiles(
      folder,
      [{ name: 'new', server: 'https://new.example.com', signIn: 'device' }, 'test'],
      'new',
    )
    expect(await readFile(join(folder, 'profiles.yaml'), 'utf8')).toBe(`# ours
active: new
profiles:
  prod:
    # the real one
    server: https://keycloak.example.com
    realm: customers
    accept: [ tenant-not-notified:iot ]
    insecure: false
  new:
    server: https://new.example.com
    sign-in: device
`)
  })

  test('it comes into being, 0600, and can become empty again', async () => {
    const folder = join(await folderOfTest(), 'deep', 'kc-logout')
    await changeProfiles(folder, [{ name: 'a', server: 'https://a' }], 'a')
    expect((await lstat(join(folder, 'profiles.yaml'))).mode & 0o777).toBe(0o600)
    await changeProfiles(folder, ['a'], null)
    expect(await readProfiles(folder)).toMatchObject({ active: undefined, profiles: [] })
    await changeProfiles(folder, [{ name: 'b', server: 'https://b' }], undefined)
    expect(await readProfiles(folder)).toMatchObject({ active: undefined, profiles: [{ name: 'b' }] })
  })

  test.each([
    ['without a profile yet', '# mine\nprofiles:\n', []],
    ['with an empty set of them', 'profiles: {}\n', []],
    ['that lost its last one', '{}\n', []],
    ['of aliases', 'profiles:\n  new: &x { server: https://a.example }\n  b: *x\n', ['b']],
  ])('a file %s takes one', async (_, text, others) => {
    const folder = await folderWith(text)
    await changeProfiles(folder, [{ name: 'new', server: 'https://new.example' }], 'new')
    const { active, profiles } = await readProfiles(folder)
    expect([active, profiles.map(({ name }) => name).sort()]).toEqual(['new', [...others, 'new']])
    expect(await readFile(join(folder, 'profiles.yaml'), 'utf8')).toContain(
      '  new:\n    server: https://new.example\n',
    )
  })

  test('a profile goes without those that are written as its alias', async () => {
    const folder = await folderWith('active: a\nprofiles:\n  a: &x { server: https://a.example }\n  b: *x\n')
    await changeProfiles(folder, ['a'], null)
    expect(await readProfiles(folder)).toMatchObject({
      active: undefined,
      profiles: [{ name: 'b', server: 'https://a.example' }],
    })
  })

  test('one that is a link to a file elsewhere stays a link', async () => {
    const elsewhere = await folderWith(GOOD)
    const folder = await folderOfTest()
    await symlink(join(elsewhere, 'profiles.yaml'), join(folder, 'profiles.yaml'))
    await changeProfiles(folder, [], 'test')
    expect((await lstat(join(folder, 'profiles.yaml'))).isSymbolicLink()).toBe(true)
    expect(await readProfiles(elsewhere)).toMatchObject({ active: 'test' })
  })
})

test('one that everybody may write is refused: it decides where somebody signs in', async () => {
  const folder = await folderWith(GOOD)
  await chmod(join(folder, 'profiles.yaml'), 0o602)
  await expect(readProfiles(folder)).rejects.toMatchObject({ code: 'unsafe-profile-file', exitCode: 4 })
})

test.each([
  ['prd', 'Did you mean prod?'],
  ['customers', 'There are: prod, test.'],
])('a profile that is not there (%s): exit 2, and %s', async (name, hint) => {
  const file = await readProfiles(await folderWith(GOOD))
  expect(() => profileNamed(file, name, '--profile')).toThrow(
    expect.objectContaining({ code: 'no-such-profile', exitCode: 2, hint: expect.stringContaining(hint) }),
  )
})
