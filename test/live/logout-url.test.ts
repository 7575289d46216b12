import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { logoutParametersOf } from '../../src/commands/logout-url/version.ts'
import { ChromiumPage, findChromium, NO_CHROMIUM } from '../support/chromium.ts'
import { createRealm, type TestRealm } from '../support/realm.ts'
import { type Receiver, startReceiver } from '../support/receiver.ts'
import { adminEnv, runCli } from '../support/run-cli.ts'
import { type SignedIn, signIn } from '../support/sign-in.ts'

const keycloak = inject('keycloak')

describe('kc-logout logout-url, on a real Keycloak', () => {
  let realm: TestRealm
  let receiver: Receiver
  let folder: string
  let home: string

  beforeAll(async () => {
    receiver = await startReceiver()
    receiver.behave({ status: 200, body: 'the application' })
    folder = await mkdtemp(join(tmpdir(), 'kc-logout-url-'))
    home = `${receiver.url}/home`
    realm = await createRealm(keycloak, {
      clients: ['shop', 'desk'].map((clientId) => ({
        clientId,
        redirectUris: [`${receiver.url}/*`],
        backchannelLogoutUrl: `${receiver.url}/logout/${clientId}`,
        attributes: { 'post.logout.redirect.uris': '+' },
      })),
      users: ['ada'],
    })
    await receiver.trust(realm)
  })
  afterAll(async () => {
    await realm.remove()
    await receiver.close()
    await rm(folder, { recursive: true, force: true })
  })

  const kcLogout = (...args: string[]) => runCli(args, { env: adminEnv(keycloak, realm.name) })
  async function logoutUrl(...args: string[]): Promise<string> {
    const ran = await kcLogout('logout-url', ...args, '--json')
    expect(ran.code, ran.stderr).toBe(0)
    return ran.json<{ url: string }>().url
  }
  async function idTokenFile({ tokens }: Pick<SignedIn, 'tokens'>): Promise<string> {
    const file = join(folder, 'id-token')
    await writeFile(file, tokens.id_token)
    return file
  }

  test('a redirect that Keycloak would refuse: exit 7', async () => {
    const ran = await kcLogout(
      'logout-url',
      '--client',
      'shop',
      '--post-logout-redirect-uri',
      'https://evil.example/',
      '--json',
    )
    expect(ran.code).toBe(7)
    expect(ran.json<{ findings: { code: string }[] }>().findings[0]?.code).toBe('redirect-not-allowed')
  })

  test('a disabled client: exit 0, and Keycloak redirects and ends the session', async () => {
    await realm.addClient({
      clientId: 'off',
      redirectUris: [`${receiver.url}/*`],
      attributes: { 'post.logout.redirect.uris': '+' },
    })
    const first = await signIn(realm, { user: 'ada', client: 'off' })
    await realm.put(`/clients/${await realm.idOfClient('off')}`, { enabled: false })
    const url = await logoutUrl('--id-token', await idTokenFile(first), '--post-logout-redirect-uri', home)
    const { answer } = await first.browser.open(url)
    expect(answer.status).toBe(302)
    expect(answer.headers.location).toBe(home)
    expect(await realm.sessionsOf('ada')).toEqual([])
  })

  test('followed with an ID token: both clients are notified, and the browser comes back', async () => {
    receiver.clear()
    const first = await signIn(realm, { user: 'ada', client: 'shop' })
    await signIn(realm, { user: 'ada', client: 'desk', browser: first.browser })
    const url = await logoutUrl(
      '--id-token',
      await idTokenFile(first),
      '--post-logout-redirect-uri',
      home,
      '--state',
      'a b',
    )
    const { answer } = await first.browser.open(url)
    expect(answer.status).toBe(302)
    expect(answer.headers.location).toBe(`${home}?state=a+b`)
    expect(await realm.sessionsOf('ada')).toEqual([])
    expect((await receiver.logoutTokens('/logout')).map(({ aud }) => aud).sort()).toEqual(['desk', 'shop'])
  })

  test('in Chromium: signed in at two clients, signed out at both', async ({ skip }) => {
    const chromium = findChromium()
    if (!chromium) return skip(NO_CHROMIUM)
    receiver.clear()
    const page = await ChromiumPage.open(chromium)
    try {
      const authorize = (clientId: string, prompt = '') =>
        `${realm.issuer}/protocol/openid-connect/auth?${new URLSearchParams({
          client_id: clientId,
          redirect_uri: `${receiver.url}/cb`,
          response_type: 'code',
          scope: 'openid',
          ...(prompt ? { prompt } : {}),
        })}`
      await page.goto(authorize('shop'))
      await page.run(`document.querySelector('#username').value = 'ada'`)
      await page.run(`document.querySelector('#password').value = ${JSON.stringify(realm.passwordOf('ada'))}`)
      await page.run(`document.querySelector('#kc-login').click()`)
      expect(await page.url).toContain(`${receiver.url}/cb`)
      await page.goto(authorize('desk', 'none'))
      expect(await page.url).toContain('code=')
      expect((await realm.sessionsOf('ada')).map(({ clients }) => Object.values(clients).sort())).toEqual([
        ['desk', 'shop'],
      ])

      await page.goto(await logoutUrl('--client', 'shop', '--post-logout-redirect-uri', home))
      if (logoutParametersOf(keycloak.version).asksWithoutHint) {
        // Without an ID token Keycloak asks, and the user confirms.
        expect(await page.url).toContain(realm.issuer)
        await page.run(`document.querySelector('#kc-logout').click()`)
      }
      expect(await page.url).toBe(home)
      expect(await page.text).toContain('the application')

      expect(await realm.sessionsOf('ada')).toEqual([])
      expect((await receiver.logoutTokens('/logout')).map(({ aud }) => aud).sort()).toEqual(['desk', 'shop'])
      for (const clientId of ['shop', 'desk']) {
        await page.goto(authorize(clientId, 'none'))
        expect(await page.url).toContain('error=login_required')
      }
    } finally {
      await page.close()
    }
  })
})
