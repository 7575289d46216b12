import { generateKeyPairSync, sign } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { UserOutcome } from '../../src/commands/user/outcome.ts'
import { Browser, formAction } from '../support/browser.ts'
import { send } from '../support/http.ts'
import { createRealm, type TestRealm } from '../support/realm.ts'
import { adminEnv, runCli } from '../support/run-cli.ts'

const keycloak = inject('keycloak')
const REDIRECT = 'http://app.test/cb'
const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout'

interface Report {
  findings: { code: string; severity: string; args?: { provider?: string } }[]
}

describe('kc-logout doctor, on a realm whose users come from another Keycloak', () => {
  let upstream: TestRealm
  let realm: TestRealm

  beforeAll(async () => {
    upstream = await createRealm(keycloak, {
      clients: [{ clientId: 'below', secret: 'of-below', redirectUris: ['*'] }],
      users: ['eve'],
    })
    realm = await createRealm(keycloak, {
      clients: [{ clientId: 'shop', redirectUris: ['http://app.test/*'] }],
    })
  })
  afterAll(async () => {
    await realm.remove()
    await upstream.remove()
  })

  /** Configures the identity provider, anew or changed. */
  async function provider(config: Record<string, string>): Promise<void> {
    const endpoint = `${upstream.issuer}/protocol/openid-connect`
    const body = {
      alias: 'up',
      providerId: 'oidc',
      enabled: true,
      config: {
        clientId: 'below',
        clientSecret: 'of-below',
        clientAuthMethod: 'client_secret_post',
        issuer: upstream.issuer,
        authorizationUrl: `${endpoint}/auth`,
        tokenUrl: `${endpoint}/token`,
        jwksUrl: `${endpoint}/certs`,
        useJwksUrl: 'true',
        syncMode: 'IMPORT',
        ...config,
      },
    }
    const there = await realm.get<{ alias: string }[]>('/identity-provider/instances')
    if (there.length > 0) await realm.put('/identity-provider/instances/up', body)
    else await realm.post('/identity-provider/instances', body)
  }
  const logoutUrl = () => `${upstream.issuer}/protocol/openid-connect/logout`

  /** Signs eve in at the application by way of the provider. */
  async function signIn(browser = new Browser()): Promise<{ browser: Browser; gavePassword: boolean }> {
    const query = { client_id: 'shop', redirect_uri: REDIRECT, response_type: 'code', scope: 'openid' }
    let gavePassword = false
    let page = await browser.open(
      `${realm.issuer}/protocol/openid-connect/auth?${new URLSearchParams({ ...query, kc_idp_hint: 'up' })}`,
    )
    for (let step = 0; step < 12; step++) {
      const { status, headers, text } = page.answer
      const location = String(headers.location ?? '')
      if (location.startsWith(REDIRECT)) return { browser, gavePassword }
      if (status >= 300 && status < 400) {
        page = await browser.open(location)
        continue
      }
      gavePassword ||= text.includes('name="password"')
      page = await browser.open(new URL(formAction(text) ?? '', page.url).href, {
        username: 'eve',
        password: upstream.passwordOf('eve'),
        email: 'eve@example.test',
        firstName: 'Eve',
        lastName: 'Test',
      })
    }
    throw new Error(`eve was not signed in: ${page.url}`)
  }

  const kcLogout = (...args: string[]) => runCli(args, { env: adminEnv(keycloak, realm.name) })
  const providerCodes = async () =>
    (await kcLogout('doctor', '--json'))
      .json<Report>()
      .findings.filter(({ args }) => args?.provider === 'up')
      .map(({ code }) => code)

  test.each([
    ['without a logout URL', {}, ['provider-no-logout-url'], false],
    ['without backchannel logout', { logoutUrl: true }, ['provider-no-backchannel-logout'], false],
    ['with backchannel logout', { logoutUrl: true, backchannelSupported: 'true' }, [], true],
  ] as const)(
    'a provider %s',
    async (_, { logoutUrl: hasUrl, ...config }: { logoutUrl?: true }, expected, asked) => {
      await provider({
        validateSignature: 'true',
        backchannelSupported: 'false',
        ...(hasUrl ? { logoutUrl: logoutUrl() } : {}),
        ...config,
      })
      expect(await providerCodes()).toEqual(expected)
      const { browser } = await signIn()
      const ran = await kcLogout('user', 'eve', '--yes', '--json')
      expect(ran.code, ran.stderr).toBe(0)
      expect(ran.json<UserOutcome>().users[0]?.identityProviders).toEqual([
        { alias: 'up', endsSession: asked },
      ])
      // What the finding says: does the user come back without a password?
      expect((await signIn(browser)).gavePassword).toBe(asked)
      await realm.post('/logout-all', {})
      await upstream.post('/logout-all', {})
    },
  )

  test.each([
    ['true', [], 1],
    ['false', ['provider-signatures-not-validated'], 0],
  ] as const)('signatures validated: %s', async (validateSignature, expected, left) => {
    await provider({ validateSignature, logoutUrl: logoutUrl(), backchannelSupported: 'true' })
    expect(await providerCodes()).toEqual(expected)
    await signIn()
    const [{ id: sub = '' } = {}] = await upstream.get<{ id: string }[]>('/users?username=eve&exact=true')
    const form = { logout_token: forged({ iss: upstream.issuer, sub }) }
    await send('POST', `${realm.issuer}/protocol/openid-connect/logout/backchannel-logout`, { form })
    // What the finding says: does a forged logout token end the session?
    expect(await realm.sessionsAt('shop')).toHaveLength(left)
    await realm.post('/logout-all', {})
    await upstream.post('/logout-all', {})
  })
})

/** A logout token signed with a key that nobody trusts. */
function forged(claims: { iss: string; sub: string }): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const iat = Math.floor(Date.now() / 1000)
  const payload = {
    ...claims,
    aud: 'below',
    iat,
    exp: iat + 120,
    jti: 'forged',
    typ: 'Logout',
    events: { [LOGOUT_EVENT]: {} },
  }
  const body = [{ alg: 'RS256', typ: 'logout+jwt', kid: 'x' }, payload]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  return `${body}.${sign('sha256', Buffer.from(body), privateKey).toString('base64url')}`
}
