import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest'
import type { AllOutcome } from '../../src/commands/all/outcome.ts'
import { permit } from '../support/admin-permissions.ts'
import { brokerSignIn, connectUpstream } from '../support/claims/broker.ts'
import { createRealm, eachOf, type RealmSpec, type TestRealm } from '../support/realm.ts'
import { type Receiver, startReceiver } from '../support/receiver.ts'
import { type RecordingProxy, startRecordingProxy } from '../support/recording-proxy.ts'
import { adminEnv, runCli, userEnv } from '../support/run-cli.ts'
import { directGrant, isSignedIn, signIn } from '../support/sign-in.ts'
import { factsOf } from '../support/versions.ts'

const keycloak = inject('keycloak')
const { listsExpiredParts, adminPermissions } = factsOf(keycloak.version)

let realm: TestRealm
let receiver: Receiver
beforeEach(async () => {
  receiver = await startReceiver()
})
afterEach(async () => {
  await realm.remove()
  await receiver.close()
})

const backchannel = (clientId: string, attributes: Record<string, string> = {}) => ({
  clientId,
  backchannelLogoutUrl: `${receiver.url}/${clientId}`,
  attributes,
})
async function aRealm(spec: RealmSpec): Promise<void> {
  realm = await createRealm(keycloak, spec)
  await receiver.trust(realm)
}
const logoutAll = (...args: string[]) => logoutAllAt(keycloak.url, ...args)
const logoutAllAt = async (server: string, ...args: string[]) => {
  const ran = await runCli(['all', '--confirm', realm.name, '--json', ...args], {
    env: { ...adminEnv(keycloak, realm.name), KC_LOGOUT_SERVER: server },
  })
  return { ...ran, outcome: ran.json<AllOutcome>() }
}
/** A session of each of these users, at one client. */
const signInEach = (users: readonly string[], client: string) =>
  eachOf(users, 4, async (user) => (await directGrant(realm, { user, client })).sid)
const manyUsers = Array.from({ length: 12 }, (_, index) => `user-${index}`)
const claimsOf = ({ clients }: AllOutcome) =>
  Object.fromEntries(
    clients.map(({ clientId, expectation, reason, notifications: { expected } }) => [
      clientId,
      [reason ?? expectation, expected.min, expected.max],
    ]),
  )
const calls = async (clientId: string) => (await receiver.logoutTokens(`/${clientId}`)).length

describe('what Keycloak lists by client and does not notify', () => {
  test.runIf(listsExpiredParts)('an expired client session: read before the session ends', async () => {
    await aRealm({
      clients: [backchannel('brief', { 'client.session.max.lifespan': '3' }), backchannel('shop')],
      users: ['ada', 'bob'],
    })
    const { browser } = await signIn(realm, { user: 'ada', client: 'brief' })
    await signIn(realm, { user: 'ada', client: 'shop', browser })
    await directGrant(realm, { user: 'bob', client: 'shop' })
    await sleep(4500)
    const { code, outcome } = await logoutAll('--strict')
    expect(claimsOf(outcome)).toEqual({ brief: ['session-expired', 0, 0], shop: ['notified', 2, 2] })
    expect([await calls('brief'), await calls('shop')]).toEqual([0, 2])
    expect(code).toBe(3)
  })

  test.runIf(listsExpiredParts)('an expired offline client session', async () => {
    await aRealm({
      clients: [backchannel('brief', { 'client.offline.session.max.lifespan': '3' }), backchannel('shop')],
      users: ['ada'],
      settings: { offlineSessionMaxLifespanEnabled: true },
    })
    for (const client of ['brief', 'shop']) await directGrant(realm, { user: 'ada', client, offline: true })
    for (const { id } of await realm.sessionsOf('ada')) await realm.delete(`/sessions/${id}`)
    receiver.clear()
    await sleep(4500)
    const { outcome } = await logoutAll('--offline-sessions')
    expect(claimsOf(outcome)).toEqual({ brief: ['session-expired', 0, 0], shop: ['notified', 1, 1] })
    expect([await calls('brief'), await calls('shop')]).toEqual([0, 1])
  })
})

describe('sessions in which no client takes part', () => {
  test('of a deleted client: the realm step ends them, and the browser has to sign in again', async () => {
    await aRealm({ clients: [backchannel('shop'), backchannel('doomed')], users: ['ada', 'bob'] })
    const { browser } = await signIn(realm, { user: 'ada', client: 'doomed' })
    await directGrant(realm, { user: 'bob', client: 'shop' })
    await realm.delete(`/clients/${await realm.idOfClient('doomed')}`)
    expect(await isSignedIn(realm, browser, 'shop')).toBe(true)
    const { browser: other } = await signIn(realm, { user: 'ada', client: 'shop' })
    const { code, outcome } = await logoutAll()
    expect([code, outcome.verdict, outcome.after.left]).toEqual([0, 'done', 0])
    for (const one of [browser, other]) expect(await isSignedIn(realm, one, 'shop')).toBe(false)
    expect(await realm.sessionsOf('ada')).toEqual([])
  })

  test.runIf(listsExpiredParts)(
    'of a deleted client, without a realm step: counted, and ended one by one',
    async () => {
      await aRealm({ clients: [backchannel('shop'), backchannel('doomed')], users: ['ada', 'bob'] })
      const { browser } = await signIn(realm, { user: 'ada', client: 'doomed' })
      await realm.delete(`/clients/${await realm.idOfClient('doomed')}`)
      const { code, outcome } = await logoutAll('--no-realm-step')
      expect(outcome).toMatchObject({
        before: { sessions: 1, users: 1 },
        withoutClient: { before: 1, left: 0 },
        phases: [{ name: 'client', ended: 1 }],
        verdict: 'done',
      })
      expect([code, await isSignedIn(realm, browser, 'shop')]).toEqual([0, false])
    },
  )
})

describe.runIf(adminPermissions)('an account that may view one client', () => {
  const asClerk = (...args: string[]) =>
    runCli(['all', '--confirm', realm.name, '--json', ...args], {
      env: userEnv(keycloak, realm, 'clerk'),
    })
  beforeEach(async () => {
    await aRealm({
      clients: [backchannel('shop'), backchannel('hidden')],
      users: [
        'ada',
        'bob',
        { username: 'clerk', adminRoles: ['query-clients', 'view-realm', 'manage-users', 'view-users'] },
      ],
      settings: { adminPermissionsEnabled: true },
    })
    const of = [await realm.idOfClient('shop')]
    await permit(realm, { to: 'clerk', type: 'Clients', of, scopes: ['view'] })
    await directGrant(realm, { user: 'ada', client: 'shop' })
    await directGrant(realm, { user: 'bob', client: 'hidden' })
  })

  test('ends what it sees; the others stay and are named, exit 3', async () => {
    const ran = await asClerk()
    const outcome = ran.json<AllOutcome>()
    expect([ran.code, outcome.realmStepSkipped, outcome.verdict]).toEqual([3, 'not-visible', 'partial'])
    expect(outcome.notVisible?.map(({ clientId, active }) => [clientId, active])).toContainEqual([
      'hidden',
      1,
    ])
    expect([await calls('shop'), await calls('hidden')]).toEqual([1, 0])
    expect(await realm.sessionsOf('bob')).toHaveLength(1)
  })

  test('with --force-realm-step they end, and nobody claims a notification', async () => {
    const ran = await asClerk('--force-realm-step')
    const outcome = ran.json<AllOutcome>()
    expect([ran.code, outcome.endedUnnotified]).toEqual([3, null])
    expect(claimsOf(outcome).hidden).toEqual(['not-visible', 0, 1])
    expect([await calls('hidden'), await realm.sessionsOf('bob')]).toEqual([0, []])
  })
})

describe('what changes during the run', () => {
  let proxy: RecordingProxy
  beforeEach(async () => {
    proxy = await startRecordingProxy(keycloak.url)
    await aRealm({ clients: [backchannel('shop'), backchannel('other')], users: manyUsers })
    await signInEach(manyUsers, 'shop')
  })
  afterEach(() => proxy.close())
  /** Does something right before the fifth session is ended. */
  const atTheFifth = (happen: () => Promise<unknown>) => {
    let ends = 0
    proxy.disturb(async ({ method, path }) => {
      if (method === 'DELETE' && path.includes('/sessions/') && ++ends === 5) await happen()
      return undefined
    })
  }
  const change = async (to: Record<string, unknown>) =>
    realm.put(`/clients/${await realm.idOfClient('shop')}`, { ...(await realm.client('shop')), ...to })
  const run = (...args: string[]) => logoutAllAt(proxy.url, '--concurrency', '1', ...args)

  test.each([
    ['disabled', () => change({ enabled: false }), 4],
    ['front channel switched on', () => change({ frontchannelLogout: true }), 4],
    ['deleted', async () => realm.delete(`/clients/${await realm.idOfClient('shop')}`), 4],
    ['another URL', () => change({ attributes: { 'backchannel.logout.url': `${receiver.url}/new` } }), 4],
  ] as const)('the client: %s: uncertain, at most as many calls as sessions', async (_, happen, before) => {
    atTheFifth(happen)
    const { code, outcome } = await run('--strict')
    expect(claimsOf(outcome).shop).toEqual(['changed', 0, 12])
    expect([code, await calls('shop')]).toEqual([3, before])
  })

  test('a new client with a session: no realm step, its session stays, exit 3', async () => {
    atTheFifth(async () => {
      await realm.addClient(backchannel('fresh'))
      await directGrant(realm, { user: 'user-0', client: 'fresh' })
    })
    const { code, outcome } = await run()
    expect([code, outcome.realmStepSkipped]).toEqual([3, 'not-visible'])
    expect(outcome.notVisible).toMatchObject([{ clientId: 'fresh', active: 1 }])
    expect([await realm.sessionsAt('fresh'), await calls('fresh')]).toMatchObject([[{}], 0])
  })

  test('a second run ends the same sessions: each counts what Keycloak confirmed to it', async () => {
    const runs = await Promise.all([1, 2].map(() => logoutAllAt(proxy.url, '--concurrency', '2')))
    const ended = runs
      .flatMap(({ outcome }) => outcome.phases.filter(({ name }) => name === 'client'))
      .reduce((sum, phase) => sum + phase.ended, 0)
    const confirmed = proxy.changes().filter(({ method, status }) => method === 'DELETE' && status === 204)
    // Rarely, at the same moment, Keycloak confirms one session to both, and calls its client once.
    const twice = confirmed.length - new Set(confirmed.map(({ path }) => path)).size
    const [least, most] = [1, 2].map((bound) =>
      runs.reduce((sum, { outcome }) => sum + Number(claimsOf(outcome).shop?.[bound] ?? 0), 0),
    )
    const came = await calls('shop')
    expect(ended).toBe(confirmed.length)
    expect([Number(least) - twice <= came, came <= Number(most)]).toEqual([true, true])
    expect(runs.map(({ outcome }) => outcome.after.left)).toEqual([0, 0])
  })

  test('a client whose sessions cannot be listed is named, the others end, and no realm step runs unasked', async () => {
    await directGrant(realm, { user: 'user-1', client: 'other' })
    const other = await realm.idOfClient('other')
    proxy.disturb(({ method, path }) =>
      method === 'GET' && path.includes(`/clients/${other}/user-sessions`)
        ? { status: 400, body: '{"error":"Cannot parse the JSON"}' }
        : undefined,
    )
    const { code, outcome } = await run()
    expect([code, outcome.unread, outcome.realmStepSkipped]).toEqual([3, ['other'], 'unread'])
    expect([await calls('shop'), await calls('other')]).toEqual([12, 0])
    expect((await run('--realm-step-only')).outcome.phases).toMatchObject([{ name: 'realm', call: 'done' }])
    expect(await realm.sessionsAt('other')).toEqual([])
  })
})

test('a receiver whose port is closed: uncertain, and --strict exits 3', async () => {
  const dead = await startReceiver()
  await dead.close()
  const gone = { clientId: 'gone', backchannelLogoutUrl: `${dead.url}/gone` }
  await aRealm({ clients: [backchannel('shop'), gone], users: ['ada'] })
  for (const client of ['shop', 'gone']) await directGrant(realm, { user: 'ada', client })
  const { code, outcome } = await logoutAll('--strict')
  expect(claimsOf(outcome)).toEqual({ gone: ['no-connection', 0, 1], shop: ['notified', 1, 1] })
  expect(code).toBe(3)
})

test.each([true, false])(
  'users of an identity provider whose sessions end there, too: %s',
  async (endsThere) => {
    await aRealm({ clients: [backchannel('shop')], users: [] })
    const upstream = await connectUpstream(realm, keycloak, { endsThere })
    try {
      const browser = await brokerSignIn(realm, 'shop')
      const plan = await logoutAll('--dry-run')
      expect(plan.outcome.identityProviders).toEqual([{ alias: 'corp', endsSession: endsThere }])
      const { code, outcome } = await logoutAll()
      expect([code, outcome.identityProviders]).toEqual([0, [{ alias: 'corp', endsSession: endsThere }]])
      expect(await upstream.realm.sessionsOf('uma')).toHaveLength(endsThere ? 0 : 1)
      expect(await calls('shop')).toBe(1)
      // Where it lives on, the user comes back without a password.
      const back = await brokerSignIn(realm, 'shop', browser).then(
        () => 'with a password',
        () => 'without one',
      )
      expect(back).toBe(endsThere ? 'with a password' : 'without one')
    } finally {
      await upstream.realm.remove()
    }
  },
)
