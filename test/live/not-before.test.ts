import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { send } from '../support/http.ts'
import { createRealm, type TestRealm } from '../support/realm.ts'
import { type Receiver, startReceiver } from '../support/receiver.ts'
import { adminEnv, runCli, userEnv } from '../support/run-cli.ts'
import { directGrant, refresh, signIn } from '../support/sign-in.ts'
import { accepted, introspecting, nextSecond } from '../support/stale.ts'

const keycloak = inject('keycloak')
const EVERYTHING = { browser: true, refresh: true, userinfo: true, introspection: true }
const NOTHING = { browser: false, refresh: false, userinfo: false, introspection: false }

let realm: TestRealm
let receiver: Receiver
beforeAll(async () => {
  receiver = await startReceiver()
  realm = await createRealm(keycloak, {
    clients: [
      { ...introspecting('shop'), adminUrl: `${receiver.url}/shop`, frontchannelLogout: true },
      { ...introspecting('desk'), adminUrl: 'http://127.0.0.1:9/desk' },
    ],
    users: ['ada', 'bob', { username: 'boss', adminRoles: ['manage-realm', 'view-clients'] }],
    settings: { adminEventsEnabled: true, adminEventsDetailsEnabled: true, displayName: 'Our customers' },
  })
  await receiver.trust(realm)
})
afterAll(async () => {
  await realm.remove()
  await receiver.close()
})

interface Document {
  readonly verdict: string
  readonly levels: readonly { level: string; decides: boolean; setBy: object | null }[]
  readonly push?: readonly object[]
  readonly change: { to: string | null }
  readonly error?: { code: string; message: string; hint: string }
}
const run = (...argv: string[]) =>
  runCli(['not-before', ...argv, '--json'], { env: adminEnv(keycloak, realm.name) })
async function done(...argv: string[]): Promise<Document> {
  const ran = await run(...argv, '--yes')
  expect(ran.code, ran.stderr + ran.stdout).toBe(0)
  await nextSecond()
  return ran.json()
}
const adaAtShop = async () => {
  const signedIn = await signIn(realm, { user: 'ada', client: 'shop' })
  await nextSecond()
  return signedIn
}
const takes = (one: Awaited<ReturnType<typeof signIn>>) => accepted(realm, one)

describe('a not-before makes stale', () => {
  test('of the realm: everything, and permanently a browser that was used; sessions stay listed', async () => {
    expect(await takes(await adaAtShop())).toEqual(EVERYTHING)
    const tried = await adaAtShop()
    const untried = await adaAtShop()
    await done('set')
    expect(await takes(tried)).toEqual(NOTHING)
    expect((await realm.sessionsOf('ada')).map(({ id }) => id)).toEqual(
      expect.arrayContaining([tried.sid, untried.sid]),
    )
    expect(await takes(await adaAtShop())).toEqual(EVERYTHING)
    expect(await done('clear')).toMatchObject({ verdict: 'changed', change: { to: null } })
    // Keycloak deleted the cookie when the browser was used.
    expect(await takes(tried)).toEqual({ ...EVERYTHING, browser: false })
    expect(await takes(untried)).toEqual(EVERYTHING)
  })

  test('of a client: its tokens, not the browser and not the tokens of other clients', async () => {
    const shop = await adaAtShop()
    const desk = await signIn(realm, { user: 'ada', client: 'desk', browser: shop.browser })
    await nextSecond()
    await done('set', '--client', 'shop')
    expect(await takes(shop)).toEqual({ ...NOTHING, browser: true })
    expect(await takes(desk)).toEqual(EVERYTHING)
    await done('clear', '--client', 'shop')
    expect(await takes(shop)).toEqual(EVERYTHING)
  })

  test('of a user: offline tokens that a logout leaves; it cannot be set or cleared by itself', async () => {
    const { tokens } = await directGrant(realm, { user: 'bob', client: 'shop', offline: true })
    await nextSecond()
    const path = `/users/${await realm.idOfUser('bob')}`
    await realm.post(`${path}/logout`)
    expect((await refresh(realm, 'shop', tokens.refresh_token)).text).toContain('Stale token')
    // Why `clear --user` is refused: Keycloak responds 204 and changes nothing.
    const bob = await realm.get<{ notBefore: number }>(path)
    expect(bob.notBefore).toBeGreaterThan(1_700_000_000)
    for (const body of [{ notBefore: 0 }, { ...bob, notBefore: 0 }]) await realm.put(path, body)
    expect((await realm.get<typeof bob>(path)).notBefore).toBe(bob.notBefore)
    for (const act of ['set', 'clear']) {
      const refused = await run(act, '--user', 'bob', '--yes')
      expect([refused.code, refused.json<Document>().error?.code]).toEqual([2, 'not-for-users'])
    }
    const shown = await run('show', '--client', 'shop', '--user', 'bob')
    expect(shown.json<Document>().levels).toMatchObject([
      { level: 'realm', decides: false },
      { level: 'client', decides: false },
      { level: 'user', decides: true, setBy: { how: 'logout' } },
    ])
  })
})

describe('set and clear change nothing else', () => {
  test('of the realm', async () => {
    const before = await realm.get('')
    await done('set', '--at', '2026-01-31T08:00:00Z')
    expect(await realm.get('')).toEqual({ ...(before as object), notBefore: 1_769_846_400 })
    await done('clear')
    expect(await realm.get('')).toEqual(before)
  })

  test('of the client, its front channel and its secret included', async () => {
    const before = await realm.client('shop')
    await done('set', '--client', 'shop', '--at', '2026-01-31T08:00:00Z')
    expect(await realm.client('shop')).toEqual({ ...before, notBefore: 1_769_846_400 })
    await done('clear', '--client', 'shop')
    expect(await realm.client('shop')).toEqual(before)
  })

  test('and a second run stores no event', async () => {
    await done('set', '--at', '2026-01-31')
    const events = () =>
      realm.get<object[]>('/admin-events?resourceTypes=REALM&operationTypes=UPDATE&max=1000')
    const before = await events()
    expect((await done('set', '--at', '2026-01-31')).verdict).toBe('unchanged')
    expect(await events()).toEqual(before)
    await done('clear')
    expect((await done('clear')).verdict).toBe('unchanged')
  })
})

describe('--push', () => {
  test('of a client calls its Admin URL', async () => {
    const said = await done('set', '--client', 'shop', '--push')
    expect(said.push).toEqual([{ url: `${receiver.url}/shop`, delivery: 'confirmed' }])
    expect(await receiver.adminActions('/shop')).toMatchObject([
      { action: 'PUSH_NOT_BEFORE', notBefore: Date.parse(said.change.to ?? '') / 1000 },
    ])
    await done('clear', '--client', 'shop')
  })

  test('of the realm reports Admin URLs that failed, exits with 3, and sets the not-before', async () => {
    const ran = await run('set', '--push', '--yes')
    const said = ran.json<Document>()
    expect([ran.code, said.verdict]).toEqual([3, 'partial'])
    expect(said.push).toEqual([
      { url: 'http://127.0.0.1:9/desk', delivery: 'failed' },
      { url: `${receiver.url}/shop`, delivery: 'confirmed' },
    ])
    expect((await realm.get<{ notBefore: number }>('')).notBefore).toBeGreaterThan(1_769_846_400)
    await done('clear')
  })
})

describe('an administrator of the realm itself', () => {
  const env = () => userEnv(keycloak, realm, 'boss')

  test('reads that the own sign-in becomes stale, and can clear the not-before', async () => {
    const set = await runCli(['not-before', 'set', '--yes'], { env: env() })
    expect([set.code, set.stderr]).toEqual([0, expect.stringContaining('You are signed in to this realm')])
    const clear = await runCli(['not-before', 'clear', '--yes', '--json'], { env: env() })
    expect([clear.code, clear.json<Document>().verdict]).toEqual([0, 'changed'])
  })

  test('cannot set a time in the future, because it could not be cleared', async () => {
    const at = new Date(Date.now() + 60_000).toISOString()
    const ran = await runCli(['not-before', 'set', '--at', at, '--yes', '--json'], { env: env() })
    expect([ran.code, ran.json<Document>().error?.code]).toEqual([2, 'in-future'])
    expect((await realm.get<{ notBefore: number }>('')).notBefore).toBe(0)
    // The reason: tokens of a new sign-in are rejected, too.
    await realm.put('', { notBefore: Math.floor(Date.now() / 1000) + 5 })
    const { tokens } = await directGrant(realm, { user: 'ada', client: 'shop' })
    const userinfo = await send('GET', `${realm.issuer}/protocol/openid-connect/userinfo`, {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    })
    expect(userinfo.status).toBe(401)
    const locked = await runCli(['not-before', 'clear', '--yes'], { env: env() })
    expect([locked.code, locked.stderr]).toEqual([4, expect.any(String)])
    const shown = await runCli(['not-before', 'show'], { env: adminEnv(keycloak, realm.name) })
    expect(shown.stdout).toContain(`realm ${realm.name} is in the future`)
    await done('clear')
  })
})
