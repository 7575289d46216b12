import { createHash, generateKeyPairSync, randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { exportJWK, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { TokenReport } from '../../src/token/inspect.ts'
import { Browser, formAction } from '../support/browser.ts'
import { send } from '../support/http.ts'
import { type Mailbox, startMailbox } from '../support/mailbox.ts'
import { createRealm, type TestRealm } from '../support/realm.ts'
import { adminEnv, runCli } from '../support/run-cli.ts'
import { directGrant } from '../support/sign-in.ts'

type Claims = Record<string, unknown>

const keycloak = inject('keycloak')
const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const jwk = async () => ({ ...(await exportJWK(pair.publicKey)), kid: 'key-1', alg: 'ES256', use: 'sig' })
const seconds = () => Math.floor(Date.now() / 1000)

/** A number that JavaScript cannot hold. */
const EMPLOYEE = '9007199254740993'

let realm: TestRealm
beforeAll(async () => {
  realm = await createRealm(keycloak, {
    clients: [
      {
        clientId: 'api',
        serviceAccountRoles: ['view-users', 'view-clients', 'view-realm'],
        representation: { directAccessGrantsEnabled: true },
      },
      {
        clientId: 'signed',
        serviceAccountRoles: [],
        representation: { clientAuthenticatorType: 'client-jwt' },
        attributes: {
          'use.jwks.string': 'true',
          'jwks.string': JSON.stringify({ keys: [await jwk()] }),
          'token.endpoint.auth.signing.alg': 'ES256',
        },
      },
      {
        clientId: 'shop',
        attributes: { 'dpop.bound.access.tokens': 'true' },
        representation: {
          directAccessGrantsEnabled: true,
          protocolMappers: [
            {
              name: 'employee',
              protocol: 'openid-connect',
              protocolMapper: 'oidc-hardcoded-claim-mapper',
              config: {
                'claim.name': 'employee',
                'claim.value': EMPLOYEE,
                'jsonType.label': 'long',
                'access.token.claim': 'true',
              },
            },
          ],
        },
      },
    ],
    users: ['ada'],
  })
})
afterAll(() => realm.remove())

async function inspect(stdin: string, args: string[] = [], env = adminEnv(keycloak, realm.name)) {
  const ran = await runCli(['inspect-token', '--json', ...args], { stdin, env })
  return { code: ran.code, stdout: ran.stdout, ...ran.json<{ tokens: TokenReport[] }>() }
}
const statusOf = (token: TokenReport | undefined, id: string) =>
  token?.rules.find((rule) => rule.id === id)?.status
const broken = (token: TokenReport | undefined) =>
  token?.rules.filter(({ status }) => status === 'fail').map(({ id }) => id)

const endpoint = (name: string) => `${realm.issuer}/protocol/openid-connect/${name}`

describe('client assertions: inspect-token passes what Keycloak accepts', () => {
  const assertion = (changes: Claims = {}) => {
    const claims = {
      iss: 'signed',
      sub: 'signed',
      aud: realm.issuer,
      jti: randomUUID(),
      iat: seconds(),
      exp: seconds() + 50,
    }
    const all = Object.entries({ ...claims, ...changes }).filter(([, value]) => value !== undefined)
    return new SignJWT(Object.fromEntries(all))
      .setProtectedHeader({ alg: 'ES256', kid: 'key-1' })
      .sign(pair.privateKey)
  }

  const cases: [what: string, changes: () => Claims, rule?: string][] = [
    ['as it should be', () => ({})],
    ['the token endpoint as aud', () => ({ aud: endpoint('token') })],
    ['a list of one aud', () => ({ aud: [realm.issuer] })],
    ['no iat, with a near exp', () => ({ iat: undefined })],
    ['two audiences', () => ({ aud: [realm.issuer, endpoint('token')] }), 'C03'],
    ['another aud', () => ({ aud: 'https://other.example.com' }), 'C03'],
    ['no aud', () => ({ aud: undefined }), 'C03'],
    ['no jti', () => ({ jti: undefined }), 'C06'],
    ['no exp', () => ({ exp: undefined }), 'C04'],
    ['a past exp', () => ({ iat: seconds() - 300, exp: seconds() - 200 }), 'C04'],
    ['no iat and a late exp', () => ({ iat: undefined, exp: seconds() + 300 }), 'C05'],
    ['an old iat and a late exp', () => ({ iat: seconds() - 200, exp: seconds() + 300 }), 'C05'],
    ['an iat in the future', () => ({ iat: seconds() + 200, exp: seconds() + 250 }), 'C05'],
  ]
  test.each(cases)('%s', async (_, changes, rule) => {
    const token = await assertion(changes())
    const report = await inspect(token, [
      '--issuer',
      realm.issuer,
      '--no-network',
      '--kind',
      'client-assertion',
    ])
    expect(broken(report.tokens[0])).toEqual(rule === undefined ? [] : [rule])
    const answer = await send('POST', endpoint('token'), {
      form: {
        grant_type: 'client_credentials',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: token,
      },
    })
    expect(answer.status === 200, answer.text).toBe(rule === undefined)
  })

  test('are not verified with the keys of the realm', async () => {
    const { tokens } = await inspect(await assertion())
    expect(tokens[0]).toMatchObject({ kind: 'client-assertion', signature: { status: 'not-checked' } })
  })
})

describe('DPoP', () => {
  async function proof(htm: string, htu: string, more: Claims = {}) {
    const { kid: _kid, alg: _alg, use: _use, ...key } = await jwk()
    return new SignJWT({ htm, htu, jti: randomUUID(), iat: seconds(), ...more })
      .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: key })
      .sign(pair.privateKey)
  }
  async function boundToken() {
    const answer = await send('POST', endpoint('token'), {
      headers: { DPoP: await proof('POST', endpoint('token')) },
      form: {
        grant_type: 'password',
        client_id: 'shop',
        username: 'ada',
        password: realm.passwordOf('ada'),
        scope: 'openid',
      },
    })
    return answer.json<{ access_token: string; refresh_token: string }>()
  }

  test('a bound token and its proof pass, and Keycloak accepts them', async () => {
    const { access_token } = await boundToken()
    const ath = createHash('sha256').update(access_token).digest('base64url')
    const dpop = await proof('GET', endpoint('userinfo'), { ath })
    const request = `GET /x HTTP/1.1\nAuthorization: DPoP ${access_token}\nDPoP: ${dpop}\n`
    const { tokens } = await inspect(request, ['--dpop-request', `GET ${endpoint('userinfo')}`])
    expect(tokens.map(({ kind, verdict }) => [kind, verdict])).toEqual([
      ['access', 'pass'],
      ['dpop-proof', 'pass'],
    ])
    expect([statusOf(tokens[0], 'A12'), statusOf(tokens[1], 'D09'), statusOf(tokens[1], 'D10')]).toEqual([
      'pass',
      'pass',
      'pass',
    ])
    const answer = await send('GET', endpoint('userinfo'), {
      headers: { authorization: `DPoP ${access_token}`, DPoP: dpop },
    })
    expect(answer.status).toBe(200)
  })

  test('a proof without ath, for another method or URL fails, and Keycloak refuses it', async () => {
    const { access_token } = await boundToken()
    const ath = createHash('sha256').update(access_token).digest('base64url')
    for (const [dpop, rule] of [
      [await proof('GET', endpoint('userinfo')), 'D09'],
      [await proof('POST', endpoint('userinfo'), { ath }), 'D06'],
      [await proof('GET', endpoint('other'), { ath }), 'D07'],
      [await proof('GET', endpoint('userinfo'), { ath, iat: seconds() - 120 }), 'D08'],
    ] as const) {
      const { tokens } = await inspect(`DPoP ${access_token} DPoP: ${dpop}`, [
        '--dpop-request',
        `GET ${endpoint('userinfo')}`,
      ])
      expect(broken(tokens.find(({ kind }) => kind === 'dpop-proof'))).toEqual([rule])
      const answer = await send('GET', endpoint('userinfo'), {
        headers: { authorization: `DPoP ${access_token}`, DPoP: dpop },
      })
      expect([rule, answer.status]).toEqual([rule, 401])
    }
  })

  test('a long claim keeps its digits, and the token says that it is bound', async () => {
    const { access_token, refresh_token } = await boundToken()
    const { stdout, tokens } = await inspect(access_token)
    expect(stdout).toContain(`"employee": ${EMPLOYEE}`)
    expect(statusOf(tokens[0], 'A11')).toBe('warn')
    expect((await inspect(refresh_token)).tokens[0]?.kind).toBe('refresh')
  })
})

test('registration and initial access tokens are named, and never expire', async () => {
  const initial = (await realm.post('/clients-initial-access', { expiration: 0, count: 1 })).json<{
    token: string
  }>()
  const registered = await send('POST', `${realm.issuer}/clients-registrations/default`, {
    headers: { authorization: `Bearer ${initial.token}` },
    json: { clientId: 'registered' },
  })
  const { registrationAccessToken } = registered.json<{ registrationAccessToken: string }>()
  for (const [token, name] of [
    [initial.token, 'Initial access token'],
    [registrationAccessToken, 'Registration access token'],
  ]) {
    const { code, tokens } = await inspect(String(token))
    expect([code, tokens[0]?.name, broken(tokens[0]), tokens[0]?.times.state]).toEqual([
      0,
      name,
      [],
      'no-expiry',
    ])
  }
})

describe('--online asks introspection', () => {
  const asApi = () => ({
    KC_LOGOUT_SERVER: keycloak.url,
    KC_LOGOUT_REALM: realm.name,
    KC_LOGOUT_LOGIN_REALM: realm.name,
    KC_LOGOUT_CLIENT_ID: 'api',
    KC_LOGOUT_CLIENT_SECRET: String(realm.secretOf('api')),
  })

  test.each([false, true])('about a refresh token of its own client (offline: %s)', async (offline) => {
    const { tokens, sid } = await directGrant(realm, { user: 'ada', client: 'api', offline })
    const active = await inspect(String(tokens.refresh_token), ['--online', '--verify'], asApi())
    expect([active.code, statusOf(active.tokens[0], 'O07')]).toEqual([0, 'pass'])
    await realm.delete(`/sessions/${sid}${offline ? '?isOffline=true' : ''}`)
    const ended = await inspect(String(tokens.refresh_token), ['--online'], asApi())
    expect([ended.code, statusOf(ended.tokens[0], 'O07')]).toEqual([7, 'fail'])
  })

  test('and leaves open what it says of a token of another client', async () => {
    await realm.addClient({
      clientId: 'plain',
      representation: { directAccessGrantsEnabled: true },
    })
    const { tokens } = await directGrant(realm, { user: 'ada', client: 'plain' })
    for (const token of [tokens.refresh_token, tokens.access_token]) {
      const report = (await inspect(String(token), ['--online'], asApi())).tokens[0]
      expect(statusOf(report, 'O07')).toBe('skip')
      expect(broken(report)).toEqual([])
    }
  })

  test('not with a public client', async () => {
    const { tokens } = await directGrant(realm, { user: 'ada', client: 'api' })
    const report = (await inspect(String(tokens.refresh_token), ['--online'])).tokens[0]
    expect(report?.rules.find(({ id }) => id === 'O07')).toMatchObject({
      status: 'skip',
      message: expect.stringContaining(`kc-logout signed in to master`),
    })
  })
})

describe('action tokens: the links in mails of Keycloak', () => {
  let mailbox: Mailbox
  beforeAll(async () => {
    mailbox = await startMailbox()
    await realm.put('', { smtpServer: mailbox.settings, resetPasswordAllowed: true })
  })
  afterAll(() => mailbox.close())

  const asked = async (path: string, body?: unknown) => {
    await realm.put(`/users/${await realm.idOfUser('ada')}/${path}`, body)
    return mailbox.link()
  }
  /** As a user who has forgotten the password asks for it. */
  async function forgotten(): Promise<string> {
    const browser = new Browser()
    const query = new URLSearchParams({
      client_id: 'shop',
      response_type: 'code',
      scope: 'openid',
      redirect_uri: 'http://app.test/shop/callback',
    })
    const login = await browser.open(`${endpoint('auth')}?${query}`)
    const href = /href="([^"]*reset-credentials[^"]*)"/.exec(login.answer.text)?.[1] ?? ''
    const form = await browser.open(new URL(href.replaceAll('&amp;', '&'), login.url).href)
    await browser.open(new URL(formAction(form.answer.text) ?? '', form.url).href, { username: 'ada' })
    return mailbox.link()
  }
  const links: [what: string, link: () => Promise<string>, says: RegExp][] = [
    ['execute-actions', () => asked('execute-actions-email', ['UPDATE_PASSWORD']), /UPDATE_PASSWORD/],
    ['verify-email', () => asked('send-verify-email'), /confirms the user's email address/],
    ['reset-credentials', forgotten, /set a new password/],
  ]

  test.each(links)('%s: it passes, and Keycloak opens it', async (typ, link, says) => {
    const url = await link()
    const { code, tokens } = await inspect(url, ['--issuer', realm.issuer])
    const [token] = tokens
    expect([code, tokens.length, token?.kind, token?.payload?.typ, broken(token)]).toEqual([
      0,
      1,
      'action-token',
      typ,
      [],
    ])
    expect(token?.rules.find(({ id }) => id === 'E02')?.message).toMatch(says)
    expect(token?.signature.status).not.toBe('valid')
    expect((await send('GET', url)).status).toBeLessThan(400)
  })

  test('one that has expired fails, and Keycloak refuses it', async () => {
    const url = await asked('execute-actions-email?lifespan=1', ['UPDATE_PASSWORD'])
    await sleep(2100)
    const later = String(seconds() + 120)
    const { code, tokens } = await inspect(url, ['--issuer', realm.issuer, '--at', later])
    expect([code, tokens[0]?.kind, tokens[0]?.times.state, broken(tokens[0])]).toEqual([
      7,
      'action-token',
      'aged',
      ['E05'],
    ])
    expect((await send('GET', url)).status).toBe(400)
  })

  test('another realm is not its issuer', async () => {
    const url = await asked('send-verify-email')
    const { tokens } = await inspect(url, ['--issuer', `${keycloak.url}/realms/master`])
    expect(broken(tokens[0])).toContain('E03')
  })
})
