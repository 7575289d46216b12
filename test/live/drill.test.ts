import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { DrillOutcome } from '../../src/commands/drill/outcome.ts'
import { type Application, personAt, serve, signInAt } from '../support/applications/application.ts'
import { LOGOUT_PATH, startExpressOpenidConnect } from '../support/applications/express-openid-connect.ts'
import { startKeycloakConnect } from '../support/applications/keycloak-connect.ts'
import { Browser } from '../support/browser.ts'
import { aUser, createRealm, PASSWORD, secretOf, type TestRealm } from '../support/realm.ts'
import { adminEnv, runCli } from '../support/run-cli.ts'

const keycloak = inject('keycloak')
/** express-openid-connect 3.4.0 answers 500 after a sign-in at 18.0.2. */
const EXPRESS = Number.parseInt(keycloak.version, 10) >= 26 ? ['wired', 'unwired'] : []
/** Seconds. */
const TOKEN_LIFE = 10

const OTP = {
  type: 'otp',
  secretData: JSON.stringify({ value: 'a secret of twenty bytes' }),
  credentialData: JSON.stringify({
    subType: 'totp',
    digits: 6,
    counter: 0,
    period: 30,
    algorithm: 'HmacSHA1',
  }),
}

describe('kc-logout drill, on a real Keycloak', () => {
  let realm: TestRealm
  let folder: string
  let files: { password: string; drill: string }
  const apps: Record<string, Application> = {}
  let plain: Application
  let leaked = 0
  let onGate = () => {}

  beforeAll(async () => {
    realm = await createRealm(keycloak, {
      users: [
        'dora',
        { username: 'boss', adminRoles: ['view-users'] },
        { username: 'act', representation: { requiredActions: ['UPDATE_PASSWORD'] } },
        { username: 'totp', representation: { requiredActions: ['CONFIGURE_TOTP'] } },
        {
          username: 'otp',
          representation: { credentials: [...(aUser({ username: 'x' }).credentials as []), OTP] },
        },
      ],
      clients: [
        { clientId: 'down', representation: { baseUrl: 'http://127.0.0.1:9/' } },
        { clientId: 'no-page' },
      ],
    })
    plain = await serve((url) => (request, response) => {
      // Sends a browser to the login page of the client in its path.
      const clientId = request.url?.slice(1) ?? ''
      if (clientId === 'endless') return void response.writeHead(302, { location: '/endless' }).end()
      // Another name of this machine is another host.
      if (clientId === 'foreign')
        return void response
          .writeHead(302, { location: `${url.replace('127.0.0.1', 'localhost')}/leaked` })
          .end()
      if (clientId === 'leaked') leaked++
      if (clientId === 'gate') onGate()
      if (clientId.startsWith('x')) return void response.end('signed in')
      const query = new URLSearchParams({
        client_id: clientId,
        response_type: 'code',
        redirect_uri: `${url}/x`,
      })
      response.writeHead(302, { location: `${realm.issuer}/protocol/openid-connect/auth?${query}` }).end()
    })
    for (const [clientId, more] of [
      ['gate', {}],
      ['endless', {}],
      ['foreign', {}],
      ['consent-gate', { consentRequired: true }],
    ] as const)
      await realm.addClient({
        clientId,
        redirectUris: [`${plain.url}/*`],
        representation: { baseUrl: `${plain.url}/${clientId}`, ...more },
      })
    for (const clientId of EXPRESS) {
      const app = await startExpressOpenidConnect({
        issuer: realm.issuer,
        clientId,
        secret: secretOf(clientId),
      })
      apps[clientId] = app
      await realm.addClient({
        clientId,
        publicClient: false,
        rootUrl: app.url,
        redirectUris: [`${app.url}/callback`],
        ...(clientId === 'wired' ? { backchannelLogoutUrl: `${app.url}${LOGOUT_PATH}` } : {}),
      })
    }
    for (const clientId of ['adapter', 'adapter-unwired', 'adapter-short']) {
      const app = await startKeycloakConnect({ server: keycloak.url, realm: realm.name, clientId })
      apps[clientId] = app
      await realm.addClient({
        clientId,
        redirectUris: [`${app.url}/*`],
        representation: { baseUrl: `${app.url}/me` },
        ...(clientId === 'adapter-short'
          ? { attributes: { 'access.token.lifespan': String(TOKEN_LIFE) } }
          : {}),
        ...(clientId === 'adapter' ? { adminUrl: app.url } : {}),
      })
    }
    folder = await mkdtemp(join(tmpdir(), 'kc-logout-drill-'))
    files = { password: join(folder, 'pw'), drill: join(folder, 'drill.yaml') }
    await writeFile(files.password, `${PASSWORD}\n`)
    const express = EXPRESS.map((clientId) => ({
      clientId,
      url: `${apps[clientId]?.url}/login`,
      logoutProbe: `${apps[clientId]?.url}/me`,
    }))
    const adapters = ['adapter', 'adapter-unwired'].map((clientId) => ({ clientId }))
    await writeFile(files.drill, JSON.stringify({ apps: [...express, ...adapters] }))
  })
  afterAll(async () => {
    for (const app of [...Object.values(apps), plain]) await app.close()
    await realm.remove()
    await rm(folder, { recursive: true })
  })

  const kcDrill = async (...args: string[]) => {
    const user = args.includes('--user') ? [] : ['--user', 'dora']
    const ran = await runCli(['drill', ...user, '--user-password-file', files.password, '--debug', ...args], {
      env: adminEnv(keycloak, realm.name),
    })
    expect(ran.stdout + ran.stderr).not.toContain(PASSWORD)
    expect(ran.stderr).not.toMatch(/[?&](code|state|session_state)=/)
    return ran
  }

  test('says of each application what a browser sees, and leaves other sessions alone', async () => {
    const browsers = new Map<string, Browser>()
    for (const [clientId, app] of Object.entries(apps)) {
      const browser = new Browser()
      const start = clientId.startsWith('adapter') ? '/me' : '/login'
      await signInAt(app, start, { realm, user: 'dora', browser })
      browsers.set(clientId, browser)
    }
    const before = await realm.sessionsOf('dora')
    const ran = await kcDrill(
      '--file',
      files.drill,
      '--wait',
      '2',
      '--json',
      '--report',
      join(folder, 'report.html'),
    )
    expect(await readFile(join(folder, 'report.html'), 'utf8')).not.toContain(PASSWORD)
    expect(ran.code, ran.stderr).toBe(7)
    const drilled = ran.json<DrillOutcome>()
    expect(drilled.sessionsLeft).toEqual([])
    expect(Object.fromEntries(drilled.clients.map(({ clientId, verdict }) => [clientId, verdict]))).toEqual({
      ...(EXPRESS.length > 0 ? { wired: 'out', unwired: 'still-in' } : {}),
      adapter: 'out',
      'adapter-unwired': 'still-in',
    })
    // The sessions of these browsers live on, at Keycloak and at each application.
    const ids = (sessions: readonly { id: string }[]) => sessions.map(({ id }) => id).sort()
    expect(ids(await realm.sessionsOf('dora'))).toEqual(ids(before))
    for (const [clientId, app] of Object.entries(apps)) {
      const browser = browsers.get(clientId) ?? new Browser()
      // express-openid-connect ends all sessions of the user at a logout token, which names the user as well (3.4.0).
      expect(await personAt(app, browser), clientId).toBe(clientId === 'wired' ? undefined : 'dora')
    }
    // And after `user`, a browser of this test sees what the drill said.
    await sleep(1_100)
    await runCli(['user', 'dora', '--yes'], { env: adminEnv(keycloak, realm.name) })
    for (const { clientId, verdict } of drilled.clients) {
      const [app, browser] = [apps[clientId], browsers.get(clientId)]
      if (!app || !browser) throw new Error(clientId)
      const person = await personAt(app, browser)
      expect([clientId, person === undefined ? 'out' : 'still-in']).toEqual([clientId, verdict])
    }
  })

  test('out-later where an application looks at tokens only when they end', async () => {
    const ran = await kcDrill('adapter-short', '--wait', '30', '--json')
    expect(ran.code, ran.stderr).toBe(7)
    const [client] = ran.json<DrillOutcome>().clients
    expect(client).toMatchObject({ verdict: 'out-later', seen: { what: 'login-page' } })
    expect(client?.seconds).toBeGreaterThan(TOKEN_LIFE / 2)
    expect(client?.seconds).toBeLessThanOrEqual(TOKEN_LIFE + 3)
  })

  test.each([
    ['gate', 'act', { what: 'required-action', detail: 'update the password' }],
    ['gate', 'totp', { what: 'required-action', detail: 'set up a one-time password' }],
    ['gate', 'otp', { what: 'second-factor', detail: 'a one-time password' }],
    ['consent-gate', 'dora', { what: 'consent', detail: null }],
    ['gate', 'dora', { what: 'always-through-keycloak', detail: null }],
    ['down', 'dora', { what: 'unreachable', detail: 'refused at 127.0.0.1:9' }],
    ['no-page', 'dora', { what: 'no-url', detail: null }],
    ['endless', 'dora', { what: 'too-many-redirects', detail: null }],
    ['foreign', 'dora', { what: 'foreign-host', detail: expect.stringMatching(/^localhost:/) }],
  ])('%s as %s cannot be signed in to, and leaves no session', async (clientId, user, seen) => {
    const before = await realm.sessionsOf(user)
    const ran = await kcDrill(clientId, '--user', user, '--json')
    expect(ran.code, ran.stderr).toBe(7)
    expect(ran.json<DrillOutcome>().clients).toMatchObject([{ verdict: 'cannot-sign-in', seen }])
    expect(await realm.sessionsOf(user)).toEqual(before)
    expect(leaked).toBe(0)
  })

  test('a wrong password is typed once', async () => {
    const wrong = join(folder, 'wrong')
    await writeFile(wrong, 'not the password')
    const args = ['drill', 'adapter', 'gate', '--user', 'dora', '--user-password-file', wrong, '--json']
    const ran = await runCli(args, { env: adminEnv(keycloak, realm.name) })
    expect(ran.code).toBe(7)
    expect(ran.stdout + ran.stderr).not.toContain('not the password')
    expect(ran.json<DrillOutcome>().clients.map(({ seen }) => seen.what)).toEqual([
      'wrong-password',
      'not-tried',
    ])
  })

  test('an administrator is refused, also by a role of a group', async () => {
    const id = await realm.addUser('member')
    const management = await realm.idOfClient('realm-management')
    const role = await realm.get(`/clients/${management}/roles/query-users`)
    await realm.post('/groups', { name: 'operators' })
    const [group] = await realm.get<{ id: string }[]>('/groups')
    await realm.post(`/groups/${group?.id}/role-mappings/clients/${management}`, [role])
    await realm.put(`/users/${id}/groups/${group?.id}`, {})
    for (const user of ['boss', 'member']) {
      const ran = await kcDrill('gate', '--user', user)
      expect([ran.code, ran.stderr]).toEqual([2, expect.stringContaining('of an administrator')])
    }
  })

  test('Ctrl-C ends the session of the drill, and the report says what was seen until then', async () => {
    const report = join(folder, 'interrupted.json')
    const line = [
      'drill',
      'adapter-unwired',
      'gate',
      '--user',
      'dora',
      '--user-password-file',
      files.password,
    ]
    const stopped = await runCli([...line, '--debug', '--report', report], {
      env: adminEnv(keycloak, realm.name),
      onStart: ({ signal }) => {
        onGate = () => signal('SIGINT')
      },
    })
    onGate = () => {}
    expect(stopped.code).toBe(130)
    expect(await realm.sessionsAt('adapter-unwired')).toEqual([])
    const { outcome, exitCode } = JSON.parse(await readFile(report, 'utf8'))
    expect(exitCode).toBe(130)
    expect(outcome).toMatchObject({ interrupted: true, sessionsLeft: [], verdict: 'fail' })
    expect(outcome.clients).toMatchObject([
      { clientId: 'adapter-unwired', verdict: 'unknown', seen: { what: 'stopped' }, ended: 1 },
      { clientId: 'gate', verdict: 'unknown', seen: { what: 'stopped' } },
    ])
  })
})
