import { createServer } from 'node:net'
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest'
import type { AllOutcome } from '../../src/commands/all/outcome.ts'
import { createRealm, type RealmSpec, type TestRealm } from '../support/realm.ts'
import { type Receiver, startReceiver } from '../support/receiver.ts'
import { startRecordingProxy } from '../support/recording-proxy.ts'
import { adminEnv, runCli, userEnv } from '../support/run-cli.ts'
import { directGrant, signIn } from '../support/sign-in.ts'
import { factsOf } from '../support/versions.ts'

const keycloak = inject('keycloak')
const facts = factsOf(keycloak.version)

let realm: TestRealm
let receiver: Receiver
beforeEach(async () => {
  receiver = await startReceiver()
})
afterEach(async () => {
  await realm.remove()
  await receiver.close()
})

async function aRealm(spec: RealmSpec): Promise<void> {
  realm = await createRealm(keycloak, spec)
  await receiver.trust(realm)
}
const kcLogout = (...args: string[]) => runCli(args, { env: adminEnv(keycloak, realm.name) })
const logoutAll = async (...args: string[]) => {
  const ran = await kcLogout('all', '--confirm', realm.name, '--json', ...args)
  return { ...ran, outcome: ran.json<AllOutcome>() }
}
const endOnlineSessions = async () => {
  for (const { id } of await realm.sessionsOf('ada')) await realm.delete(`/sessions/${id}`)
}
const userNames = (count: number) => Array.from({ length: count }, (_, i) => `user-${i}`)

/** A URL where nothing listens: a port that was free a moment ago. */
async function deadUrl(): Promise<string> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return `http://127.0.0.1:${port}/dead`
}

describe('kc-logout all, on a real Keycloak', () => {
  test('users with many sessions: every session is notified once, by one request where Keycloak does so', async () => {
    await aRealm({
      clients: [
        { clientId: 'shop', backchannelLogoutUrl: `${receiver.url}/shop` },
        { clientId: 'desk', backchannelLogoutUrl: `${receiver.url}/desk` },
      ],
      users: ['ada', 'bob', 'cleo'],
    })
    const sids: string[] = []
    for (const [user, count] of [
      ['ada', 6],
      ['bob', 5],
      ['cleo', 2],
    ] as const)
      for (let index = 0; index < count; index++)
        sids.push((await directGrant(realm, { user, client: index % 2 ? 'desk' : 'shop' })).sid)
    const byUser = facts.ownUserLogoutNotifies === 'each session'
    // One after the other, so that cleo's sessions show that the applications answer.
    const proxy = await startRecordingProxy(keycloak.url)
    const { code, outcome, stderr } = await logoutAll('--server', proxy.url, '--concurrency', '1')
    const logouts = proxy.requests.filter(({ path }) => /\/users\/[^/]+\/logout$/.test(path))
    await proxy.close()
    expect(code, stderr).toBe(0)
    expect(outcome).toMatchObject({
      steps: { client: 13, userRequests: byUser ? { users: 2, sessions: 11, reason: 'used' } : { users: 0 } },
      after: { active: 0, left: 0 },
      verdict: 'done',
    })
    expect(outcome.phases[0]).toMatchObject({ name: 'client', sessions: 13, ended: 13 })
    expect(logouts.length).toBe(byUser ? 2 : 0)
    const told = [...(await receiver.logoutTokens('/shop')), ...(await receiver.logoutTokens('/desk'))]
    expect(told.map(({ sid }) => sid).sort()).toEqual(sids.sort())
  })

  test('200 sessions of clients with a Backchannel Logout URL, an Admin URL or both: all are notified, none is left', async () => {
    await aRealm({
      clients: [
        { clientId: 'shop', backchannelLogoutUrl: `${receiver.url}/shop` },
        { clientId: 'tenant', adminUrl: `${receiver.url}/tenant` },
        {
          clientId: 'both',
          backchannelLogoutUrl: `${receiver.url}/both`,
          adminUrl: `${receiver.url}/both-admin`,
        },
      ],
      users: userNames(20),
    })
    const sids: string[] = []
    for (const user of userNames(20)) {
      // One browser session with two clients, and further sessions of each client.
      const first = await signIn(realm, { user, client: 'shop' })
      await signIn(realm, { user, client: 'both', browser: first.browser })
      sids.push(first.sid)
      for (const client of ['shop', 'shop', 'shop', 'tenant', 'tenant', 'tenant', 'both', 'both', 'both']) {
        const { sid } = await directGrant(realm, { user, client })
        if (client === 'shop') sids.push(sid)
      }
    }
    const { code, outcome, stderr } = await logoutAll()
    expect(code, stderr).toBe(0)
    expect(outcome).toMatchObject({
      act: 'all',
      before: { sessions: 200, users: 20, clients: 3 },
      endedUnnotified: 0,
      after: { active: 0, left: 0 },
      verdict: 'done',
    })
    const shop = await receiver.logoutTokens('/shop')
    expect(shop.map(({ sid }) => sid).sort()).toEqual(sids.sort())
    const actions = [
      ...(await receiver.adminActions('/tenant')),
      ...(await receiver.adminActions('/both-admin')),
    ]
    const logouts = actions.filter(({ action }) => action === 'LOGOUT')
    expect(logouts.map(({ resource }) => resource).sort()).toEqual(['both', 'tenant'])
    expect(outcome.adminUrls.map(({ reached }) => reached)).toEqual(['yes', 'yes'])
    for (const client of ['shop', 'tenant', 'both']) expect(await realm.sessionsAt(client)).toEqual([])
  })

  test('a dead Admin URL is reported as failed: exit 3', async () => {
    const dead = await deadUrl()
    await aRealm({
      clients: [
        { clientId: 'tenant', adminUrl: `${receiver.url}/tenant` },
        { clientId: 'gone', adminUrl: dead },
      ],
      users: ['ada'],
    })
    await directGrant(realm, { user: 'ada', client: 'gone' })
    const { code, outcome } = await logoutAll()
    expect(code).toBe(3)
    expect(outcome.verdict).toBe('partial')
    expect(Object.fromEntries(outcome.adminUrls.map(({ clientId, reached }) => [clientId, reached]))).toEqual(
      {
        tenant: 'yes',
        gone: 'no',
      },
    )
    expect(outcome.after.left).toBe(0)
  })

  test('an application that implements only k_logout is unconfirmed, not failed', async () => {
    await aRealm({ clients: [{ clientId: 'tenant', adminUrl: `${receiver.url}/tenant` }], users: ['ada'] })
    receiver.behave({ status: 404 }, '/tenant/k_push_not_before')
    await directGrant(realm, { user: 'ada', client: 'tenant' })
    const { code, outcome } = await logoutAll()
    expect(code).toBe(0)
    expect(outcome.adminUrls).toMatchObject([{ clientId: 'tenant', reached: 'unknown' }])
    await directGrant(realm, { user: 'ada', client: 'tenant' })
    expect((await logoutAll('--strict')).code).toBe(3)
  })

  test('users sign in during the run: sessions that end without notification are counted', async () => {
    await aRealm({
      clients: [{ clientId: 'shop', backchannelLogoutUrl: `${receiver.url}/shop` }],
      users: userNames(30),
      settings: { eventsEnabled: true },
    })
    const sids = new Set<string>()
    for (const user of userNames(30)) sids.add((await directGrant(realm, { user, client: 'shop' })).sid)
    let running = true
    const signingIn = (async () => {
      while (running)
        for (const user of userNames(30).slice(0, 5)) {
          const { sid } = await directGrant(realm, { user, client: 'shop' })
          sids.add(sid)
          if (!running) break
        }
    })()
    const { code, outcome } = await logoutAll()
    running = false
    await signingIn
    const notified = new Set((await receiver.logoutTokens('/shop')).map(({ sid }) => sid))
    const active = new Set((await realm.sessionsAt('shop')).map(({ id }) => id))
    const unnotified = [...sids].filter((sid) => !notified.has(sid) && !active.has(sid))
    expect(outcome.endedUnnotified).toBe(unnotified.length)
    expect(code).toBe(unnotified.length > 0 ? 3 : 0)
    expect(outcome.watch?.events).toBe(true)
  })

  test('a session that cannot be ended: the realm step does not run, exit 3, and a second run continues', async () => {
    await aRealm({
      clients: [{ clientId: 'shop', backchannelLogoutUrl: `${receiver.url}/shop` }],
      users: userNames(6),
    })
    const sids: string[] = []
    for (const user of userNames(6)) sids.push((await directGrant(realm, { user, client: 'shop' })).sid)
    const proxy = await startRecordingProxy(keycloak.url)
    try {
      proxy.disturb(({ method, path }) =>
        method === 'DELETE' && path.includes(`/sessions/${sids[2]}`)
          ? { status: 500, body: '{}' }
          : undefined,
      )
      const env = { ...adminEnv(keycloak, realm.name), KC_LOGOUT_SERVER: proxy.url }
      const ran = await runCli(['all', '--confirm', realm.name, '--json'], { env })
      expect(ran.code, ran.stderr).toBe(3)
      const outcome = ran.json<AllOutcome>()
      expect(outcome.realmStepSkipped).toBe('sessions-left')
      expect(outcome.phases[0]?.failed.map(({ session }) => session)).toEqual([sids[2]])
      expect(proxy.requests.some(({ path }) => path.endsWith('/logout-all'))).toBe(false)
    } finally {
      await proxy.close()
    }
    expect((await realm.sessionsAt('shop')).map(({ id }) => id)).toEqual([sids[2]])
    expect((await logoutAll()).code).toBe(0)
    expect((await receiver.logoutTokens('/shop')).map(({ sid }) => sid).sort()).toEqual(sids.sort())
  })

  test('--dry-run sends nothing but GETs and the sign-in', async () => {
    await aRealm({
      clients: [
        { clientId: 'shop', backchannelLogoutUrl: `${receiver.url}/shop` },
        { clientId: 'tenant', adminUrl: `${receiver.url}/tenant` },
      ],
      users: ['ada'],
    })
    await directGrant(realm, { user: 'ada', client: 'shop' })
    const proxy = await startRecordingProxy(keycloak.url)
    try {
      const env = { ...adminEnv(keycloak, realm.name), KC_LOGOUT_SERVER: proxy.url }
      for (const flags of [[], ['--offline-sessions'], ['--cut-off-first'], ['--client', 'shop']]) {
        const ran = await runCli(['all', '--dry-run', ...flags], { env })
        expect(ran.code, ran.stderr).toBe(0)
      }
      expect(proxy.requests.length).toBeGreaterThan(10)
      expect(proxy.changes()).toEqual([])
    } finally {
      await proxy.close()
    }
    expect(receiver.requests).toEqual([])
    expect(await realm.sessionsOf('ada')).toHaveLength(1)
  })

  test('yes | kc-logout all: exit 8, nothing ended; a --confirm that is not the realm: exit 8', async () => {
    await aRealm({ clients: [{ clientId: 'shop' }], users: ['ada'] })
    await directGrant(realm, { user: 'ada', client: 'shop' })
    const env = adminEnv(keycloak, realm.name)
    expect((await runCli(['all'], { env, stdin: 'y\n'.repeat(1000) })).code).toBe(8)
    expect((await kcLogout('all', '--confirm', `${realm.name}x`)).code).toBe(8)
    expect(await realm.sessionsOf('ada')).toHaveLength(1)
  })

  test('--client and --exclude-user: only these sessions end, and no realm step', async () => {
    await aRealm({
      clients: [
        { clientId: 'shop', backchannelLogoutUrl: `${receiver.url}/shop` },
        { clientId: 'tenant', adminUrl: `${receiver.url}/tenant` },
      ],
      users: ['ada', 'bob'],
    })
    for (const user of ['ada', 'bob'])
      for (const client of ['shop', 'tenant']) await directGrant(realm, { user, client })
    expect((await logoutAll('--client', 'shop')).code).toBe(0)
    expect(await realm.sessionsAt('shop')).toEqual([])
    expect(await realm.sessionsAt('tenant')).toHaveLength(2)
    expect((await logoutAll('--exclude-user', 'ada')).code).toBe(0)
    expect((await realm.sessionsAt('tenant')).map(({ username }) => username)).toEqual(['ada'])
    expect(await receiver.adminActions('/tenant')).toEqual([])
  })

  test(`offline sessions: kept with --keep-offline-sessions, ${facts.endsOfflineSession ? 'notified' : 'refused'} with --offline-sessions, otherwise ${facts.realmLogoutDeletesOffline ? 'deleted' : 'unusable'} and counted`, async () => {
    await aRealm({
      clients: [{ clientId: 'shop', backchannelLogoutUrl: `${receiver.url}/shop` }],
      users: ['ada'],
    })
    const uuid = await realm.idOfClient('shop')
    const offline = async () => (await realm.get<unknown[]>(`/clients/${uuid}/offline-sessions`)).length
    await directGrant(realm, { user: 'ada', client: 'shop', offline: true })
    expect((await logoutAll('--keep-offline-sessions')).code).toBe(0)
    expect(await offline()).toBe(1)
    receiver.clear()
    const notified = await logoutAll('--offline-sessions')
    if (facts.endsOfflineSession) {
      expect(notified.code, notified.stderr).toBe(0)
      expect(await offline()).toBe(0)
      expect(await receiver.logoutTokens('/shop')).toHaveLength(1)
      await directGrant(realm, { user: 'ada', client: 'shop', offline: true })
    } else {
      expect(notified.code).toBe(2)
      expect(notified.stdout).toContain(
        `Keycloak ${keycloak.version} cannot end an offline session by itself`,
      )
      expect(await offline()).toBe(1)
    }
    // Some versions also create an online session with the same id: its client would be notified of that.
    if (facts.offlineSignInIsOnlineToo) await endOnlineSessions()
    const unnotified = await logoutAll()
    expect(unnotified.outcome.endedUnnotified).toBe(1)
    expect(unnotified.code).toBe(3)
    expect(await offline()).toBe(facts.realmLogoutDeletesOffline ? 0 : 1)
    expect(unnotified.outcome.after.offline).toBe(facts.realmLogoutDeletesOffline ? 0 : 1)
  })

  test('${application.session.host} in an Admin URL: refused before any change, --no-realm-step works', async () => {
    await aRealm({
      clients: [
        { clientId: 'shop', backchannelLogoutUrl: `${receiver.url}/shop` },
        { clientId: 'template', adminUrl: 'https://${application.session.host}/admin' },
      ],
      users: ['ada'],
    })
    await directGrant(realm, { user: 'ada', client: 'shop' })
    const refused = await kcLogout('all', '--confirm', realm.name)
    expect(refused.code).toBe(2)
    expect(refused.stderr).toContain('template')
    expect(await realm.sessionsOf('ada')).toHaveLength(1)
    expect((await logoutAll('--no-realm-step')).code).toBe(0)
    expect(await realm.sessionsOf('ada')).toEqual([])
  })

  test("--realm-step-only is Keycloak's own Logout all: no backchannel call, and that is counted", async () => {
    await aRealm({
      clients: [{ clientId: 'shop', backchannelLogoutUrl: `${receiver.url}/shop` }],
      users: ['ada'],
    })
    await directGrant(realm, { user: 'ada', client: 'shop' })
    const { code, outcome } = await logoutAll('--realm-step-only')
    expect(code).toBe(3)
    expect(outcome.endedUnnotified).toBe(1)
    expect(await receiver.logoutTokens('/shop')).toEqual([])
    expect(await realm.sessionsOf('ada')).toEqual([])
  })

  test('signed in to the target realm: our own session ends last, and that is no failure', async () => {
    await aRealm({
      clients: [{ clientId: 'shop', backchannelLogoutUrl: `${receiver.url}/shop` }],
      users: ['ada', { username: 'root', adminRoles: ['realm-admin'] }],
    })
    await directGrant(realm, { user: 'ada', client: 'shop' })
    const ran = await runCli(['all', '--confirm', realm.name, '--json'], {
      env: userEnv(keycloak, realm, 'root'),
    })
    expect(ran.code, ran.stderr).toBe(0)
    expect(ran.json<AllOutcome>()).toMatchObject({ verdict: 'done', endedUnnotified: 0 })
    expect(await realm.sessionsOf('ada')).toEqual([])
    expect(await receiver.logoutTokens('/shop')).toHaveLength(1)
  })
})
