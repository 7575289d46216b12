import { createServer as createPlainServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { certificate } from '../support/certificates.ts'
import { createRealm, secretOf, type TestRealm } from '../support/realm.ts'
import { startRecordingProxy } from '../support/recording-proxy.ts'
import { adminEnv, runCli } from '../support/run-cli.ts'
import { directGrant } from '../support/sign-in.ts'

const keycloak = inject('keycloak')

describe('errors on a real Keycloak: one line, one hint, the documented exit code', () => {
  let realm: TestRealm
  const servers: Server[] = []

  beforeAll(async () => {
    realm = await createRealm(keycloak, {
      clients: [
        { clientId: 'shop' },
        { clientId: 'reader', serviceAccountRoles: ['view-users', 'view-clients', 'view-realm'] },
        { clientId: 'clerk', serviceAccountRoles: ['view-users', 'manage-users'] },
        { clientId: 'nobody', serviceAccountRoles: [] },
      ],
      users: ['ada'],
    })
  })
  afterAll(async () => {
    await realm.remove()
    for (const server of servers) server.close()
  })

  const env = (changes: Record<string, string | undefined> = {}) => ({
    ...adminEnv(keycloak, realm.name),
    ...changes,
  })
  const asClient = (clientId: string) =>
    env({
      KC_LOGOUT_USERNAME: undefined,
      KC_LOGOUT_PASSWORD: undefined,
      KC_LOGOUT_LOGIN_REALM: realm.name,
      KC_LOGOUT_CLIENT_ID: clientId,
      KC_LOGOUT_CLIENT_SECRET: secretOf(clientId),
    })
  const listen = async (server: Server) => {
    servers.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return (server.address() as AddressInfo).port
  }

  test.each<[string, Record<string, string | undefined>, string[], number, RegExp]>([
    ['a wrong password', { KC_LOGOUT_PASSWORD: 'wrong' }, ['sessions'], 4, /Invalid user credentials/],
    ['an unknown realm', { KC_LOGOUT_REALM: 'no-such-realm' }, ['sessions'], 5, /no-such-realm/],
    ['no realm', { KC_LOGOUT_REALM: undefined }, ['sessions'], 2, /realm/i],
    ['no server', { KC_LOGOUT_SERVER: undefined }, ['sessions'], 2, /server/i],
    ['KEYCLOAK_REALM alone', { KC_LOGOUT_REALM: undefined, KEYCLOAK_REALM: 'x' }, ['sessions'], 2, /realm/i],
    ['an unknown login realm', { KC_LOGOUT_LOGIN_REALM: 'nope' }, ['sessions'], 5, /nope/],
    ['an unknown client to sign in with', { KC_LOGOUT_CLIENT_ID: 'nope' }, ['sessions'], 4, /client/i],
    ['an unknown user', {}, ['user', 'nobody-at-all', '--yes'], 5, /nobody-at-all/],
    ['an unknown client', {}, ['sessions', '--client', 'no-such'], 5, /no-such/],
    ['a dead server', { KC_LOGOUT_SERVER: 'http://127.0.0.1:1' }, ['sessions'], 6, /127\.0\.0\.1:1/],
    [
      'an unknown host',
      { KC_LOGOUT_SERVER: 'https://no-such-host.invalid' },
      ['sessions'],
      6,
      /no-such-host/,
    ],
    ['a wrong path', { KC_LOGOUT_SERVER: `${keycloak.url}/wrong/path` }, ['sessions'], 6, /Keycloak/],
    [
      'http to a host that is not loopback',
      { KC_LOGOUT_SERVER: 'http://10.0.0.1' },
      ['sessions'],
      2,
      /--allow-http/,
    ],
    [
      'a password in the URL',
      { KC_LOGOUT_SERVER: 'https://a:b@example.test' },
      ['sessions'],
      2,
      /--password-stdin/,
    ],
  ])('%s', async (_, changes, args, code, message) => {
    const ran = await runCli(args, { env: env(changes) })
    expect(ran.code, ran.stderr).toBe(code)
    expect(ran.stdout).toBe('')
    expect(ran.stderr).toMatch(message)
    expect(ran.stderr).toMatch(/^error: .+\nhint: {2}.+\n$/)
    expect(ran.stderr).not.toMatch(/\bat .*\.js:\d+/)
    const asJson = await runCli([...args, '--json'], { env: env(changes) })
    expect(asJson.json()).toMatchObject({ schemaVersion: 1, error: { exitCode: code } })
    expect(asJson.stderr).toBe('')
  })

  test('a self-signed certificate: exit 6 with a hint; --insecure accepts it', async () => {
    const { cert, key } = certificate({ names: ['localhost'] })
    const port = await listen(createTlsServer({ cert, key }, (_, response) => response.writeHead(404).end()))
    const server = { KC_LOGOUT_SERVER: `https://localhost:${port}` }
    const ran = await runCli(['sessions'], { env: env(server) })
    expect(ran.code).toBe(6)
    expect(ran.stderr).toMatch(/is self-signed/)
    expect(ran.stderr).toContain('--ca-file')
    const insecure = await runCli(['sessions', '--insecure'], { env: env(server) })
    expect(insecure.stderr).not.toMatch(/is self-signed/)
    const unchecked = await runCli(['sessions'], {
      env: env({ ...server, NODE_TLS_REJECT_UNAUTHORIZED: '0' }),
    })
    expect(unchecked.code).toBe(6)
    expect(unchecked.stderr).toMatch(/is self-signed/)
  })

  test('a proxy that answers 200 with a sign-in page: exit 6', async () => {
    const port = await listen(
      createPlainServer((_, response) =>
        response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in</html>'),
      ),
    )
    const ran = await runCli(['sessions'], { env: env({ KC_LOGOUT_SERVER: `http://127.0.0.1:${port}` }) })
    expect(ran.code).toBe(6)
    expect(ran.stderr).toMatch(/Keycloak/)
  })

  test.each<[string, string[], RegExp]>([
    ['reader', ['user', 'ada', '--yes'], /manage-users/],
    ['reader', ['all'], /manage-users/],
    ['clerk', ['user', 'ada', '--yes'], /view-clients/],
    ['nobody', ['sessions'], /view-clients|view-realm/],
  ])('the missing role is named: %s runs %s', async (clientId, args, role) => {
    await directGrant(realm, { user: 'ada', client: 'shop' })
    const full = args[0] === 'all' ? [...args, '--confirm', realm.name] : args
    const ran = await runCli(full, { env: asClient(clientId) })
    expect(ran.code, ran.stderr).toBe(4)
    expect(ran.stderr).toMatch(role)
    expect(await realm.sessionsOf('ada')).not.toEqual([])
  })

  test('unsafe path segments are refused, and no other path is called', async () => {
    const hostile = ['..', '.', '', 'a/b', '%2e%2e', 'a\u0000b', 'a\nb', '..;', 'a?b', 'a#b', 'a\\b']
    const proxy = await startRecordingProxy(keycloak.url)
    try {
      const through = env({ KC_LOGOUT_SERVER: proxy.url })
      for (const id of hostile) {
        if (!id.includes('\0')) {
          // %2e%2e could be a realm: it is not found.
          const asRealm = await runCli(['sessions', `--realm=${id}`], { env: through })
          expect(asRealm.code, `realm ${JSON.stringify(id)}: ${asRealm.stderr}`).toBe(id === '%2e%2e' ? 5 : 2)
          const asSession = await runCli(['user', 'ada', `--session=${id}`, '--yes'], { env: through })
          expect([2, 5], `session ${JSON.stringify(id)}: ${asSession.stderr}`).toContain(asSession.code)
          const asUser = await runCli(['user', '--yes', '--', id], { env: through })
          expect([2, 5], `user ${JSON.stringify(id)}: ${asUser.stderr}`).toContain(asUser.code)
        }
      }
      const paths = new Set(proxy.requests.map(({ path }) => path.split('?')[0]))
      const known = new RegExp(
        `^/realms/(master|${realm.name})/|^/admin/realms/%252e%252e/|^/admin/realms/${realm.name}(/clients|/client-session-stats|/users(/(ada|[0-9a-f-]{36})(/sessions|/consents|/federated-identity)?)?|/identity-provider/instances)?/?$`,
      )
      expect([...paths].filter((path) => !known.test(path ?? ''))).toEqual([])
      expect(proxy.changes()).toEqual([])
    } finally {
      await proxy.close()
    }
    expect(await realm.sessionsOf('ada')).not.toEqual([])
  }, 120_000)
})

describe('realm names that need encoding', () => {
  // Legal in 26.7.4; each becomes one segment of a path.
  const NAMES = { '100%': '100%25', '%2e%2e': '%252e%252e', ' lead': '%20lead', 'trail ': 'trail%20' }

  test.each(Object.entries(NAMES))(
    '%j: user and sessions reach that realm only, as %s',
    async (name, encoded) => {
      const other = await createRealm(keycloak, { clients: [{ clientId: 'shop' }], users: ['ada'] })
      const realm = await createRealm(keycloak, { name, clients: [{ clientId: 'shop' }], users: ['ada'] })
      const proxy = await startRecordingProxy(keycloak.url)
      try {
        for (const one of [other, realm]) await directGrant(one, { user: 'ada', client: 'shop' })
        const env = { ...adminEnv(keycloak, name), KC_LOGOUT_SERVER: proxy.url }
        const listed = await runCli(['sessions', '--json'], { env })
        expect(listed.code, listed.stderr).toBe(0)
        expect(listed.json()).toMatchObject({ realm: name })
        const ended = await runCli(['user', 'ada', '--yes'], { env })
        expect(ended.code, ended.stderr).toBe(0)
        expect([await realm.sessionsOf('ada'), (await other.sessionsOf('ada')).length]).toEqual([[], 1])
        const paths = [...new Set(proxy.requests.map(({ path }) => path))]
        const expected = [
          '/realms/master/',
          '/admin/serverinfo',
          `/admin/realms/${encoded}`,
          `/realms/${encoded}/`,
        ]
        expect(paths.filter((path) => !expected.some((start) => path.startsWith(start)))).toEqual([])
        expect(paths.some((path) => path.startsWith(`/admin/realms/${encoded}/users/`))).toBe(true)
      } finally {
        await proxy.close()
        await realm.remove()
        await other.remove()
      }
    },
  )
})

test('a NUL in a user name on stdin: exit 2 before any request', async () => {
  const proxy = await startRecordingProxy(keycloak.url)
  try {
    const env = { ...adminEnv(keycloak, 'master'), KC_LOGOUT_SERVER: proxy.url }
    const ran = await runCli(['user', '-', '--yes'], { env, stdin: 'ada\nb\0b\n' })
    expect([ran.code, ran.stderr]).toEqual([2, expect.stringContaining('contains a NUL character')])
    expect(proxy.requests).toEqual([])
  } finally {
    await proxy.close()
  }
})
