import { spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import type { WhoAmI } from '../../src/commands/auth/account.view.ts'
import { passwordGrant } from '../support/admin.ts'
import { confirmDevice } from '../support/device.ts'
import { createRealm, PASSWORD, type TestRealm } from '../support/realm.ts'
import { type RunOptions, runCli, runInTerminal } from '../support/run-cli.ts'
import { signIn } from '../support/sign-in.ts'

const keycloak = inject('keycloak')
const ROLES = ['view-users', 'view-clients', 'view-realm', 'manage-users']
const key = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const DEVICE = { 'oauth2.device.authorization.grant.enabled': 'true' }

let realm: TestRealm
beforeAll(async () => {
  realm = await createRealm(keycloak, {
    settings: { revokeRefreshToken: true, refreshTokenMaxReuse: 0, accessTokenLifespan: 6 },
    clients: [
      { clientId: 'shop' },
      { clientId: 'kc-logout', attributes: DEVICE },
      { clientId: 'job', serviceAccountRoles: ROLES, secret: 'hush hush' },
      {
        clientId: 'signer',
        serviceAccountRoles: ['view-clients'],
        representation: {
          clientAuthenticatorType: 'client-jwt',
          attributes: {
            'use.jwks.string': 'true',
            'jwks.string': JSON.stringify({
              keys: [{ ...key.publicKey.export({ format: 'jwk' }), kid: 'k1', use: 'sig', alg: 'ES256' }],
            }),
          },
        },
      },
    ],
    users: [
      { username: 'admin-ada', adminRoles: [...ROLES, 'manage-clients'] },
      { username: 'reader', adminRoles: ['view-realm', 'view-clients'] },
      'ada',
    ],
  })
})
afterAll(() => realm?.remove())

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kc-logout-login-'))
  return () => rm(folder, { recursive: true, force: true })
})

/** Runs the program with the profiles of this test and no other settings. */
const kcLogout = (args: readonly string[], options: RunOptions = {}) =>
  runCli(args, { ...options, env: { KC_LOGOUT_CONFIG_DIR: folder, ...options.env } })

/** Connection options. The administrators of these tests are users of the realm itself. */
const where = (target = realm.name, loginRealm = realm.name) => [
  ...['--server', keycloak.url, '-r', target, '--login-realm', loginRealm],
]
const loginAs = (username: string, ...more: string[]) =>
  kcLogout(['login', ...where(), '--username', username, '--password-stdin', ...more], { stdin: PASSWORD })

const allFiles = async () => {
  const names = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((one) =>
    one.isFile(),
  )
  return Object.fromEntries(
    await Promise.all(
      names.map(
        async ({ parentPath, name }) => [name, await readFile(join(parentPath, name), 'utf8')] as const,
      ),
    ),
  )
}

describe('after one sign-in other commands need no connection options', () => {
  test('with a password: sessions and user work, and the password is not stored', async () => {
    const login = await loginAs('admin-ada')
    expect(login.code, login.stderr).toBe(0)
    expect(login.stdout).toMatch(
      /Signed in as admin-ada [\s\S]*stored: +the session[\s\S]*not stored: the password/,
    )
    await signIn(realm, { user: 'ada', client: 'shop' })
    const sessions = await kcLogout(['sessions', '--json'])
    expect(sessions.code, sessions.stderr).toBe(0)
    expect(sessions.json()).toMatchObject({ realm: realm.name })
    const user = await kcLogout(['user', 'ada', '--yes', '--json'])
    expect(user.code, user.stderr).toBe(0)
    expect(user.stderr).toMatch(/\(from profile "127\.0\.0\.1"\)/)
    expect(await realm.sessionsOf('ada')).toEqual([])
    expect(Object.values(await allFiles()).join()).not.toContain(PASSWORD)
  })

  test('with a client and its secret', async () => {
    const secret = join(folder, 'secret.txt')
    await writeFile(secret, 'hush hush\n')
    const login = await kcLogout(['login', ...where(), '--client-id', 'job', '--client-secret-file', secret])
    expect(login.code, login.stderr).toBe(0)
    await writeFile(secret, '')
    const user = await kcLogout(['user', 'ada', '--yes'])
    expect(user.code, user.stderr).toBe(0)
    const whoami = (await kcLogout(['whoami', '--json'])).json<WhoAmI>()
    expect(whoami).toMatchObject({
      clientId: 'job',
      expires: null,
      sources: { credentials: 'profile "127.0.0.1"' },
    })
  })

  test('with a client and its private key', async () => {
    const file = join(folder, 'key.pem')
    await writeFile(file, key.privateKey.export({ type: 'pkcs8', format: 'pem' }))
    const login = await kcLogout(['login', ...where(), '--client-id', 'signer', '--client-key', 'key.pem'], {
      cwd: folder,
    })
    expect(login.code, login.stderr).toBe(0)
    const check = await kcLogout(['configure', '--check'])
    expect(check.code, check.stderr).toBe(0)
    expect((await allFiles())['profiles.yaml']).toContain(`client-key: ${file}`)
    await writeFile(
      file,
      generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
    )
    const wrong = await kcLogout(['configure', '--check'])
    expect(wrong.code, wrong.stderr).toBe(4)
  })

  test('with the device flow: a code that is confirmed in a browser', async () => {
    const confirming: Promise<unknown>[] = []
    const login = await runInTerminal(['login', '--device', ...where(), '--client-id', 'kc-logout'], {
      env: { KC_LOGOUT_CONFIG_DIR: folder },
      columns: 200,
      onShown: (screen) => {
        const [, url] = /or open (\S+user_code=\S+)/.exec(screen) ?? []
        if (url && confirming.length === 0) confirming.push(confirmDevice(url, 'admin-ada', PASSWORD))
      },
    })
    await Promise.all(confirming)
    expect(login.code, login.screen).toBe(0)
    expect(login.screen).toContain('Signed in as admin-ada')
    const whoami = (await kcLogout(['whoami', '--json'])).json<WhoAmI>()
    expect(whoami).toMatchObject({ username: 'admin-ada', clientId: 'kc-logout', realm: realm.name })
    expect((await kcLogout(['sessions'])).code).toBe(0)
  })

  test('in a terminal it asks for missing values', async () => {
    const login = await runInTerminal(['login', '--login-realm', realm.name], {
      env: { KC_LOGOUT_CONFIG_DIR: folder },
      types: [
        { when: 'Address of Keycloak', send: `${keycloak.url}\r` },
        { when: 'Target realm', send: `${realm.name}\r` },
        { when: 'Username', send: 'admin-ada\r' },
        { when: 'Password of admin-ada at http', send: `${PASSWORD}\r` },
      ],
    })
    expect(login.code, login.screen).toBe(0)
    expect(login.screen).not.toContain(PASSWORD)
    expect((await kcLogout(['sessions'])).code).toBe(0)
  })
})

describe('in a terminal', () => {
  const inTerminal = (args: readonly string[], types: { when: string; send: string }[]) =>
    runInTerminal(args, { env: { KC_LOGOUT_CONFIG_DIR: folder }, types })

  test('a wrong address, a copied one of the console, a wrong password; then it is signed in, and signs out', async () => {
    const host = keycloak.url.replace('http://', '')
    const login = await inTerminal(
      ['login'],
      [
        { when: 'Address of Keycloak', send: '127.0.0.1:1\r' },
        { when: 'Address of Keycloak', send: `${host}/admin/${realm.name}/console/\r` },
        { when: 'Target realm', send: `${realm.name}\r` },
        { when: 'Username', send: 'admin-ada\r' },
        { when: 'Password of admin-ada', send: 'wrong\r' },
        { when: 'Password of admin-ada', send: `${PASSWORD}\r` },
      ],
    )
    expect(login.code, login.screen).toBe(0)
    const again = await inTerminal(['login'], [{ when: '3 cancel', send: '3\r' }])
    expect(again.screen).toMatch(/Signed in to \S+ as admin-ada until \d{4}-/)
    expect(again.code).toBe(8)
    expect((await kcLogout(['logout'])).stdout).toContain('Its session in Keycloak has ended.')
    expect((await kcLogout(['logout'])).code).toBe(4)
  })

  test('master refuses the account: asks which realm it is in, and tries the same password there', async () => {
    const args = ['login', '--server', keycloak.url, '-r', realm.name, '--username', 'admin-ada']
    const login = await inTerminal(args, [
      { when: 'Password of admin-ada', send: `${PASSWORD}\r` },
      { when: 'Realm of the account', send: `${realm.name}\r` },
    ])
    expect(login.code, login.screen).toBe(0)
  })
})

describe('a run that signs in with a password', () => {
  test.each([['sessions'], ['user', 'ada', '--dry-run'], ['whoami']])(
    'leaves no session of its own: %s',
    async (...args) => {
      const before = (await realm.sessionsOf('admin-ada')).length
      const ran = await kcLogout([...args, ...where(), '--username', 'admin-ada', '--password-stdin'], {
        stdin: PASSWORD,
      })
      expect(ran.code, ran.stderr).toBe(0)
      expect((await realm.sessionsOf('admin-ada')).length).toBe(before)
    },
  )
})

describe('a failed sign-in stores nothing', () => {
  test.each<[string, () => string[], string, number, string]>([
    ['a wrong password', () => where(), 'wrong', 4, 'wrong-password'],
    ['a missing target realm', () => where('no-such-realm'), PASSWORD, 5, 'realm-not-found'],
    ['a missing login realm', () => where(undefined, 'nowhere'), PASSWORD, 5, 'login-realm-not-found'],
    ['an invalid profile name', () => [...where(), '--profile', 'A/B'], PASSWORD, 2, 'bad-profile-name'],
  ])('%s', async (_, connection, stdin, code, error) => {
    const args = ['login', ...connection(), '--username', 'admin-ada', '--password-stdin', '--json']
    const login = await kcLogout(args, { stdin })
    expect(login.code, login.stderr).toBe(code)
    expect(login.json()).toMatchObject({ error: { code: error } })
    expect(await allFiles()).toEqual({})
  })

  test('no username and no terminal', async () => {
    const login = await kcLogout(['login', '--server', keycloak.url])
    expect(login.code).toBe(4)
    expect(login.stderr).toContain('--username with --password-stdin')
  })

  test('a client without the device grant: the page that shows how to create one', async () => {
    const login = await kcLogout(['login', '--device', ...where()])
    expect(login.code).toBe(4)
    expect(login.stderr).toMatch(/device code[\s\S]*docs\/reference\/login\.md/)
  })

  test('Ctrl-C while it waits for the confirmation: exit 130', async () => {
    const login = await runInTerminal(['login', '--device', ...where(), '--client-id', 'kc-logout'], {
      env: { KC_LOGOUT_CONFIG_DIR: folder },
      types: [{ when: 'Waiting for confirmation', send: '\x03' }],
    })
    expect(login.code).toBe(130)
    expect(await allFiles()).toEqual({})
  })
})

test('twenty processes with one profile and single-use refresh tokens: all succeed', async () => {
  expect((await loginAs('admin-ada')).code).toBe(0)
  // Tokens are valid for 6 s: then one process must renew them.
  await new Promise((resolve) => setTimeout(resolve, 6500))
  const runs = await Promise.all(Array.from({ length: 20 }, () => kcLogout(['sessions', '--json'])))
  expect(runs.map(({ code, stderr }) => `${code} ${stderr}`)).toEqual(Array(20).fill('0 '))
  expect(Object.keys(await allFiles()).sort()).toEqual(['127.0.0.1.json', 'profiles.yaml'])
})

test('a process that dies during a refresh blocks no other', async () => {
  expect((await loginAs('admin-ada')).code).toBe(0)
  // Its lock is left behind.
  const dead = spawn('true')
  await new Promise((resolve) => dead.once('close', resolve))
  await writeFile(join(folder, 'tokens', '127.0.0.1.json.lock'), `${dead.pid} x`, { mode: 0o600 })
  await new Promise((resolve) => setTimeout(resolve, 6500))
  const ran = await kcLogout(['sessions'])
  expect(ran.code, ran.stderr).toBe(0)
  expect(ran.ms).toBeLessThan(8000)
})

describe('an ended session', () => {
  const endSession = async () => realm.post(`/users/${await realm.idOfUser('admin-ada')}/logout`)

  test('exit 4 with a command', async () => {
    expect((await loginAs('admin-ada', '--profile', 'prod')).code).toBe(0)
    await endSession()
    const ran = await kcLogout(['sessions'])
    expect(ran.code).toBe(4)
    expect(ran.stderr).toMatch(/profile "prod" has ended[\s\S]*hint: +kc-logout login --profile prod/)
  })

  test('in a terminal the password is asked for, and the run continues', async () => {
    expect((await loginAs('admin-ada')).code).toBe(0)
    await endSession()
    const ran = await runInTerminal(['sessions'], {
      env: { KC_LOGOUT_CONFIG_DIR: folder },
      types: [{ when: /has ended. Password of\s+admin-ada/, send: `${PASSWORD}\r` }],
    })
    expect(ran.code, ran.screen).toBe(0)
    expect((await kcLogout(['sessions'])).code).toBe(0)
  })
})

describe('profiles', () => {
  test('are listed, shown with the source of each value, selected and removed', async () => {
    expect((await loginAs('admin-ada', '--profile', 'one')).code).toBe(0)
    expect((await loginAs('reader', '--profile', 'two')).code).toBe(0)
    const list = (await kcLogout(['profile', 'list', '--json'])).json<{
      profiles: { name: string; active: boolean }[]
    }>()
    expect(list.profiles.map(({ name, active }) => [name, active])).toEqual([
      ['one', false],
      ['two', true],
    ])
    expect((await kcLogout(['profile', 'use', 'one'])).code).toBe(0)
    const shown = await kcLogout(['profile', 'show', '--json'], { env: { KC_LOGOUT_REALM: 'other' } })
    const { values } = shown.json<{ values: { name: string; value: string; source: string }[] }>()
    const sourceOf = (name: string) => values.find((one) => one.name === name)?.source
    expect([sourceOf('realm'), sourceOf('username'), sourceOf('session')]).toEqual([
      'KC_LOGOUT_REALM',
      'profile "one"',
      'profile "one"',
    ])
    const secrets = Object.values(await allFiles()).flatMap((text) => text.match(/eyJ[\w-]{20,}/g) ?? [])
    expect(secrets.length).toBeGreaterThan(0)
    for (const secret of secrets) expect(shown.stdout).not.toContain(secret)
    expect((await kcLogout(['whoami', '--profile', 'two', '--json'])).json()).toMatchObject({
      username: 'reader',
    })
    expect((await kcLogout(['profile', 'use', 'three'])).code).toBe(2)
  })

  test('removing one also ends its session in Keycloak', async () => {
    expect((await loginAs('reader', '--profile', 'gone')).code).toBe(0)
    const before = (await realm.sessionsOf('reader')).length
    const removed = await kcLogout(['profile', 'remove', 'gone', '--json'])
    expect(removed.json()).toMatchObject({ removed: 'gone', sessionEnded: true })
    expect(await realm.sessionsOf('reader')).toHaveLength(before - 1)
    expect(Object.keys(await allFiles())).toEqual(['profiles.yaml'])
  })

  test('a typo in the file: exit 2 with line and column, for every command', async () => {
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'profiles.yaml'), 'profiles:\n  prod:\n    sever: x\n', { mode: 0o600 })
    for (const args of [
      ['sessions'],
      ['whoami'],
      ['profile', 'list'],
      ['login', ...where(), '--username', 'x'],
    ]) {
      const ran = await kcLogout(args)
      expect(ran.code, args.join(' ')).toBe(2)
      expect(ran.stderr).toMatch(
        /line 3, column 5: profiles\.prod: unknown key "sever"[\s\S]*Did you mean server\?/,
      )
    }
    expect((await kcLogout(['--version'])).code).toBe(0)
  })

  test('a token file readable by others: exit 4', async () => {
    expect((await loginAs('reader')).code).toBe(0)
    await chmod(join(folder, 'tokens', '127.0.0.1.json'), 0o644)
    const ran = await kcLogout(['sessions'])
    expect(ran.code).toBe(4)
    expect(ran.stderr).toContain('chmod 600')
  })
})

test('whoami shows which commands the roles allow, from reads alone', async () => {
  expect((await loginAs('reader')).code).toBe(0)
  const { commands, expires } = (await kcLogout(['whoami', '--json'])).json<WhoAmI>()
  expect(Object.fromEntries(commands.map(({ name, allowed }) => [name, allowed]))).toMatchObject({
    sessions: 'yes',
    user: 'no',
    all: 'no',
    configure: 'no',
    events: 'no',
  })
  expect(commands.find(({ name }) => name === 'user')?.roles).toEqual(['view-users', 'manage-users'])
  expect(Date.parse(expires ?? '')).toBeGreaterThan(Date.now())
})

describe("kcadm's sign-in", () => {
  async function kcadmConfig(life: number): Promise<string> {
    const { access_token } = await passwordGrant(keycloak)
    const path = join(folder, 'kcadm.config')
    const entry = {
      clientId: 'admin-cli',
      token: access_token,
      refreshToken: 'x',
      expiresAt: Date.now() + life,
      refreshExpiresAt: Date.now() + 1_800_000,
    }
    const config = {
      serverUrl: keycloak.url,
      realm: 'master',
      endpoints: { [keycloak.url]: { master: entry } },
    }
    await writeFile(path, JSON.stringify(config), { mode: 0o600 })
    return path
  }

  test('is used while it is valid, and never written or copied', async () => {
    const path = await kcadmConfig(50_000)
    const before = await readFile(path, 'utf8')
    const login = await kcLogout(['login', '--from-kcadm', path, '-r', realm.name])
    expect(login.code, login.stderr).toBe(0)
    const ran = await kcLogout(['sessions', '--json'])
    expect(ran.code, ran.stderr).toBe(0)
    expect(await readFile(path, 'utf8')).toBe(before)
    expect((await allFiles())['profiles.yaml']).not.toContain('eyJ')
  })

  test('an expired one: the hint says how to renew it', async () => {
    const ran = await kcLogout(['login', '--from-kcadm', await kcadmConfig(1000), '-r', realm.name])
    expect(ran.code).toBe(4)
    expect(ran.stderr).toContain('kcadm.sh get realms/master')
  })
})
