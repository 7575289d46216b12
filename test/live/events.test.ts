import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { logoutParametersOf } from '../../src/commands/logout-url/version.ts'
import { send } from '../support/http.ts'
import { note } from '../support/observed.ts'
import { createRealm, type TestRealm } from '../support/realm.ts'
import { startRecordingProxy } from '../support/recording-proxy.ts'
import { adminEnv, runCli } from '../support/run-cli.ts'
import { directGrant } from '../support/sign-in.ts'

const keycloak = inject('keycloak')

interface Events {
  events: {
    type: string
    source: string
    clientId?: string
    username?: string
    error?: string
    reason?: string
    fix?: string
  }[]
}

describe('kc-logout events, on a real Keycloak', () => {
  let realm: TestRealm
  const kcLogout = (...args: string[]) => runCli(args, { env: adminEnv(keycloak, realm.name) })

  /** Keycloak lists the types in another order each time. */
  const config = async () => {
    const settings = await realm.get<{ enabledEventTypes: string[] }>('/events/config')
    return { ...settings, enabledEventTypes: settings.enabledEventTypes.toSorted() }
  }

  beforeAll(async () => {
    realm = await createRealm(keycloak, {
      clients: [{ clientId: 'shop' }, { clientId: 'desk' }],
      users: ['ada'],
    })
  })
  afterAll(() => realm.remove())

  test('a new realm stores nothing: that is said, and --enable mends it once', async () => {
    const before = await kcLogout('events', '--json')
    expect(before.code, before.stderr).toBe(0)
    expect(before.stderr).toContain('does not store user events')

    const present = await config()
    expect((await kcLogout('events', '--enable', '--yes', '--json')).json()).toMatchObject({
      verdict: 'changed',
    })
    expect(await config()).toEqual({ ...present, eventsEnabled: true, adminEventsEnabled: true })
    expect((await kcLogout('events', '--enable', '--yes', '--json')).json()).toMatchObject({
      verdict: 'unchanged',
    })
  })

  test('each way to fail at a logout, with its cause; events of them that give a reason', async ({
    task,
  }) => {
    const { tokens } = await directGrant(realm, { user: 'ada', client: 'shop' })
    const endpoint = `${realm.issuer}/protocol/openid-connect/logout`
    const open = (query: Record<string, string>) => send('GET', `${endpoint}?${new URLSearchParams(query)}`)
    await open({ id_token_hint: tokens.id_token, post_logout_redirect_uri: 'http://evil.example/' })
    await open({ id_token_hint: 'garbage' })
    await open({ id_token_hint: tokens.access_token })
    await open({ id_token_hint: tokens.id_token, client_id: 'desk' })
    await open({ post_logout_redirect_uri: 'http://app.test/shop/callback' })
    await send('POST', endpoint, { form: { client_id: 'shop', refresh_token: 'bad' } })
    await send('POST', `${endpoint}/backchannel-logout`, { form: { logout_token: 'garbage' } })
    await send('POST', endpoint, { form: { client_id: 'shop', refresh_token: tokens.refresh_token } })
    await directGrant(realm, { user: 'ada', client: 'shop' })
    await realm.post(`/users/${await realm.idOfUser('ada')}/logout`, {})
    await realm.post('/logout-all', {})

    const ran = await kcLogout('events', '--since', '10m', '--json')
    expect(ran.code, ran.stderr).toBe(0)
    expect(ran.stderr).toBe('')
    const { events } = ran.json<Events>()
    const errors = events.filter(({ type }) => type === 'LOGOUT_ERROR')
    // Before 18 an address without a client is no error; a client_id beside a hint is looked at from 20 on.
    const { redirectNeedsClient, redirectNeedsHint } = logoutParametersOf(keycloak.version)
    const comparesClient = redirectNeedsClient && !redirectNeedsHint
    expect(errors.map(({ error }) => error)).toEqual([
      'invalid_redirect_uri',
      'invalid_token',
      'invalid_token',
      ...(comparesClient ? ['invalid_token'] : []),
      ...(redirectNeedsClient ? ['invalid_request'] : []),
      'invalid_token',
      'invalid_token',
    ])
    // Where Keycloak gives a reason every remedy is another: none falls through to the general one.
    const reasoned = errors.filter(({ reason }) => reason !== undefined)
    const reasons = new Set(reasoned.map(({ error, reason }) => `${error}: ${reason}`))
    note(task, `${reasoned.length} of ${errors.length}`)
    expect(new Set(reasoned.map(({ fix }) => fix)).size, [...reasons].join('; ')).toBe(reasons.size)
    const others = events.filter(({ source, type }) => source === 'admin' || type === 'LOGOUT')
    expect([...new Set(others.map(({ type }) => type))]).toEqual([
      'LOGOUT',
      'USER_LOGGED_OUT',
      'REALM_LOGGED_OUT',
    ])
    expect(events.find(({ type }) => type === 'USER_LOGGED_OUT')?.username).toBe('ada')

    const ofDesk = (await kcLogout('events', '--client', 'desk', '--json')).json<Events>()
    expect(ofDesk.events.map(({ clientId }) => clientId)).toEqual(comparesClient ? ['desk'] : [])
  })

  test('--follow shows what comes, until Ctrl-C', async () => {
    const proxy = await startRecordingProxy(keycloak.url)
    let interrupt = () => {}
    let looks = 0
    proxy.disturb(async ({ path }) => {
      if (!/\/events(\?|$)/.test(path)) return undefined
      looks++
      if (looks === 2)
        await send('POST', `${realm.issuer}/protocol/openid-connect/logout`, {
          form: { client_id: 'shop', refresh_token: 'bad' },
        })
      // What it found with the third look is shown by now; the pause after a look is two seconds.
      if (looks === 4) setTimeout(() => interrupt(), 1_000)
      return undefined
    })
    const ran = await runCli(['events', '--follow', '--since', '1s', '--json'], {
      env: { ...adminEnv(keycloak, realm.name), KC_LOGOUT_SERVER: proxy.url },
      onStart({ signal }) {
        interrupt = () => signal('SIGINT')
      },
    })
    await proxy.close()
    expect(ran.code).toBe(130)
    const items = ran.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    // What the tests before have just left may come first.
    expect(items.at(-1)).toMatchObject({ type: 'LOGOUT_ERROR', clientId: 'shop', schemaVersion: 1 })
  })
})
