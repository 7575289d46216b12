import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import type { UserOutcome } from '../../src/commands/user/outcome.ts'
import { permit } from '../support/admin-permissions.ts'
import { createRealm, type TestRealm } from '../support/realm.ts'
import { type Receiver, startReceiver } from '../support/receiver.ts'
import { adminEnv, runCli, userEnv } from '../support/run-cli.ts'
import { directGrant, isSignedIn, signIn } from '../support/sign-in.ts'
import { factsOf } from '../support/versions.ts'

const keycloak = inject('keycloak')
const { adminPermissions, listsExpiredParts } = factsOf(keycloak.version)

const clientsIn = ({ users }: UserOutcome) =>
  Object.fromEntries(
    (users[0]?.clients ?? []).map((client) => [client.clientId, client.reason ?? client.expectation]),
  )

describe('what a plain list of sessions does not show', () => {
  let realm: TestRealm
  let receiver: Receiver

  beforeAll(async () => {
    receiver = await startReceiver()
    const brief = { 'client.session.max.lifespan': '3', 'client.offline.session.max.lifespan': '3' }
    realm = await createRealm(keycloak, {
      clients: [
        { clientId: 'brief', backchannelLogoutUrl: `${receiver.url}/brief`, attributes: brief },
        ...['shop', 'desk', 'off', 'doomed', 'short-lived'].map((clientId) => ({
          clientId,
          backchannelLogoutUrl: `${receiver.url}/${clientId}`,
        })),
      ],
      users: [
        'ada',
        'bob',
        { username: 'clerk', adminRoles: ['query-clients', 'view-realm'] },
        {
          username: 'help',
          adminRoles: ['query-users', 'view-users', 'manage-users', 'query-clients', 'view-realm'],
        },
      ],
      settings: {
        offlineSessionMaxLifespanEnabled: true,
        ...(adminPermissions ? { adminPermissionsEnabled: true } : {}),
      },
    })
    await receiver.trust(realm)
  })
  afterAll(async () => {
    await realm.remove()
    await receiver.close()
  })
  beforeEach(() => receiver.clear())

  const envOf = (username: string) => userEnv(keycloak, realm, username)
  const kcLogout = (...args: string[]) => runCli(args, { env: adminEnv(keycloak, realm.name) })

  test.runIf(listsExpiredParts)(
    'a client session that expired is named, exact, and not notified; --strict exits 3',
    async () => {
      const { browser, sid } = await signIn(realm, { user: 'ada', client: 'brief' })
      await signIn(realm, { user: 'ada', client: 'shop', browser })
      await sleep(4500)
      const planned = await kcLogout('user', 'ada', '--dry-run', '--strict', '--json')
      expect([planned.code, clientsIn(planned.json())]).toEqual([
        3,
        { brief: 'session-expired', shop: 'notified' },
      ])
      const ran = await kcLogout('user', 'ada', '--yes', '--strict', '--json')
      expect([ran.code, clientsIn(ran.json())]).toEqual([3, { brief: 'session-expired', shop: 'notified' }])
      expect((await receiver.logoutTokens('/shop')).map((token) => token.sid)).toEqual([sid])
      expect(await receiver.logoutTokens('/brief')).toEqual([])
    },
  )

  test.runIf(listsExpiredParts)('an expired offline session is named, too', async () => {
    await directGrant(realm, { user: 'bob', client: 'brief', offline: true })
    await sleep(4500)
    const ran = await kcLogout('user', 'bob', '--dry-run', '--json')
    expect(clientsIn(ran.json())).toEqual({ brief: 'session-expired' })
  })

  test("a user's consents name the same clients as asking every client for offline sessions", async () => {
    const ada = await realm.idOfUser('ada')
    for (const client of ['shop', 'off', 'brief'])
      await directGrant(realm, { user: 'ada', client, offline: true })
    await realm.put(`/clients/${await realm.idOfClient('off')}`, {
      ...(await realm.client('off')),
      enabled: false,
    })
    const clients = await realm.get<{ id: string; clientId: string }[]>('/clients')
    const asked = async () => {
      const withSessions: string[] = []
      for (const { id, clientId } of clients) {
        const found = await realm.get<unknown[]>(`/users/${ada}/offline-sessions/${id}`)
        if (found.length > 0) withSessions.push(clientId)
      }
      return withSessions.sort()
    }
    const consented = async () => {
      type Consent = { clientId: string; additionalGrants: { key: string }[] }
      const consents = await realm.get<Consent[]>(`/users/${ada}/consents`)
      return consents
        .filter(({ additionalGrants }) => additionalGrants.some(({ key }) => key === 'Offline Token'))
        .map(({ clientId }) => clientId)
        .sort()
    }
    expect(await consented()).toEqual(['brief', 'off', 'shop'])
    expect(await asked()).toEqual(await consented())
    await sleep(4500)
    expect(await asked()).toEqual(await consented())
    await kcLogout('user', 'ada', '--offline-sessions', '--yes')
    expect([await asked(), await consented()]).toEqual([[], []])
  })

  test('a session whose client was deleted is counted and listed, and `user` ends it', async () => {
    const { browser, sid } = await signIn(realm, { user: 'bob', client: 'doomed' })
    await realm.delete(`/clients/${await realm.idOfClient('doomed')}`)
    expect(await isSignedIn(realm, browser, 'shop')).toBe(true)
    const { browser: other, sid: alone } = await signIn(realm, { user: 'bob', client: 'short-lived' })
    await realm.delete(`/clients/${await realm.idOfClient('short-lived')}`)
    const { totals } = (await kcLogout('sessions', '--json')).json<{
      totals: { withoutClient: number | null }
    }>()
    expect(totals.withoutClient).toBe(listsExpiredParts ? 1 : null)
    const listed = (await kcLogout('sessions', '--list')).stdout
    expect(listed.includes(alone)).toBe(listsExpiredParts)
    expect((await kcLogout('sessions', '--user', 'bob')).stdout).toMatch(
      new RegExp(`\\(no client\\) +${alone}`),
    )
    const ran = await kcLogout('user', 'bob', '--yes', '--json')
    const ended = ran.json<UserOutcome>().users[0]?.sessions.filter((session) => session.ended) ?? []
    expect(ended.map(({ id }) => id).sort()).toEqual([sid, alone].sort())
    expect(await isSignedIn(realm, other, 'shop')).toBe(false)
  })

  test.runIf(adminPermissions)('`sessions` names the clients that the account may not view', async () => {
    const of = [await realm.idOfClient('desk')]
    await permit(realm, { to: 'clerk', type: 'Clients', of, scopes: ['view'] })
    await signIn(realm, { user: 'ada', client: 'shop' })
    const ran = await runCli(['sessions', '--json'], { env: envOf('clerk') })
    const { notVisible } = ran.json<{ notVisible: { clientId: string; active: number }[] }>()
    expect(notVisible.find(({ clientId }) => clientId === 'shop')).toMatchObject({ active: 1 })
    const text = (await runCli(['sessions'], { env: envOf('clerk') })).stdout
    expect(text).toMatch(/not visible to you: .*shop\s+\(1\)/s)
    await kcLogout('user', 'ada', '--yes')
  })

  test.runIf(adminPermissions)(
    'a client that the account may not view is notified, but the result is uncertain',
    async () => {
      const of = [await realm.idOfClient('shop')]
      await permit(realm, { to: 'help', type: 'Clients', of, scopes: ['view'] })
      const { browser, sid } = await signIn(realm, { user: 'ada', client: 'shop' })
      await signIn(realm, { user: 'ada', client: 'desk', browser })
      const ran = await runCli(['user', 'ada', '--yes', '--strict', '--json'], {
        env: envOf('help'),
      })
      expect([ran.code, clientsIn(ran.json())]).toEqual([3, { desk: 'not-visible', shop: 'notified' }])
      expect((await receiver.logoutTokens('/desk')).map((token) => token.sid)).toEqual([sid])
    },
  )

  test('a client that is changed during the run is uncertain, and the others are not', async () => {
    await directGrant(realm, { user: 'ada', client: 'desk' })
    await directGrant(realm, { user: 'ada', client: 'shop' })
    receiver.behave({ delayMs: 3000 }, '/desk')
    const running = kcLogout('user', 'ada', '--yes', '--strict', '--concurrency', '1', '--json')
    await receiver.waitFor(1, { under: '/desk' })
    const shop = await realm.client('shop')
    await realm.put(`/clients/${await realm.idOfClient('shop')}`, { ...shop, frontchannelLogout: true })
    const ran = await running
    receiver.behave({ delayMs: 0 }, '/desk')
    await realm.put(`/clients/${await realm.idOfClient('shop')}`, { ...shop, frontchannelLogout: false })
    expect([ran.code, clientsIn(ran.json())]).toMatchObject([3, { desk: 'notified', shop: 'changed' }])
  })

  test('an application that accepts no connection is uncertain; --strict exits 3', async () => {
    const gone = await startReceiver()
    await gone.close()
    await realm.addClient({ clientId: 'gone', backchannelLogoutUrl: `${gone.url}/gone` })
    await directGrant(realm, { user: 'bob', client: 'gone' })
    await directGrant(realm, { user: 'bob', client: 'desk' })
    const ran = await kcLogout('user', 'bob', '--yes', '--strict', '--json')
    expect([ran.code, clientsIn(ran.json())]).toMatchObject([3, { desk: 'notified', gone: 'no-connection' }])
  })
})
