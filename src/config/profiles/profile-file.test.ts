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

const GOOD = `# our profiles
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

test('a valid file is read whole', async () => {
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

test.each(['', '# nothing yet\n', 'profiles:\n'])('an empty file (%j) has no profiles', async (text) => {
  expect(await readProfiles(await folderWith(text))).toMatchObject({ active: undefined, profiles: [] })
})

test('a missing file has no profiles', async () => {
  expect(await readProfiles(join(await folderOfTest(), 'gone'))).toMatchObject({ profiles: [] })
})

describe('an invalid file is refused with line and column, exit 2', () => {
  test.each<[what: string, text: string, message: string, hint: string]>([
    [
      'a password in an address',
      'profiles:\n  p:\n    server: https://ada:sesame@kc.example.com\n',
      'line 3, column 5: profiles.p.server holds a username or password.',
      'Remove it',
    ],
    [
      'a misspelled key',
      'profiles:\n  p:\n    sever: x\n',
      'line 3, column 5: profiles.p: unknown key "sever"',
      'Did you mean server?',
    ],
    [
      'a key in another style',
      'profiles:\n  p:\n    loginRealm: x\n',
      'line 3, column 5: profiles.p: unknown key "loginRealm"',
      'login-realm',
    ],
    [
      'an unrelated key',
      'profiles:\n  p: {colour: red}\n',
      'line 2, column 7: profiles.p: unknown key "colour"',
      'Known keys: server, realm',
    ],
    [
      'an unknown key at the top',
      'profile: x\n',
      'line 1, column 1: unknown key "profile"',
      'Did you mean profiles?',
    ],
    [
      'a password',
      'profiles:\n  p:\n    password: x\n',
      'line 3, column 5: profiles.p.password does not belong here',
      'Remove it',
    ],
    [
      'a secret',
      'profiles:\n  p: {client-secret: x}\n',
      'line 2, column 7: profiles.p.client-secret does not',
      'Remove it',
    ],
    [
      'a token',
      'profiles:\n  p: {refreshToken: x}\n',
      'line 2, column 7: profiles.p.refreshToken does not',
      'Remove it',
    ],
    [
      'a number in place of text',
      'profiles:\n  p:\n    realm: 5\n',
      'line 3, column 5: profiles.p.realm is the number 5, not text',
      'Write it in quotes: "5".',
    ],
    ['an empty realm', 'profiles:\n  p:\n    realm: ""\n', 'line 3, column 5: profiles.p.realm is empty', ''],
    [
      'text in place of true or false',
      'profiles:\n  p:\n    insecure: yes\n',
      'line 3, column 5: profiles.p.insecure is text, not true or false',
      '',
    ],
    [
      'text in place of a list',
      'profiles:\n  p:\n    accept: all\n',
      'line 3, column 5: profiles.p.accept is text, not a list',
      '',
    ],
    [
      'a list of something else',
      'profiles:\n  p:\n    accept: [a, 1]\n',
      'line 3, column 17: profiles.p.accept[1] is the number 1, not text',
      '',
    ],
    [
      'an unknown way to sign in',
      'profiles:\n  p:\n    sign-in: magic\n',
      'line 3, column 5: profiles.p.sign-in is not one of password',
      '',
    ],
    [
      'a name with capitals',
      'profiles:\n  Prod: {}\n',
      'line 2, column 3: profiles.Prod is not a valid profile name',
      'lower-case',
    ],
    [
      'a name that is a path',
      'profiles:\n  ../x: {}\n',
      'line 2, column 3: profiles."../x" is not a valid profile name',
      '',
    ],
    [
      'a name that is a device',
      'profiles:\n  nul: {}\n',
      'line 2, column 3: profiles.nul is not a valid profile name',
      '',
    ],
    [
      'a prototype',
      'profiles:\n  __proto__: {server: x}\n',
      'line 2, column 3: profiles: unknown key "__proto__"',
      '',
    ],
    ['a list of profiles', 'profiles: [a]\n', 'line 1, column 1: profiles is a list', ''],
    ['a list as a profile', 'profiles:\n  p: []\n', 'line 2, column 3: profiles.p is an empty list', ''],
    ['text as a profile', 'profiles:\n  p: x\n', 'line 2, column 3: profiles.p is text', ''],
    [
      'an active profile that is missing',
      'active: q\nprofiles:\n  p: {}\n',
      'line 1, column 1: the active profile "q" is not in this file',
      'profile use',
    ],
    ['text as the whole file', 'hello', 'profiles.yaml: the content is text', ''],
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

describe('changing the file', () => {
  test('keeps comments and other profiles', async () => {
    const folder = await folderWith(GOOD)
    await changeProfiles(
      folder,
      [{ name: 'new', server: 'https://new.example.com', signIn: 'device' }, 'test'],
      'new',
    )
    expect(await readFile(join(folder, 'profiles.yaml'), 'utf8')).toBe(`# our profiles
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

  test('creates it with mode 0600, and can empty it again', async () => {
    const folder = join(await folderOfTest(), 'deep', 'kc-logout')
    await changeProfiles(folder, [{ name: 'a', server: 'https://a' }], 'a')
    expect((await lstat(join(folder, 'profiles.yaml'))).mode & 0o777).toBe(0o600)
    await changeProfiles(folder, ['a'], null)
    expect(await readProfiles(folder)).toMatchObject({ active: undefined, profiles: [] })
    await changeProfiles(folder, [{ name: 'b', server: 'https://b' }], undefined)
    expect(await readProfiles(folder)).toMatchObject({ active: undefined, profiles: [{ name: 'b' }] })
  })

  test.each([
    ['without a profile', '# my profiles\nprofiles:\n', []],
    ['with an empty set of profiles', 'profiles: {}\n', []],
    ['without any key', '{}\n', []],
    ['with aliases', 'profiles:\n  new: &x { server: https://a.example }\n  b: *x\n', ['b']],
  ])('adds a profile to a file %s', async (_, text, others) => {
    const folder = await folderWith(text)
    await changeProfiles(folder, [{ name: 'new', server: 'https://new.example' }], 'new')
    const { active, profiles } = await readProfiles(folder)
    expect([active, profiles.map(({ name }) => name).sort()]).toEqual(['new', [...others, 'new']])
    expect(await readFile(join(folder, 'profiles.yaml'), 'utf8')).toContain(
      '  new:\n    server: https://new.example\n',
    )
  })

  test('removes a profile, but not those that are aliases of it', async () => {
    const folder = await folderWith('active: a\nprofiles:\n  a: &x { server: https://a.example }\n  b: *x\n')
    await changeProfiles(folder, ['a'], null)
    expect(await readProfiles(folder)).toMatchObject({
      active: undefined,
      profiles: [{ name: 'b', server: 'https://a.example' }],
    })
  })

  test('writes through a symbolic link', async () => {
    const elsewhere = await folderWith(GOOD)
    const folder = await folderOfTest()
    await symlink(join(elsewhere, 'profiles.yaml'), join(folder, 'profiles.yaml'))
    await changeProfiles(folder, [], 'test')
    expect((await lstat(join(folder, 'profiles.yaml'))).isSymbolicLink()).toBe(true)
    expect(await readProfiles(elsewhere)).toMatchObject({ active: 'test' })
  })
})

test('a file that everybody may write is refused: it decides where credentials are sent', async () => {
  const folder = await folderWith(GOOD)
  await chmod(join(folder, 'profiles.yaml'), 0o602)
  await expect(readProfiles(folder)).rejects.toMatchObject({ code: 'unsafe-profile-file', exitCode: 4 })
})

test.each([
  ['prd', 'Did you mean prod?'],
  ['customers', 'Known profiles: prod, test.'],
])('an unknown profile (%s): exit 2, %s', async (name, hint) => {
  const file = await readProfiles(await folderWith(GOOD))
  expect(() => profileNamed(file, name, '--profile')).toThrow(
    expect.objectContaining({ code: 'no-such-profile', exitCode: 2, hint: expect.stringContaining(hint) }),
  )
})
