import { describe, expect, test } from 'vitest'
import { usageError } from '../errors.ts'
import { connectionOf } from './connection.ts'
import type { Globals } from './global-options.ts'
import { resolveSettings } from './resolve.ts'
import { givenSecret } from './secrets.ts'
import type { Environment, ProfileValues, Settings } from './settings.ts'

/** Readable files by path; any other file is unreadable. */
const filesOf = (contents: Record<string, string>, reads: string[] = []) => ({
  read: async (path: string) => {
    reads.push(path)
    const text = contents[path]
    if (text === undefined) throw usageError('unreadable', `${path} cannot be read.`, undefined)
    return text
  },
})

const resolve = (
  flags: Globals = {},
  env: Environment = {},
  { profile, contents = {} }: { profile?: ProfileValues; contents?: Record<string, string> } = {},
): Settings => resolveSettings(flags, env, { files: filesOf(contents), profile })

const SERVER = { server: 'https://kc.example.com', realm: 'customers' } as const
const PROFILE: ProfileValues = {
  name: 'prod',
  server: 'https://stored.example.com',
  realm: 'stored-realm',
  loginRealm: 'stored-login',
  clientId: 'stored-client',
  username: 'stored-user',
  password: {
    source: 'profile "prod"',
    origin: 'https://stored.example.com',
    reveal: async () => 'stored-password',
  },
}

/** The error of a function, or undefined. */
function problem(act: () => unknown): { code: string; exitCode: number } | undefined {
  try {
    act()
    return undefined
  } catch (error) {
    return error as { code: string; exitCode: number }
  }
}

describe('precedence of sources', () => {
  const OWN = {
    KC_LOGOUT_SERVER: 'https://own.example.com',
    KC_LOGOUT_REALM: 'own-realm',
    KC_LOGOUT_LOGIN_REALM: 'own-login',
    KC_LOGOUT_CLIENT_ID: 'own-client',
    KC_LOGOUT_USERNAME: 'own-user',
  }
  const OTHERS = {
    KEYCLOAK_URL: 'https://others.example.com/auth',
    KEYCLOAK_REALM: 'never-this',
    KEYCLOAK_CLIENT_ID: 'others-client',
    KEYCLOAK_USER: 'others-user',
  }
  const FLAGS = {
    server: 'https://flag.example.com/',
    realm: 'flag-realm',
    loginRealm: 'flag-login',
    clientId: 'flag-client',
    username: 'flag-user',
  }
  const values = ({ server, realm, loginRealm, clientId, username }: Settings) =>
    [server, realm, loginRealm, clientId, username].map((one) => one && `${one.value} (${one.source})`)

  test('1. options', () => {
    expect(values(resolve(FLAGS, { ...OWN, ...OTHERS }, { profile: PROFILE }))).toEqual([
      'https://flag.example.com (--server)',
      'flag-realm (--realm)',
      'flag-login (--login-realm)',
      'flag-client (--client-id)',
      'flag-user (--username)',
    ])
  })

  test('2. own variables', () => {
    expect(values(resolve({}, { ...OWN, ...OTHERS }, { profile: PROFILE }))).toEqual([
      'https://own.example.com (KC_LOGOUT_SERVER)',
      'own-realm (KC_LOGOUT_REALM)',
      'own-login (KC_LOGOUT_LOGIN_REALM)',
      'own-client (KC_LOGOUT_CLIENT_ID)',
      'own-user (KC_LOGOUT_USERNAME)',
    ])
  })

  test('3. the profile', () => {
    expect(values(resolve({}, OTHERS, { profile: PROFILE }))).toEqual([
      'https://stored.example.com (profile "prod")',
      'stored-realm (profile "prod")',
      'stored-login (profile "prod")',
      'stored-client (profile "prod")',
      'stored-user (profile "prod")',
    ])
  })

  test("4. other tools' variables, but never KEYCLOAK_REALM", () => {
    expect(values(resolve({}, OTHERS))).toEqual([
      'https://others.example.com/auth (KEYCLOAK_URL)',
      undefined,
      'master (default)',
      'others-client (KEYCLOAK_CLIENT_ID)',
      'others-user (KEYCLOAK_USER)',
    ])
  })

  test('5. defaults', () => {
    const settings = resolve()
    expect(values(settings)).toEqual([
      undefined,
      undefined,
      'master (default)',
      'admin-cli (default)',
      undefined,
    ])
    expect(settings).toMatchObject({ insecure: false, allowHttp: false, timeout: 30_000, token: undefined })
  })

  test('an empty variable counts as not set', () => {
    const settings = resolve({}, { KC_LOGOUT_REALM: '', KC_LOGOUT_CLIENT_ID: '', KEYCLOAK_CLIENT_ID: 'x' })
    expect(settings.realm).toBeUndefined()
    expect(settings.clientId).toEqual({ value: 'x', source: 'KEYCLOAK_CLIENT_ID' })
  })
})

describe('secrets', () => {
  const secretOf = async (secret: Settings['password']) => secret && [secret.source, await secret.reveal()]

  test.each<[string, Globals, Environment, [string, string]]>([
    ['a file', { passwordFile: 'p' }, { KC_LOGOUT_PASSWORD: 'own' }, ['--password-file', 'pass word']],
    ['stdin', { passwordStdin: true }, { KC_LOGOUT_PASSWORD: 'own' }, ['--password-stdin', 'from stdin']],
    [
      'its own variable',
      {},
      { KC_LOGOUT_PASSWORD: 'own', KEYCLOAK_PASSWORD: 'o' },
      ['KC_LOGOUT_PASSWORD', 'own'],
    ],
    ["another tool's", {}, { KEYCLOAK_PASSWORD: 'o', KC_CLI_PASSWORD: 'k' }, ['KEYCLOAK_PASSWORD', 'o']],
    ["kcadm's", {}, { KC_CLI_PASSWORD: 'k' }, ['KC_CLI_PASSWORD', 'k']],
  ])('a password from %s', async (_, flags, env, expected) => {
    const { password } = resolve(flags, env, { contents: { p: 'pass word\n', '-': 'from stdin\r\n' } })
    expect(await secretOf(password)).toEqual(expected)
  })

  test.each<[string, string]>([
    ['x\n', 'x'],
    ['x\r\n', 'x'],
    ['x\n\n', 'x\n'],
    [' x ', ' x '],
  ])('drops only one line break at the end of %j', async (text, expected) => {
    const { password } = resolve({ passwordFile: 'p' }, {}, { contents: { p: text } })
    expect(await password?.reveal()).toBe(expected)
  })

  test.each<[Globals, Environment, string]>([
    [{ clientSecretFile: 's' }, { KC_LOGOUT_CLIENT_SECRET: 'own' }, 'filed'],
    [{}, { KC_LOGOUT_CLIENT_SECRET: 'own', KEYCLOAK_CLIENT_SECRET: 'o' }, 'own'],
    [{}, { KEYCLOAK_CLIENT_SECRET: 'o', KC_CLI_CLIENT_SECRET: 'k' }, 'o'],
    [{}, { KC_CLI_CLIENT_SECRET: 'k' }, 'k'],
  ])("a client's secret: %j %j", async (flags, env, expected) => {
    const { clientSecret } = resolve(flags, env, { contents: { s: 'filed\n' } })
    expect(await clientSecret?.reveal()).toBe(expected)
  })

  test.each([
    ['eyJ.a.b\n', 'eyJ.a.b'],
    ['  Bearer eyJ.a.b ', 'eyJ.a.b'],
  ])('a token in a file or a variable: %j', async (text, expected) => {
    const { token } = resolve({ tokenFile: 't' }, {}, { contents: { t: text } })
    expect(await token?.reveal()).toBe(expected)
    expect(await resolve({}, { KC_LOGOUT_TOKEN: text }).token?.reveal()).toBe(expected)
  })

  test.each(['a\nb', 'a b', 'é', ' \n'])('a variable without a valid token: %j', async (text) => {
    const { token } = resolve({}, { KC_LOGOUT_TOKEN: text })
    await expect(token?.reveal()).rejects.toMatchObject({ exitCode: 2 })
  })

  test('are read on demand, once', async () => {
    const reads: string[] = []
    const files = filesOf({ p: 'x' }, reads)
    const { password } = resolveSettings({ passwordFile: 'p' }, {}, { files })
    expect(reads).toEqual([])
    await Promise.all([password?.reveal(), password?.reveal()])
    expect(reads).toEqual(['p'])
  })

  test.each<[string, Globals, Record<string, string>, string]>([
    ['a missing file', { passwordFile: 'gone' }, {}, 'unreadable'],
    ['an empty file', { passwordFile: 'p' }, { p: '\n' }, 'empty-secret'],
    ['a token with a line break in it', { tokenFile: 'p' }, { p: 'a\nb' }, 'bad-token'],
    ['an empty token', { tokenFile: 'p' }, { p: ' \n' }, 'empty-secret'],
  ])('%s: exit 2', async (_, flags, contents, code) => {
    const { password, token } = resolve(flags, {}, { contents })
    await expect((password ?? token)?.reveal()).rejects.toMatchObject({ code, exitCode: 2 })
  })

  test('prompts for a password that was not given, if there is a prompt', async () => {
    const asked: string[] = []
    const askSecret = async (question: string) => {
      asked.push(question)
      return 'typed'
    }
    const files = filesOf({})
    const { password } = resolveSettings({ username: 'ada' }, {}, { files, askSecret })
    expect(asked).toEqual([])
    expect([await password?.reveal(), await password?.reveal()]).toEqual(['typed', 'typed'])
    expect(asked).toEqual(['Password of ada'])
    expect(resolveSettings({}, {}, { files, askSecret }).password).toBeUndefined()
  })
})

describe('credentials', () => {
  const kind = (flags: Globals, env: Environment = {}) => {
    const { credentials } = connectionOf(resolve({ ...SERVER, ...flags }, env))
    return credentials.kind === 'password' ? `password of ${credentials.username}` : credentials.kind
  }
  const PASSWORD = { KC_LOGOUT_PASSWORD: 'x' }
  const TOKEN = { KC_LOGOUT_TOKEN: 't' }
  const SECRET = { KC_LOGOUT_CLIENT_SECRET: 's' }
  test.each<[string, Globals, Environment, string]>([
    ['a username selects the password grant', { username: 'ada' }, PASSWORD, 'password of ada'],
    [
      'also with the secret of its client',
      { username: 'ada' },
      { ...PASSWORD, ...SECRET },
      'password of ada',
    ],
    ['without a username, a secret selects client credentials', {}, { ...SECRET, ...PASSWORD }, 'client'],
    [
      'a token beats variables of its own rank',
      {},
      { ...TOKEN, ...SECRET, ...PASSWORD, KC_LOGOUT_USERNAME: 'own' },
      'token',
    ],
    [
      'an option beats a token in a variable',
      { username: 'ada' },
      { ...TOKEN, ...PASSWORD },
      'password of ada',
    ],
    [
      'a token in a file beats variables',
      { tokenFile: 't' },
      { ...PASSWORD, KC_LOGOUT_USERNAME: 'own' },
      'token',
    ],
  ])('%s', (_, flags, env, expected) => {
    expect(kind(flags, env)).toBe(expected)
  })

  test('none: exit 4 with a hint', () => {
    expect(problem(() => kind({}))).toMatchObject({
      code: 'not-signed-in',
      exitCode: 4,
      hint: expect.stringContaining('--username'),
    })
  })

  test.each([{ clientId: 'shop' }, { clientId: 'shop', username: 'ada' }])(
    '--client-id with nothing to sign in with: did you mean --client? (%j)',
    (flags) => {
      const hint = expect.stringContaining('Did you mean --client shop?')
      expect(problem(() => kind(flags))).toMatchObject({ hint })
    },
  )

  test('a username without a password: exit 2', () => {
    expect(problem(() => kind({ username: 'ada' }))).toMatchObject({ code: 'no-password', exitCode: 2 })
  })
})

describe('contradictory or invalid values: exit 2', () => {
  test.each<[string, Globals, Environment, string]>([
    ['two passwords', { passwordStdin: true, passwordFile: 'p' }, {}, 'two-passwords'],
    ['a token and a username', { tokenFile: 't', username: 'ada' }, {}, 'two-credentials'],
    ['a token and a secret', { tokenFile: 't', clientSecretFile: 's' }, {}, 'two-credentials'],
    ['two readers of stdin', { passwordStdin: true, clientSecretFile: '-' }, {}, 'two-stdin-readers'],
    ['two files that are stdin', { passwordFile: '-', caFile: '-' }, {}, 'two-stdin-readers'],
    ['an empty realm', { realm: '' }, {}, 'empty-value'],
    ['an empty file name', { passwordFile: '' }, {}, 'empty-value'],
    ['a name that is not a URL', { server: 'keycloak' }, {}, 'bad-server'],
    ['a host without a scheme', { server: 'localhost:8080' }, {}, 'bad-server'],
    ['another scheme', { server: 'ftp://kc.example.com' }, {}, 'bad-server'],
    ['a query', { server: 'https://kc.example.com/?a=b' }, {}, 'bad-server'],
    ['a fragment', { server: 'https://kc.example.com/#' }, {}, 'bad-server'],
    ['an invalid escape in its path', { server: 'https://kc.example.com/%zz' }, {}, 'bad-server'],
    ['an encoded slash in its path', { server: 'https://kc.example.com/a%2fb' }, {}, 'bad-server'],
    ['..; in its path', { server: 'https://kc.example.com/..;/auth' }, {}, 'bad-server'],
    ['a bad port', { server: 'https://kc.example.com:99999' }, {}, 'bad-server'],
    ['credentials in the URL', { server: 'https://u:p@kc.example.com' }, {}, 'credentials-in-url'],
    ['a username in the URL', {}, { KEYCLOAK_URL: 'https://u@kc.example.com' }, 'credentials-in-url'],
    ['http to another host', { server: 'http://kc.example.com' }, {}, 'http-refused'],
    ['http to a host that looks like 127.0.0.1', { server: 'http://127.0.0.1.evil.com' }, {}, 'http-refused'],
    ['http to a host that looks like localhost', { server: 'http://localhost.evil.com' }, {}, 'http-refused'],
    ['a timeout in words', { timeout: 'ten' }, {}, 'bad-timeout'],
    ['a timeout of 0', { timeout: '0' }, {}, 'bad-timeout'],
    ['a negative timeout', { timeout: '-1' }, {}, 'bad-timeout'],
    ['an infinite timeout', { timeout: 'Infinity' }, {}, 'bad-timeout'],
    ['a hexadecimal timeout', { timeout: '0x10' }, {}, 'bad-timeout'],
    ...[
      '.',
      '..',
      'a/b',
      'a\\b',
      'a;b',
      'a?b',
      'a#b',
      'a\u0000',
      'a\nb',
      ' ',
      '\u202ea',
      '\ud800',
      'x'.repeat(256),
    ].flatMap((realm): [string, Globals, Environment, string][] => [
      [`a realm ${JSON.stringify(realm).slice(0, 20)}`, { realm }, {}, 'bad-realm'],
      [
        `a login realm ${JSON.stringify(realm).slice(0, 20)}`,
        {},
        { KC_LOGOUT_LOGIN_REALM: realm },
        'bad-realm',
      ],
    ]),
  ])('%s', (_, flags, env, code) => {
    expect(problem(() => resolve(flags, env))).toMatchObject({ code, exitCode: 2 })
  })

  test('the message does not repeat a password in a URL', () => {
    for (const server of [
      'https://u:hunter2@kc',
      'ftp://u:hunter2@kc',
      'u:hunter2@kc',
      'https://u:hunter2@ho st/',
      'https://u:hunter2/x@kc',
      'https://u:hunter2#x@kc',
      'https:u:hunter2@kc',
    ]) {
      expect(String(problem(() => resolve({ server })))).not.toContain('hunter2')
    }
  })

  test.each([
    ['no server', { realm: 'r' }, 'no-server'],
    ['no realm', { server: 'https://kc.example.com' }, 'no-realm'],
  ])('%s', (_, flags, code) => {
    expect(problem(() => connectionOf(resolve(flags, { KEYCLOAK_REALM: 'other' })))).toMatchObject({
      code,
      exitCode: 2,
    })
  })
})

test.each([
  ['http://localhost:8080', 'http://localhost:8080'],
  ['http://kc.localhost', 'http://kc.localhost'],
  ['http://127.0.0.2/auth/', 'http://127.0.0.2/auth'],
  ['http://[::1]:8080', 'http://[::1]:8080'],
  ['HTTPS://KC.example.com:443//', 'https://kc.example.com'],
])('%s is a valid server', (server, expected) => {
  expect(resolve({ server }).server?.value).toBe(expected)
})

test.each<[string, Globals, boolean, string | undefined]>([
  ['a flag', { insecure: true, allowHttp: true }, false, '--'],
  ['the profile', {}, true, 'profile "prod"'],
  ['a flag over the profile', { insecure: true, allowHttp: true }, true, '--'],
  ['nothing', {}, false, undefined],
  ['the profile, at another server', { server: 'https://other.example' }, true, undefined],
])('insecure and allow-http from %s', (_, flags, stored, from) => {
  const profile = { name: 'prod', server: 'https://kc.example.com', insecure: stored, allowHttp: stored }
  const found = resolveSettings(flags, {}, { files: { read: async () => '' }, profile })
  const expected = (name: string) => (from === '--' ? `--${name}` : from)
  expect([found.insecureFrom, found.allowHttpFrom]).toEqual([expected('insecure'), expected('allow-http')])
  expect([found.insecure, found.allowHttp]).toEqual([from !== undefined, from !== undefined])
})

test('--allow-http allows http, and --timeout is in seconds', () => {
  const settings = resolve({ server: 'http://kc.example.com', allowHttp: true, timeout: '2.5' })
  expect(settings).toMatchObject({
    server: { value: 'http://kc.example.com' },
    allowHttp: true,
    timeout: 2500,
  })
})

test.each(['Kunden Süd 東', '100%', '%2e%2e', ' lead', 'trail '])('%j is a valid realm name', (realm) => {
  expect(resolve({ realm }).realm?.value).toBe(realm)
  expect(resolve({}, { KC_LOGOUT_LOGIN_REALM: realm }).loginRealm.value).toBe(realm)
})

describe('a stored secret is sent only to its server', () => {
  const stored = (flags: Globals, env: Environment = {}) => resolve(flags, env, { profile: PROFILE })

  test('is offered there', async () => {
    expect(await stored({}).password?.reveal()).toBe('stored-password')
    expect(connectionOf(stored({})).credentials).toMatchObject({ kind: 'password', username: 'stored-user' })
  })

  test.each([
    ['a flag', { server: 'https://evil.example.com' }, {}],
    ['a variable', {}, { KC_LOGOUT_SERVER: 'https://evil.example.com' }],
    ['another port', { server: 'https://stored.example.com:8443' }, {}],
    ['another scheme', { server: 'http://stored.example.com', allowHttp: true }, {}],
  ])('is not sent to another server, from %s', (_, flags, env) => {
    expect(stored(flags, env).password).toBeUndefined()
    expect(problem(() => connectionOf(stored(flags, env)))).toMatchObject({ exitCode: 2 })
  })

  test("a variable of another tool is not sent to the profile's server", async () => {
    const { password: _, ...profile } = PROFILE
    const env = { KEYCLOAK_PASSWORD: 'o', KC_CLI_CLIENT_SECRET: 'k' }
    const settings = resolve({}, env, { profile })
    expect([settings.password, settings.clientSecret]).toEqual([undefined, undefined])
    expect(await resolve({}, { ...env, KC_LOGOUT_PASSWORD: 'own' }, { profile }).password?.reveal()).toBe(
      'own',
    )
  })

  test('insecure of a profile does not apply to another server', () => {
    const profile = { ...PROFILE, insecure: true }
    expect(resolve({}, {}, { profile }).insecure).toBe(true)
    expect(resolve({ server: 'https://other.example.com' }, {}, { profile }).insecure).toBe(false)
  })

  test('connectionOf checks the origin again', () => {
    const settings = {
      ...resolve({ ...SERVER, username: 'ada' }),
      password: { ...givenSecret('x', 'y'), origin: 'https://a' },
    }
    expect(problem(() => connectionOf(settings))).toMatchObject({ code: 'foreign-secret', exitCode: 2 })
  })
})
