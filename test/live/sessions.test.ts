import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { createRealm, type TestRealm } from '../support/realm.ts'
import { startRecordingProxy } from '../support/recording-proxy.ts'
import { adminEnv, runCli } from '../support/run-cli.ts'
import { directGrant, signIn } from '../support/sign-in.ts'
import { factsOf } from '../support/versions.ts'

const keycloak = inject('keycloak')
/** One more session on versions where a sign-in with offline_access also starts an online session. */
const extra = factsOf(keycloak.version).offlineSignInIsOnlineToo ? 1 : 0

interface Estimate {
  clients: {
    clientId: string
    active: number
    offline: number
    users?: number
    tenant: string | null
    channels: Record<string, string>
    findings: { code: string }[]
  }[]
  totals: Record<string, number>
  sessions?: { id: string; offline: boolean }[]
  tenants?: { tenant: string | null; clients: string[] }[]
}

describe('kc-logout sessions, on a real Keycloak', () => {
  let realm: TestRealm
  let offlineSid: string

  beforeAll(async () => {
    realm = await createRealm(keycloak, {
      clients: [
        { clientId: 'shop', backchannelLogoutUrl: 'https://shop.example.test/logout' },
        {
          clientId: 'tenant',
          adminUrl: 'https://tenant.example.test/user/keycloak',
          redirectUris: ['http://app.test/tenant/callback', 'https://tenant.example.test/*'],
        },
        { clientId: 'silent' },
      ],
      users: ['ada', 'bob'],
    })
    const first = await signIn(realm, { user: 'ada', client: 'shop' })
    await signIn(realm, { user: 'ada', client: 'silent', browser: first.browser })
    await directGrant(realm, { user: 'bob', client: 'shop' })
    await directGrant(realm, { user: 'bob', client: 'tenant' })
    offlineSid = (await directGrant(realm, { user: 'bob', client: 'shop', offline: true })).sid
  })
  afterAll(() => realm.remove())

  const kcLogout = (...args: string[]) => runCli(args, { env: adminEnv(keycloak, realm.name) })

  test('counts client sessions, sessions, users and tenants, and shows channels and blind spots', async () => {
    const ran = await kcLogout('sessions', '--json')
    expect(ran.code, ran.stderr).toBe(0)
    const { clients, totals } = ran.json<Estimate>()
    expect(totals).toMatchObject({ clients: 3, active: 4 + extra, offline: 1, users: 2, tenants: 3 })
    const shop = clients.find(({ clientId }) => clientId === 'shop')
    expect(shop).toMatchObject({
      active: 2 + extra,
      offline: 1,
      users: 2,
      tenant: 'shop.example.test',
      channels: { user: 'backchannel', all: 'backchannel', realmStep: 'none' },
    })
    const codes = Object.fromEntries(
      clients.map(({ clientId, findings }) => [clientId, findings.map(({ code }) => code)]),
    )
    expect(codes.silent).toEqual(['no-url'])
    expect(codes.tenant).toEqual(['no-adapter-session', 'tenant-not-notified'])
  })

  test("--user shows that user's sessions, offline sessions included", async () => {
    const { sessions, totals } = (
      await kcLogout('sessions', '--user', 'BOB@example.test', '--json')
    ).json<Estimate>()
    expect(totals.users).toBe(1)
    expect(sessions?.filter(({ offline }) => offline).map(({ id }) => id)).toEqual([offlineSid])
    expect(sessions).toHaveLength(3 + extra)
  })

  test('--list prints one JSON document per line, each session once', async () => {
    const ran = await kcLogout('sessions', '--list', '--json')
    const lines = ran.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines).toHaveLength(4 + extra)
    expect(new Set(lines.map(({ id, offline }) => `${id} ${offline}`)).size).toBe(4 + extra)
    expect(lines.every(({ schemaVersion, userId }) => schemaVersion === 1 && userId)).toBe(true)
  })

  test('sessions filtered from --list can be piped to user -', async () => {
    const list = await kcLogout('sessions', '--list', '--json')
    const chosen = list.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .filter(({ clients }) => clients.includes('tenant'))
      .map(({ userId }) => userId)
    const ran = await runCli(['user', '-', '--dry-run', '--json'], {
      env: adminEnv(keycloak, realm.name),
      stdin: chosen.join('\n'),
    })
    expect(ran.json<{ users: { username: string }[] }>().users.map(({ username }) => username)).toEqual([
      'bob',
    ])
  })

  test('--by-tenant groups by host; --client filters', async () => {
    const { tenants } = (await kcLogout('sessions', '--by-tenant', '--json')).json<Estimate>()
    expect(tenants?.find(({ tenant }) => tenant === 'shop.example.test')?.clients).toEqual(['shop'])
    const { clients } = (await kcLogout('sessions', '--client', 'shop', '--json')).json<Estimate>()
    expect(clients.map(({ clientId }) => clientId)).toEqual(['shop'])
  })

  test("reads Keycloak's list of all sessions, which is slow in large realms, at most once in a small one, and changes nothing", async () => {
    const proxy = await startRecordingProxy(keycloak.url)
    try {
      const env = { ...adminEnv(keycloak, realm.name), KC_LOGOUT_SERVER: proxy.url }
      for (const flags of [[], ['--users'], ['--list'], ['--user', 'ada']])
        expect((await runCli(['sessions', ...flags], { env })).code).toBe(0)
      expect(proxy.requests.filter(({ path }) => path.includes('ui-ext')).length).toBeLessThanOrEqual(3)
      expect(proxy.changes()).toEqual([])
    } finally {
      await proxy.close()
    }
  })
})
