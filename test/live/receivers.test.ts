import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import type { ReceivedRequest } from '../../src/commands/listen/view.ts'
import type { TokenReport } from '../../src/token/inspect.ts'
import { type Application, personAt, signInAt } from '../support/applications/application.ts'
import { LOGOUT_PATH, startExpressOpenidConnect } from '../support/applications/express-openid-connect.ts'
import { startKeycloakConnect } from '../support/applications/keycloak-connect.ts'
import { Browser } from '../support/browser.ts'
import { type Captured, type CapturingProxy, startCapturingProxy } from '../support/capturing-proxy.ts'
import { folderOfTest } from '../support/folder.ts'
import { send } from '../support/http.ts'
import { logoutToken, ODD_TOKENS, startTestIssuer } from '../support/odd-tokens.ts'
import { createRealm, secretOf, type TestRealm } from '../support/realm.ts'
import type { Receiver } from '../support/receiver.ts'
import { adminEnv, runCli } from '../support/run-cli.ts'
import { adminActionClaims, signedToken, testKeys } from '../support/tokens.ts'

const keycloak = inject('keycloak')
const { version: VERSION } = JSON.parse(
  await readFile(new URL('../../node_modules/express-openid-connect/package.json', import.meta.url), 'utf8'),
)

describe('third-party receivers with a real Keycloak', () => {
  let realm: TestRealm
  const apps: Record<string, Application> = {}
  const proxies: Record<string, CapturingProxy> = {}
  const appOf = (name: string) => found(apps[name])
  const proxyOf = (name: string) => found(proxies[name])

  beforeAll(async () => {
    realm = await createRealm(keycloak, { users: ['ada'] })
    for (const clientId of ['shop', 'shop-offline']) {
      proxies[clientId] = await startCapturingProxy(() => appOf(clientId).url)
      apps[clientId] = await startExpressOpenidConnect({
        issuer: realm.issuer,
        clientId,
        secret: secretOf(clientId),
      })
      await realm.addClient({
        clientId,
        publicClient: false,
        redirectUris: [`${appOf(clientId).url}/callback`],
        backchannelLogoutUrl: `${proxyOf(clientId).url}${LOGOUT_PATH}`,
        revokeOfflineTokens: clientId === 'shop-offline',
      })
    }
    proxies.legacy = await startCapturingProxy(() => appOf('legacy').url)
    apps.legacy = await startKeycloakConnect({
      server: keycloak.url,
      realm: realm.name,
      clientId: 'legacy',
    })
    await realm.addClient({
      clientId: 'legacy',
      redirectUris: [`${apps.legacy.url}/*`],
      adminUrl: proxyOf('legacy').url,
    })
  })
  afterAll(async () => {
    for (const each of [...Object.values(proxies), ...Object.values(apps)]) await each.close()
    await realm?.remove()
  })

  let browser: Browser
  beforeEach(() => {
    browser = new Browser()
    for (const proxy of Object.values(proxies)) proxy.clear()
  })

  const env = () => adminEnv(keycloak, realm.name)
  const signIn = (name: string) =>
    signInAt(appOf(name), name === 'legacy' ? '/me' : '/login', { realm, user: 'ada', browser })
  const inspect = async ({ body }: Captured, clientId: string) => {
    const ran = await runCli(['inspect-token', '--json', '--client', clientId], { stdin: body, env: env() })
    return found(ran.json<{ tokens: TokenReport[] }>().tokens[0])
  }
  const run = async (...args: string[]) => {
    const ran = await runCli(args, { env: env() })
    expect(ran.code, ran.stdout + ran.stderr).toBe(0)
  }
  const acts: [what: string, act: () => Promise<void>][] = [
    ['kc-logout user', () => run('user', 'ada', '--yes')],
    ['kc-logout all', () => run('all', '--confirm', realm.name)],
    [
      'an administrator who deletes the session',
      async () => {
        for (const { id } of await realm.sessionsOf('ada')) await realm.delete(`/sessions/${id}`)
      },
    ],
  ]

  describe('express-openid-connect', () => {
    test.each(acts)(
      'accepts what %s sends and inspect-token passes: the user is signed out',
      async (_, act) => {
        await signIn('shop')
        await act()
        const [sent] = await proxyOf('shop').take()
        const report = await inspect(found(sent), 'shop')
        expect([report.kind, report.verdict]).toEqual(['logout', 'pass'])
        expect(opinionIn(report)).toMatchObject({ says: 'accepts', version: VERSION })
        expect(sent?.status).toBe(204)
        expect(await personAt(appOf('shop'), browser)).toBeUndefined()
      },
    )

    test('accepts a token that also revokes offline access, as inspect-token says', async () => {
      await signIn('shop-offline')
      await run('user', 'ada', '--yes')
      const [sent] = await proxyOf('shop-offline').take()
      const report = await inspect(found(sent), 'shop-offline')
      const events = report.payload?.events as Record<string, unknown>
      expect(Object.keys(events)).toContain('revoke_offline_access')
      expect([report.verdict, opinionIn(report)?.says, sent?.status]).toEqual(['pass', 'accepts', 204])
      expect(await personAt(appOf('shop-offline'), browser)).toBeUndefined()
    })

    test('behind kc-logout listen gets its token, and the user is signed out', async () => {
      await signIn('shop')
      const taken = takeOver('shop', '--count', '1')
      await taken.ready
      await run('user', 'ada', '--yes')
      const ran = await taken.ran
      expect(JSON.parse(ran.stdout) as ReceivedRequest).toMatchObject({
        token: { verdict: 'pass' },
        forwarded: { status: 204 },
        answered: { status: 204 },
      })
      expect((await proxyOf('shop').take())[0]?.status).toBe(204)
      expect(await personAt(appOf('shop'), browser)).toBeUndefined()
    })

    test('keeps the user signed in if the token never arrives', async () => {
      await signIn('shop')
      const taken = takeOver('shop', '--count', '1', '--respond', '200')
      await taken.ready
      await run('user', 'ada', '--yes')
      expect((await taken.ran).code).toBe(0)
      expect(await personAt(appOf('shop'), browser)).toBe('ada')
    })
  })

  describe('keycloak-connect', () => {
    test.each(acts)(
      'accepts what %s sends and inspect-token passes: the user is signed out',
      async (_, act) => {
        await signIn('legacy')
        // `all` sends a not-before in whole seconds; the adapter keeps sign-ins of the same second.
        await sleep(1_100)
        await act()
        const sent = await proxyOf('legacy').take()
        const actions: unknown[] = []
        for (const each of sent) {
          const { kind, payload, verdict } = await inspect(each, 'legacy')
          actions.push(payload?.action)
          expect([kind, verdict, each.status, each.answer]).toEqual(['admin-action', 'pass', 200, 'ok'])
        }
        expect(actions).toContain('LOGOUT')
        expect(await personAt(appOf('legacy'), browser)).toBeUndefined()
      },
    )
  })

  /** Starts `listen --take-over` and waits until the client is taken over. */
  function takeOver(clientId: string, ...args: string[]) {
    const former = realm.client(clientId).then(urlOf)
    const port = 20_000 + Math.floor(Math.random() * 20_000)
    const ran = Promise.all([folderOfTest(), former]).then(([folder]) =>
      runCli(['listen', '--take-over', clientId, '--yes', '--json', '--port', String(port), ...args], {
        env: { ...env(), KC_LOGOUT_CONFIG_DIR: folder },
      }),
    )
    const ready = (async () => {
      for (let i = 0; i < 200; i++) {
        if (urlOf(await realm.client(clientId)) !== (await former)) return
        await sleep(50)
      }
      throw new Error('The client was not taken over')
    })()
    const early = ran.then(({ stdout, stderr }) => {
      throw new Error(`It ended before it took the client over: ${stdout}${stderr}`)
    })
    return { ran, ready: Promise.race([ready, early]) }
  }
})

describe('third-party receivers with tokens of a test issuer', () => {
  let issuer: Receiver
  let app: Application
  beforeAll(async () => {
    issuer = await startTestIssuer()
    app = await startExpressOpenidConnect({ issuer: issuer.url, clientId: 'shop', secret: 'secret' })
  })
  afterAll(async () => {
    await app?.close()
    await issuer?.close()
  })

  const now = Math.floor(Date.now() / 1000)
  const post = (jwt: string) => send('POST', `${app.url}${LOGOUT_PATH}`, { form: { logout_token: jwt } })
  const sayBeforehand = async (jwt: string) => {
    const ran = await runCli(
      ['inspect-token', '--json', '--issuer', issuer.url, '--client', 'shop', '--alg', 'RS256'],
      { stdin: jwt },
    )
    return found(ran.json<{ tokens: TokenReport[] }>().tokens[0])
  }

  test.each(Object.entries(ODD_TOKENS))('express-openid-connect on %s', async (trait, make) => {
    const jwt = await make(issuer)
    const report = await sayBeforehand(jwt)
    const answer = await post(jwt)
    const says = { 204: 'accepts', 400: 'rejects' }[answer.status]
    expect(opinionIn(report)?.says, `${trait}: ${answer.status} ${answer.text}`).toBe(says)
    if (report.verdict === 'pass') expect(says, `${trait}: ${answer.text}`).toBe('accepts')
  })

  test('express-openid-connect accepts the same token twice', async () => {
    const jwt = await logoutToken(issuer)
    expect([(await post(jwt)).status, (await post(jwt)).status]).toEqual([204, 204])
  })

  test('the table names the version that this test runs', async () => {
    expect(opinionIn(await sayBeforehand(await logoutToken(issuer)))?.version).toBe(VERSION)
  })

  test('keycloak-connect refuses the actions that inspect-token fails, and unknown ones', async () => {
    const certificates = '/realms/customers/protocol/openid-connect/certs'
    const { jwks } = await testKeys()
    issuer.behave(
      { body: JSON.stringify(jwks), headers: { 'content-type': 'application/json' } },
      certificates,
    )
    const legacy = await startKeycloakConnect({ server: issuer.url, realm: 'customers', clientId: 'shop' })
    try {
      const action = (changes: Record<string, unknown>) =>
        signedToken({ payload: adminActionClaims({ expiration: now + 30, ...changes }) })
      const status = async (path: string, body: string) =>
        (await send('POST', `${legacy.url}/${path}`, { body })).status
      const good = await action({})
      expect(await status('k_logout', good)).toBe(200)
      const forged = good.replace(/[^.]+$/, (await action({ action: 'OTHER' })).split('.')[2] ?? '')
      expect([(await sayBeforehand(forged)).verdict, await status('k_logout', forged)]).toEqual(['fail', 401])
      const other = await action({ action: 'OTHER' })
      expect([(await sayBeforehand(other)).verdict, await status('k_logout', other)]).toEqual(['fail', 400])
      const test = await action({ action: 'TEST_AVAILABILITY' })
      expect(await status('k_test_available', test)).toBe(404)
    } finally {
      await legacy.close()
    }
  })
})

const urlOf = (client: Record<string, unknown>) =>
  (client.attributes as Record<string, string>)['backchannel.logout.url']

const opinionIn = ({ receivers = [] }: TokenReport) =>
  receivers.find(({ receiver }) => receiver === 'express-openid-connect')

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('there is none')
  return value
}
