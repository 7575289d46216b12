import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest'
import type { UserOutcome } from '../../src/commands/user/outcome.ts'
import { createRealm, type TestRealm } from '../support/realm.ts'
import { type Receiver, startReceiver } from '../support/receiver.ts'
import { adminEnv, runCli } from '../support/run-cli.ts'
import { isSignedIn, refresh, signIn } from '../support/sign-in.ts'
import { factsOf } from '../support/versions.ts'

const keycloak = inject('keycloak')
const { endsOfflineSession } = factsOf(keycloak.version)

describe('kc-logout user, on a real Keycloak', () => {
  let realm: TestRealm
  let receiver: Receiver

  beforeAll(async () => {
    receiver = await startReceiver()
    realm = await createRealm(keycloak, {
      clients: [
        { clientId: 'shop', backchannelLogoutUrl: `${receiver.url}/shop` },
        { clientId: 'other', backchannelLogoutUrl: `${receiver.url}/other` },
        { clientId: 'silent' },
        { clientId: 'front', backchannelLogoutUrl: `${receiver.url}/front`, frontchannelLogout: true },
        { clientId: 'adapter', adminUrl: `${receiver.url}/adapter` },
      ],
      users: ['ada', 'bob', 'cleo', { username: 'bob@example.test', email: 'impostor@example.test' }],
      // Otherwise Keycloak refuses a username that is another user's e-mail address, as older realms have.
      settings: { loginWithEmailAllowed: false },
    })
    await receiver.trust(realm)
  })
  afterEach(() => {
    receiver.behave({})
    receiver.clear()
  })
  afterAll(async () => {
    await realm.remove()
    await receiver.close()
  })

  const kcLogout = (...args: string[]) => runCli(args, { env: adminEnv(keycloak, realm.name) })

  test('three sessions at one client: three valid logout tokens, each with its own sid, and no session is left', async () => {
    const signedIn = [1, 2, 3].map(() => signIn(realm, { user: 'ada', client: 'shop' }))
    const sids = (await Promise.all(signedIn)).map(({ sid }) => sid)
    const ran = await kcLogout('user', 'ada', '--yes', '--json')
    expect(ran.code, ran.stderr).toBe(0)
    const tokens = await receiver.logoutTokens('/shop')
    expect(tokens.map(({ sid }) => sid).sort()).toEqual(sids.sort())
    expect(tokens.every(({ aud }) => aud === 'shop')).toBe(true)
    expect(await realm.sessionsOf('ada')).toEqual([])
    const outcome = ran.json<UserOutcome>()
    expect(outcome).toMatchObject({ act: 'user', realm: realm.name, dryRun: false, verdict: 'done' })
    expect(outcome.users[0]).toMatchObject({ username: 'ada', sessionsLeft: 0, startedAfter: 0 })
    expect(outcome.users[0]?.clients).toMatchObject([
      { clientId: 'shop', channel: 'backchannel', expectation: 'notified', delivery: 'unconfirmed' },
    ])
  })

  test('a browser has to sign in again, and its refresh token is refused', async () => {
    const { browser, tokens } = await signIn(realm, { user: 'ada', client: 'shop' })
    expect(await isSignedIn(realm, browser, 'shop')).toBe(true)
    expect((await kcLogout('user', 'ada', '--yes')).code).toBe(0)
    expect(await isSignedIn(realm, browser, 'shop')).toBe(false)
    expect((await refresh(realm, 'shop', tokens.refresh_token)).status).toBe(400)
  })

  test('shows for each client of a session whether it is notified, as Keycloak does', async () => {
    const { browser } = await signIn(realm, { user: 'ada', client: 'shop' })
    for (const client of ['other', 'silent', 'front']) await signIn(realm, { user: 'ada', client, browser })
    await signIn(realm, { user: 'ada', client: 'adapter', browser, adapterSession: 'app-session-1' })
    const ran = await kcLogout('user', 'ada', '--yes', '--json')
    const shown = Object.fromEntries(
      (ran.json<UserOutcome>().users[0]?.clients ?? []).map((client) => [
        client.clientId,
        client.reason ?? client.expectation,
      ]),
    )
    expect(shown).toEqual({
      shop: 'notified',
      other: 'notified',
      silent: 'no-url',
      front: 'front-channel',
      adapter: 'no-adapter-session',
    })
    expect(await receiver.logoutTokens('/shop')).toHaveLength(1)
    expect(await receiver.logoutTokens('/other')).toHaveLength(1)
    expect(await receiver.logoutTokens('/front')).toHaveLength(0)
  })

  test('--strict exits 3 for a client that is not notified, unless it is in --accept-unnotified', async () => {
    await signIn(realm, { user: 'ada', client: 'silent' })
    expect((await kcLogout('user', 'ada', '--yes', '--strict')).code).toBe(3)
    await signIn(realm, { user: 'ada', client: 'silent' })
    expect((await kcLogout('user', 'ada', '--yes', '--strict', '--accept-unnotified', 'silent')).code).toBe(0)
  })

  test('--session ends only that session', async () => {
    const one = await signIn(realm, { user: 'ada', client: 'shop' })
    const two = await signIn(realm, { user: 'ada', client: 'shop' })
    const ran = await kcLogout('user', 'ada', `--session=${one.sid}`, '--yes')
    expect(ran.code, ran.stderr).toBe(0)
    expect((await realm.sessionsOf('ada')).map(({ id }) => id)).toEqual([two.sid])
    expect(await isSignedIn(realm, two.browser, 'shop')).toBe(true)
    await kcLogout('user', 'ada', '--yes')
  })

  test('--client ends only sessions that involve it, and names the other clients of these sessions', async () => {
    const mixed = await signIn(realm, { user: 'ada', client: 'shop' })
    await signIn(realm, { user: 'ada', client: 'other', browser: mixed.browser })
    const alone = await signIn(realm, { user: 'ada', client: 'other' })
    const ran = await kcLogout('user', 'ada', '--client', 'shop', '--yes', '--json')
    expect(ran.code, ran.stderr).toBe(0)
    expect((await realm.sessionsOf('ada')).map(({ id }) => id)).toEqual([alone.sid])
    const clients = ran.json<UserOutcome>().users[0]?.clients
    expect(clients?.filter(({ alongside }) => alongside).map(({ clientId }) => clientId)).toEqual(['other'])
    await kcLogout('user', 'ada', '--yes')
  })

  test(`offline sessions: unusable by default, usable with --keep-offline-sessions, ${endsOfflineSession ? 'notified and ended' : 'refused'} with --offline-sessions`, async () => {
    const offline = () => signIn(realm, { user: 'ada', client: 'shop', offline: true })
    const use = async ({ tokens }: { tokens: { refresh_token: string } }) =>
      (await refresh(realm, 'shop', tokens.refresh_token)).status

    const kept = await offline()
    expect((await kcLogout('user', 'ada', '--yes', '--keep-offline-sessions')).code).toBe(0)
    expect(await use(kept)).toBe(200)

    receiver.clear()
    const ended = await kcLogout('user', 'ada', '--yes', '--offline-sessions')
    const notified = (await receiver.logoutTokens('/shop')).map(({ sid }) => sid)
    if (endsOfflineSession) {
      expect(ended.code, ended.stderr).toBe(0)
      expect(await use(kept)).toBe(400)
      expect(notified).toContain(kept.sid)
    } else {
      // It would end an online session with the same id instead: refused before anything is changed.
      expect(ended.code).toBe(2)
      expect(ended.stderr).toContain(`Keycloak ${keycloak.version} cannot end a single offline session`)
      expect(await use(kept)).toBe(200)
      expect(notified).toEqual([])
    }

    const stale = await offline()
    // Keycloak compares whole seconds: a token of the same second would stay valid.
    await new Promise((resolve) => setTimeout(resolve, 1100))
    expect((await kcLogout('user', 'ada', '--yes')).code).toBe(0)
    expect(await use(stale)).toBe(400)
  })

  test('no sessions: nothing to do, exit 0', async () => {
    const ran = await kcLogout('user', 'cleo', '--yes', '--json')
    expect(ran.code).toBe(0)
    expect(ran.json()).toMatchObject({ verdict: 'nothing-to-do' })
  })

  test('an unknown name in a list: nothing is changed', async () => {
    const { sid } = await signIn(realm, { user: 'ada', client: 'shop' })
    const ran = await kcLogout('user', 'ada', 'nobody', '--yes')
    expect(ran.code).toBe(5)
    expect(ran.stderr).toContain('"nobody"')
    expect((await realm.sessionsOf('ada')).map(({ id }) => id)).toEqual([sid])
    await kcLogout('user', 'ada', '--yes')
  })

  test("a username that is another user's e-mail address: exit 2 with both users, --by decides", async () => {
    const ran = await kcLogout('user', 'bob@example.test', '--yes')
    expect(ran.code).toBe(2)
    expect(ran.stderr).toContain(await realm.idOfUser('bob'))
    expect(ran.stderr).toContain(await realm.idOfUser('bob@example.test'))
    expect((await kcLogout('user', 'bob@example.test', '--by', 'email', '--yes')).code).toBe(0)
  })

  test('--disable locks the account', async () => {
    await signIn(realm, { user: 'cleo', client: 'shop' })
    expect((await kcLogout('user', 'cleo', '--disable', '--yes')).code).toBe(0)
    expect(await realm.get(`/users/${await realm.idOfUser('cleo')}`)).toMatchObject({ enabled: false })
    await expect(signIn(realm, { user: 'cleo', client: 'shop' })).rejects.toThrow('was not signed in')
  })

  test('several users from stdin, concurrently', async () => {
    for (const user of ['ada', 'bob']) await signIn(realm, { user, client: 'shop' })
    const ran = await runCli(['user', '-', '--yes', '--json'], {
      env: adminEnv(keycloak, realm.name),
      stdin: `ada\n\n${await realm.idOfUser('bob')}\n`,
    })
    expect(ran.code, ran.stderr).toBe(0)
    expect(ran.json<UserOutcome>().users.map(({ username }) => username)).toEqual(['ada', 'bob'])
    expect(await receiver.logoutTokens('/shop')).toHaveLength(2)
  })

  test('an application that hangs: reports the wait and the client; waits for an answer that outlasts --timeout', async () => {
    await signIn(realm, { user: 'ada', client: 'shop' })
    receiver.behave({ hang: true })
    const ran = await runCli(['user', 'ada', '--yes', '--timeout', '2'], {
      env: adminEnv(keycloak, realm.name),
    })
    expect(ran.code, ran.stderr).toBe(0)
    expect(await realm.sessionsOf('ada')).toEqual([])
    const slow = await (async () => {
      await signIn(realm, { user: 'ada', client: 'shop' })
      return kcLogout('user', 'ada', '--yes')
    })()
    expect(slow.code).toBe(0)
    expect(slow.stderr).toMatch(/waiting for an application that does not respond.*shop/)
  })
})
