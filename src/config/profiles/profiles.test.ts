import { chmod, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { folderOfTest } from '../../../test/support/folder.ts'
import type { StoredTokens } from '../../core/connection.ts'
import { connectionOf, loginConnectionOf } from '../connection.ts'
import type { Globals } from '../global-options.ts'
import { resolveSettings } from '../resolve.ts'
import type { Environment } from '../settings.ts'
import type { FiledProfile } from './profile-schema.ts'
import { openProfiles, type ProfileStore } from './profiles.ts'

const TOKENS: StoredTokens = {
  accessToken: 'access',
  issuedAt: 1,
  expiresAt: 60_001,
  refreshToken: 'refresh',
  refreshExpiresAt: 1_800_000_000_000,
  sessionState: 's',
}
const PROD: FiledProfile = {
  name: 'prod',
  server: 'https://kc.example.com/auth',
  realm: 'customers',
  loginRealm: 'master',
  clientId: 'admin-cli',
  username: 'ada',
  signIn: 'password',
}
const JOB: FiledProfile = {
  name: 'job',
  server: 'https://kc.example.com',
  realm: 'customers',
  clientId: 'job',
}
const files = { read: async (path: string) => `text of ${path}` }

async function storeOfTest(): Promise<ProfileStore> {
  return openProfiles(join(await folderOfTest(), 'config'), {
    pid: process.pid,
    isAlive: () => true,
    now: () => Date.now(),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  })
}

/** The settings of a command. */
async function settingsOf(store: ProfileStore, name?: string, flags: Globals = {}, env: Environment = {}) {
  const profile = await store.load(name === undefined ? undefined : { name, source: '--profile' })
  return resolveSettings(flags, env, { files, profile })
}

/** How a command would sign in, or the code of the error. */
function signInKind(settings: ReturnType<typeof resolveSettings>): string {
  try {
    const { credentials } = connectionOf(settings)
    return credentials.kind === 'client' ? `client ${credentials.clientId}` : credentials.kind
  } catch (error) {
    return (error as { code: string }).code
  }
}

describe('a stored sign-in', () => {
  test('commands use the active profile, or the named one', async () => {
    const store = await storeOfTest()
    await store.save(PROD, { tokens: TOKENS })
    await store.save(JOB, { clientSecret: 'hush' })
    expect(signInKind(await settingsOf(store))).toBe('client job')
    const prod = await settingsOf(store, 'prod')
    expect(signInKind(prod)).toBe('session')
    expect(prod).toMatchObject({
      server: { value: 'https://kc.example.com/auth', source: 'profile "prod"' },
      realm: { value: 'customers', source: 'profile "prod"' },
      profile: { value: 'prod', source: '--profile' },
    })
    expect(await prod.session?.store.read()).toEqual(TOKENS)
    await store.use('prod')
    expect(signInKind(await settingsOf(store))).toBe('session')
  })

  test('the file of profiles contains no secret', async () => {
    const store = await storeOfTest()
    await store.save(JOB, { clientSecret: 'hush' })
    await store.save(PROD, { tokens: TOKENS })
    const text = await readFile(store.path, 'utf8')
    expect(text).not.toMatch(/hush|refresh|access/)
    expect(await readFile(join(store.folder, 'secrets', 'job.json'), 'utf8')).toContain('hush')
    expect(await store.kept('prod')).toEqual([
      {
        what: 'session',
        path: join(store.folder, 'tokens', 'prod.json'),
        origin: 'https://kc.example.com',
        until: TOKENS.refreshExpiresAt,
      },
    ])
  })

  test('is removed together with its profile', async () => {
    const store = await storeOfTest()
    await store.save(JOB, { clientSecret: 'hush' })
    await store.save(PROD, { tokens: TOKENS })
    await store.remove('prod')
    expect(await readdir(join(store.folder, 'tokens'))).toEqual([])
    expect((await store.read()).profiles.map(({ name }) => name)).toEqual(['job'])
    // No other profile becomes active.
    expect(await store.load(undefined)).toBeUndefined()
    await expect(store.remove('prod')).rejects.toMatchObject({ code: 'no-such-profile', exitCode: 2 })
  })

  test('a sign-in of another kind replaces the former one completely', async () => {
    const store = await storeOfTest()
    await store.save(PROD, { tokens: TOKENS })
    await store.save({ ...JOB, name: 'prod' }, { clientSecret: 'hush' })
    expect(await store.load({ name: 'prod', source: 'x' })).not.toHaveProperty('session')
    expect(await readdir(join(store.folder, 'tokens'))).toEqual([])
  })

  test('saving keeps the accepted findings of the profile', async () => {
    const store = await storeOfTest()
    await store.save({ ...PROD, accept: ['tenant-not-notified:iot'] }, { tokens: TOKENS })
    await store.save({ ...PROD, username: 'bob' }, { tokens: TOKENS })
    await store.save({ ...PROD, name: 'other' }, {})
    const of = async (name: string) => (await settingsOf(store, name)).accept
    expect([await of('prod'), await of('other')]).toEqual([['tenant-not-notified:iot'], undefined])
    await store.save({ ...PROD, accept: ['no-sid'] }, {})
    expect(await of('prod')).toEqual(['no-sid'])
  })

  test('concurrent writers lose no profile', async () => {
    const store = await storeOfTest()
    await Promise.all(
      Array.from({ length: 12 }, (_, i) =>
        store.save({ ...JOB, name: `job-${i}` }, { clientSecret: `s${i}` }),
      ),
    )
    expect((await store.read()).profiles).toHaveLength(12)
  })

  test('precedence: options and own variables, then the profile, then variables of other tools', async () => {
    const store = await storeOfTest()
    await store.save(PROD, { tokens: TOKENS })
    const at = async (flags: Globals, env: Environment = {}) =>
      signInKind(await settingsOf(store, 'prod', flags, env))
    expect(await at({}, { KEYCLOAK_USER: 'x', KEYCLOAK_PASSWORD: 'y', KEYCLOAK_URL: 'https://other' })).toBe(
      'session',
    )
    expect(await at({ username: 'bob', passwordFile: 'p' })).toBe('password')
    expect(await at({}, { KC_LOGOUT_USERNAME: 'bob', KC_LOGOUT_PASSWORD: 'p' })).toBe('password')
    expect(await at({ tokenFile: 't' })).toBe('token')
    expect(await at({}, { KC_LOGOUT_TOKEN: 't' })).toBe('token')
    expect(await at({ realm: 'other' })).toBe('session')
  })

  test('a client given with its proof signs in as itself, not as the user of the profile', async () => {
    const store = await storeOfTest()
    await store.save(PROD, { tokens: TOKENS })
    const at = async (flags: Globals, env: Environment = {}) =>
      signInKind(
        await settingsOf(store, 'prod', flags, { KEYCLOAK_USER: 'x', KEYCLOAK_PASSWORD: 'y', ...env }),
      )
    expect(await at({ clientId: 'job', clientSecretFile: 's' })).toBe('client job')
    expect(await at({ clientId: 'job', clientKey: 'k' })).toBe('client job')
    expect(await at({ clientId: 'job' }, { KC_LOGOUT_CLIENT_SECRET: 's' })).toBe('client job')
    // A user may sign in through a client with a secret.
    expect(await at({ username: 'ada', passwordFile: 'p', clientSecretFile: 's' })).toBe('password')
  })

  test('the password prompt says that the session has ended', async () => {
    const store = await storeOfTest()
    await store.save(PROD, { tokens: TOKENS })
    const profile = await store.load(undefined)
    const asked: string[] = []
    const askSecret = async (question: string) => {
      asked.push(question)
      return 'typed'
    }
    await resolveSettings({}, {}, { files, profile, askSecret }).password?.reveal()
    expect(asked).toEqual([
      'The sign-in of profile "prod" has ended. Password of ada at https://kc.example.com',
    ])
  })
})

describe('a secret is sent only to the server that it was stored for', () => {
  const ELSEWHERE: [string, Globals, Environment][] = [
    ['a flag', { server: 'https://evil.example.com' }, {}],
    ['a variable', {}, { KC_LOGOUT_SERVER: 'https://evil.example.com' }],
    ['another port', { server: 'https://kc.example.com:8443' }, {}],
    ['http', { server: 'http://kc.example.com', allowHttp: true }, {}],
  ]
  test.each(ELSEWHERE)(
    '%s for another server gets no session, secret, key or kcadm token',
    async (_, flags, env) => {
      const store = await storeOfTest()
      await store.save(PROD, { tokens: TOKENS })
      await store.save(JOB, { clientSecret: 'hush' })
      await store.save({ ...JOB, name: 'key', clientKey: '/k.pem', clientCert: '/c.pem' }, {})
      await store.save({ ...JOB, name: 'kcadm', signIn: 'kcadm' }, {})
      for (const name of ['prod', 'job', 'key', 'kcadm']) {
        const settings = await settingsOf(store, name, flags, env)
        const { session, clientSecret, clientKey, clientCert, token } = settings
        expect({ session, clientSecret, clientKey, clientCert, token }).toEqual({})
        expect(signInKind(settings)).toMatch(/not-signed-in|no-password/)
      }
    },
  )

  test('another base path counts as the same server', async () => {
    const store = await storeOfTest()
    await store.save(PROD, { tokens: TOKENS })
    expect(signInKind(await settingsOf(store, 'prod', { server: 'https://kc.example.com' }))).toBe('session')
  })

  test('a changed server in the file of profiles gets no secret', async () => {
    const store = await storeOfTest()
    await store.save(JOB, { clientSecret: 'hush' })
    await store.save(PROD, { tokens: TOKENS })
    await writeFile(
      store.path,
      (await readFile(store.path, 'utf8')).replaceAll('kc.example.com', 'evil.example.com'),
    )
    expect(signInKind(await settingsOf(store, 'job'))).toBe('not-signed-in')
    expect(signInKind(await settingsOf(store, 'prod'))).toBe('no-password')
  })

  test.each<[string, Globals]>([
    ['another login realm', { loginRealm: 'other' }],
    ['another client', { clientId: 'other' }],
  ])('a session is not used with %s', async (_, flags) => {
    const store = await storeOfTest()
    await store.save(PROD, { tokens: TOKENS })
    expect(signInKind(await settingsOf(store, 'prod', flags))).toBe('no-password')
  })

  test('--insecure and --allow-http of a profile do not apply to another server', async () => {
    const store = await storeOfTest()
    await store.save(
      { ...JOB, server: 'http://kc.example.com', insecure: true, allowHttp: true },
      { clientSecret: 's' },
    )
    expect(await settingsOf(store, 'job')).toMatchObject({ insecure: true, allowHttp: true })
    await expect(settingsOf(store, 'job', { server: 'http://other.example.com' })).rejects.toMatchObject({
      code: 'http-refused',
    })
    expect(await settingsOf(store, 'job', { server: 'https://other' })).toMatchObject({ insecure: false })
  })
})

describe('a secret file with unsafe permissions', () => {
  test('is reported when the secret is needed, not before', async () => {
    const store = await storeOfTest()
    await store.save(JOB, { clientSecret: 'hush' })
    await chmod(join(store.folder, 'secrets', 'job.json'), 0o644)
    const settings = await settingsOf(store, 'job')
    await expect(settings.clientSecret?.reveal()).rejects.toMatchObject({
      code: 'unsafe-secret-file',
      exitCode: 4,
    })
    expect(signInKind(await settingsOf(store, 'job', { tokenFile: 't' }))).toBe('token')
    expect(await store.kept('job')).toEqual([])
  })

  test('is reported when the session is needed', async () => {
    const store = await storeOfTest()
    await store.save(PROD, { tokens: TOKENS })
    await chmod(join(store.folder, 'tokens', 'prod.json'), 0o640)
    const { session } = await settingsOf(store, 'prod')
    await expect(session?.store.read()).rejects.toMatchObject({ code: 'unsafe-secret-file', exitCode: 4 })
    await expect(session?.store.update(async () => TOKENS)).rejects.toMatchObject({
      code: 'unsafe-secret-file',
    })
  })

  test.each(['', '{', '[]', '{"version":2}', '{"version":1,"origin":"https://kc.example.com"}', 'null'])(
    'a file with other content (%j) is not a sign-in',
    async (text) => {
      const store = await storeOfTest()
      await store.save(PROD, { tokens: TOKENS })
      await store.save(JOB, { clientSecret: 'hush' })
      await writeFile(join(store.folder, 'tokens', 'prod.json'), text)
      await writeFile(join(store.folder, 'secrets', 'job.json'), text)
      expect(signInKind(await settingsOf(store, 'prod'))).toBe('no-password')
      expect(signInKind(await settingsOf(store, 'job'))).toBe('not-signed-in')
    },
  )
})

test.each(['password', 'kcadm'])(
  'a profile (%s) with an invalid server URL is reported when used, and can be removed',
  async (signIn) => {
    const store = await storeOfTest()
    await store.save({ ...PROD, name: 'bad' }, { clientSecret: 'x', tokens: TOKENS })
    const text = (await readFile(store.path, 'utf8'))
      .replace('https://kc.example.com/auth', 'kc.example.com')
      .replace('sign-in: password', `sign-in: ${signIn}`)
    await writeFile(store.path, text)
    for (const part of ['secrets', 'tokens']) await chmod(join(store.folder, part, 'bad.json'), 0o644)
    await expect(settingsOf(store, 'bad')).rejects.toMatchObject({ code: 'bad-server', exitCode: 2 })
    await store.remove('bad')
    expect((await store.read()).profiles).toEqual([])
  },
)

test.each([['issuedAt'], ['expiresAt'], ['refreshExpiresAt']])(
  'tokens with an invalid %s are ignored',
  async (field) => {
    for (const time of [1e30, 'soon']) {
      const store = await storeOfTest()
      await store.save(PROD, { tokens: TOKENS })
      const path = join(store.folder, 'tokens', 'prod.json')
      const kept = JSON.parse(await readFile(path, 'utf8')) as { tokens: object }
      await writeFile(path, JSON.stringify({ ...kept, tokens: { ...kept.tokens, [field]: time } }))
      expect([await store.kept('prod'), (await settingsOf(store)).session]).toEqual([[], undefined])
    }
  },
)

test('a new sign-in ignores the stored one', async () => {
  const store = await storeOfTest()
  await store.save(PROD, { tokens: TOKENS })
  const settings = await settingsOf(store, 'prod', { passwordFile: 'p' })
  expect(loginConnectionOf(settings, { device: false }).credentials.kind).toBe('password')
  expect(loginConnectionOf(settings, { device: true }).credentials.kind).toBe('client')
})

test.each(['../x', 'Prod', '', 'a/b', 'con'])(
  'a name that could be a path or another file is refused: %j',
  async (name) => {
    const store = await storeOfTest()
    await expect(store.load({ name, source: '--profile' })).rejects.toMatchObject({
      code: 'bad-profile-name',
      exitCode: 2,
    })
    await expect(store.save({ ...JOB, name }, {})).rejects.toMatchObject({ code: 'bad-profile-name' })
  },
)
