import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { Browser } from '../support/browser.ts'
import { certificate } from '../support/certificates.ts'
import { send } from '../support/http.ts'
import { createRealm, type TestRealm } from '../support/realm.ts'
import { type Receiver, startReceiver } from '../support/receiver.ts'
import { startRecordingProxy } from '../support/recording-proxy.ts'
import { adminEnv, runCli, runInTerminal } from '../support/run-cli.ts'
import { directGrant, isSignedIn, refresh, signIn } from '../support/sign-in.ts'

const keycloak = inject('keycloak')
let receiver: Receiver
let realm: TestRealm

beforeAll(async () => {
  receiver = await startReceiver()
  realm = await createRealm(keycloak, {
    clients: [
      { clientId: 'shop', backchannelLogoutUrl: `${receiver.url}/shop/logout` },
      { clientId: 'desk', backchannelLogoutUrl: `${receiver.url}/desk/logout`, secret: 'a secret' },
      { clientId: 'legacy', adminUrl: `${receiver.url}/legacy` },
      { clientId: 'viewer', serviceAccountRoles: ['view-users'] },
    ],
    users: ['ada', 'bob', { username: 'eve', password: 'other words' }],
  })
  await receiver.trust(realm)
})

afterAll(async () => {
  await realm?.remove()
  await receiver?.close()
})

describe('a sign-in by browser', () => {
  test('is one session at all clients that the browser visits', async () => {
    const browser = new Browser()
    const shop = await signIn(realm, { user: 'ada', client: 'shop', browser })
    const desk = await signIn(realm, { user: 'ada', client: 'desk', browser })
    expect(desk.sid).toBe(shop.sid)
    const [session, ...others] = await realm.sessionsOf('ada')
    expect(others).toEqual([])
    expect(session?.id).toBe(shop.sid)
    expect(Object.values(session?.clients ?? {}).sort()).toEqual(['desk', 'shop'])
    expect(await isSignedIn(realm, browser, 'shop')).toBe(true)
  })

  test('ends with its session: each client gets one valid logout token, browser and tokens are refused', async () => {
    const browser = new Browser()
    const shop = await signIn(realm, { user: 'bob', client: 'shop', browser })
    await signIn(realm, { user: 'bob', client: 'desk', browser })
    expect((await refresh(realm, 'shop', shop.tokens.refresh_token)).status).toBe(200)
    receiver.clear()
    await realm.delete(`/sessions/${shop.sid}`)
    await receiver.waitFor(2)
    const tokens = await receiver.logoutTokens()
    expect(tokens.map(({ aud, sid, sub }) => ({ aud, sid, sub })).sort(byAudience)).toEqual([
      { aud: 'desk', sid: shop.sid, sub: await realm.idOfUser('bob') },
      { aud: 'shop', sid: shop.sid, sub: await realm.idOfUser('bob') },
    ])
    expect(await realm.sessionsOf('bob')).toEqual([])
    expect(await isSignedIn(realm, browser, 'shop')).toBe(false)
    expect((await refresh(realm, 'shop', shop.tokens.refresh_token)).json()).toMatchObject({
      error: 'invalid_grant',
    })
  })

  test('calls the Admin URL at its end only with an adapter session', async () => {
    const adapter = await signIn(realm, { user: 'eve', client: 'legacy', adapterSession: 'app-session-1' })
    const plain = await signIn(realm, { user: 'eve', client: 'legacy' })
    receiver.clear()
    await realm.delete(`/sessions/${plain.sid}`)
    await realm.delete(`/sessions/${adapter.sid}`)
    const actions = await receiver.adminActions('/legacy/k_logout')
    expect(actions).toMatchObject([
      { action: 'LOGOUT', resource: 'legacy', adapterSessionIds: ['app-session-1'] },
    ])
    expect(receiver.requests).toHaveLength(1)
  })

  test('fails with a reason', async () => {
    await expect(
      signIn({ ...realm, passwordOf: () => 'wrong' }, { user: 'ada', client: 'shop' }),
    ).rejects.toThrow(/ada was not signed in to shop: .*nvalid/)
  })
})

test('a password grant starts a session of its own, or an offline session on request', async () => {
  const online = await directGrant(realm, { user: 'ada', client: 'desk' })
  expect((await realm.sessionsOf('ada')).map(({ id }) => id)).toContain(online.sid)
  await directGrant(realm, { user: 'ada', client: 'desk', offline: true })
  const id = await realm.idOfClient('desk')
  expect(await realm.get(`/clients/${id}/offline-session-count`)).toEqual({ count: 1 })
})

test('a service account may do only what its roles allow', async () => {
  const form = { grant_type: 'client_credentials', client_id: 'viewer', client_secret: 'secret-of-viewer' }
  const answer = await send('POST', `${realm.issuer}/protocol/openid-connect/token`, { form })
  const headers = { authorization: `Bearer ${answer.json<{ access_token: string }>().access_token}` }
  expect((await realm.request('GET', '/users', { headers })).status).toBe(200)
  expect((await realm.request('GET', '/events', { headers })).status).toBe(403)
})

describe('the test application', () => {
  test('rejects requests that Keycloak did not send', async () => {
    receiver.clear()
    const forged = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ.'
    await send('POST', `${receiver.url}/shop/logout`, { form: { logout_token: forged } })
    await send('POST', `${receiver.url}/legacy/k_logout`, {
      body: forged,
      headers: { 'content-type': 'text/plain' },
    })
    await send('GET', `${receiver.url}/shop/logout`)
    expect((await receiver.checked()).map(({ kind }) => kind)).toEqual(['wrong', 'wrong', 'wrong'])
    await expect(receiver.logoutTokens()).rejects.toThrow('3 of 3 requests')
  })

  test('rejects a token that is repeated or changed', async () => {
    const { sid } = await directGrant(realm, { user: 'bob', client: 'shop' })
    receiver.clear()
    await realm.delete(`/sessions/${sid}`)
    const [token] = await receiver.logoutTokens()
    if (!token) throw new Error('no logout token')
    const [header, payload, signature] = token.jwt.split('.')
    const changed = [header, `${payload?.slice(0, -4)}AAAA`, signature].join('.')
    for (const jwt of [token.jwt, changed])
      await send('POST', `${receiver.url}/shop/logout`, { form: { logout_token: jwt } })
    expect((await receiver.checked()).map(({ kind }) => kind)).toEqual(['logout', 'wrong', 'wrong'])
  })

  test.each([
    ['a status and a body', { status: 418, body: 'no' }, { status: 418, text: 'no' }],
    ['after a delay', { delayMs: 300 }, { status: 200, text: '' }],
    ['byte by byte', { trickleMs: 20, body: 'slow' }, { status: 200, text: 'slow' }],
  ])('answers with %s', async (_name, behaviour, expected) => {
    const other = await startReceiver()
    other.behave(behaviour, '/odd')
    expect(await send('GET', `${other.url}/odd`)).toMatchObject(expected)
    expect(await send('GET', `${other.url}/even`)).toMatchObject({ status: 200, text: '' })
    await other.close()
  })

  test.each([
    ['hangs', { hang: true }, 'no answer in time'],
    ['resets the connection', { reset: true }, 'ECONNRESET'],
  ])('%s', async (_name, behaviour, message) => {
    const other = await startReceiver()
    other.behave(behaviour)
    await expect(send('GET', other.url, { timeoutMs: 300 })).rejects.toThrow(message)
    expect(other.requests).toHaveLength(1)
    await other.close()
  })

  test('uses https with an untrusted certificate', async () => {
    const other = await startReceiver({ tls: certificate() })
    await expect(send('GET', other.url)).rejects.toThrow('self-signed certificate')
    await other.close()
  })
})

test('the recording proxy forwards everything, separates reads from changes, and can lose an answer', async () => {
  const proxy = await startRecordingProxy(keycloak.url)
  const through = { ...keycloak, url: proxy.url }
  const there = await createRealm(through, { users: ['zoe'] })
  expect(await there.sessionsOf('zoe')).toEqual([])
  expect(proxy.changes().map(({ method }) => method)).toEqual(['POST', 'POST'])
  proxy.disturb(({ method }) => (method === 'DELETE' ? { loseAnswer: true } : undefined))
  await expect(there.remove()).rejects.toThrow('ECONNRESET')
  expect(proxy.changes().at(-1)).toMatchObject({ method: 'DELETE', status: undefined })
  // It took effect anyway.
  expect((await there.request('GET', '')).status).toBe(404)
  await proxy.close()
})

describe('running the built program', () => {
  test('returns exit code, both streams and the document, without the environment of the test run', async () => {
    const { sid } = await directGrant(realm, { user: 'eve', client: 'shop' })
    const ran = await runCli(['sessions', '--user', 'eve', '--json'], { env: adminEnv(keycloak, realm.name) })
    expect(ran.code, ran.stderr).toBe(0)
    expect(JSON.stringify(ran.json())).toContain(sid)
    vi.stubEnv('KC_LOGOUT_REALM', 'another-realm')
    const without = await runCli(['sessions'], { env: adminEnv(keycloak) })
    vi.unstubAllEnvs()
    expect(without).toMatchObject({ code: 2, stdout: '' })
    expect(without.stderr).not.toContain('another-realm')
  })

  test('asks in a terminal and reads the typed answer', async () => {
    const { sid } = await directGrant(realm, { user: 'eve', client: 'shop' })
    const env = adminEnv(keycloak, realm.name)
    const session = ['user', 'eve', `--session=${sid}`]
    const no = await runInTerminal(session, { env, types: [{ when: /\(y\/N\)/, send: 'n\r' }] })
    expect(no.code, no.screen).toBe(8)
    expect((await realm.sessionsOf('eve')).map(({ id }) => id)).toContain(sid)
    const yes = await runInTerminal(session, {
      env,
      types: [{ when: /\(y\/N\)/, send: 'y\r' }],
      stdoutToFile: true,
    })
    expect(yes.code, yes.screen).toBe(0)
    expect(yes.stdout).not.toBe('')
    expect((await realm.sessionsOf('eve')).map(({ id }) => id)).not.toContain(sid)
  })

  test('in a terminal fails if a prompt to type at never shows', async () => {
    const types = [{ when: 'something that never shows', send: 'x' }]
    await expect(runInTerminal(['--version'], { types })).rejects.toThrow(
      'without showing something that never',
    )
  })
})

function byAudience(a: { aud: string }, b: { aud: string }): number {
  return a.aud < b.aud ? -1 : 1
}
