import { describe, expect, test } from 'vitest'
import {
  keycloakScript,
  openAt,
  outcomeOf,
  type Received,
  type Reply,
  scriptedServer,
  secret,
} from '../../../test/support/scripted-server.ts'
import { serverAt } from '../http/find-server.ts'
import { createTransport } from '../http/transport.ts'
import { type AccessToken, signedIn } from './access-token.ts'

const password = {
  kind: 'password',
  clientId: 'admin-cli',
  username: 'ada',
  password: 'p&ß',
  clientSecret: undefined,
} as const
const client = { kind: 'client', clientId: 'kc-logout', clientSecret: 's3cret' } as const

/** An access token from a token endpoint that answers with the script, and a clock that the test moves. */
async function provider(
  answer: (form: URLSearchParams, request: Received) => Reply | Promise<Reply>,
  credentials: typeof password | typeof client = password,
) {
  const clock = { now: 0 }
  const forms: Record<string, string>[] = []
  const { url, requests } = await scriptedServer((request) => {
    const form = new URLSearchParams(request.body)
    forms.push(Object.fromEntries(form))
    return answer(form, request)
  })
  const token: AccessToken = signedIn(credentials, {
    transport: createTransport({
      timeout: 2000,
      ca: undefined,
      insecure: false,
      userAgent: 'test',
      signal: new AbortController().signal,
    }),
    server: serverAt(url),
    loginRealm: 'master',
    monotonic: () => clock.now,
    sleep: async () => {},
  })
  return { token, clock, forms, requests }
}

const grants = (forms: Record<string, string>[]) => forms.map((form) => form.grant_type)

/** Keycloak's token endpoint with "Revoke Refresh Token": each refresh token works once. */
function rotating({ life = 60 }: { life?: number } = {}) {
  let serial = 0
  let valid: string | undefined
  return (form: URLSearchParams): Reply => {
    const isRefresh = form.get('grant_type') === 'refresh_token'
    if (isRefresh && form.get('refresh_token') !== valid) {
      valid = undefined
      const error_description = 'Maximum allowed refresh token reuse exceeded'
      return { status: 400, json: { error: 'invalid_grant', error_description } }
    }
    serial++
    valid = `refresh-${serial}`
    return { json: { access_token: `access-${serial}`, refresh_token: valid, expires_in: life } }
  }
}

describe('an access token', () => {
  test('is renewed at two thirds of its lifetime, with the refresh token, in the login realm', async () => {
    const { token, clock, forms, requests } = await provider(rotating())
    expect(await token.get()).toBe('access-1')
    clock.now = 39_999
    expect(await token.get()).toBe('access-1')
    clock.now = 40_000
    expect(await token.get()).toBe('access-2')
    expect(forms).toEqual([
      { grant_type: 'password', client_id: 'admin-cli', username: 'ada', password: 'p&ß' },
      { grant_type: 'refresh_token', client_id: 'admin-cli', refresh_token: 'refresh-1' },
    ])
    expect(new Set(requests.map(({ path }) => path))).toEqual(
      new Set(['/realms/master/protocol/openid-connect/token']),
    )
  })

  test('is renewed once for any number of callers, also if each refresh token works once', async () => {
    const { token, clock, forms } = await provider(rotating({ life: 6 }))
    for (let turn = 0; turn < 20; turn++) {
      const tokens = await Promise.all(Array.from({ length: 32 }, () => token.get()))
      expect(new Set(tokens)).toEqual(new Set([`access-${turn + 1}`]))
      clock.now += 4000
    }
    expect(grants(forms)).toEqual(['password', ...Array<string>(19).fill('refresh_token')])
  })

  test('of client credentials, which have no refresh token, is renewed by signing in again', async () => {
    const { token, clock, forms, requests } = await provider(
      () => ({ json: { access_token: `t${forms.length}`, expires_in: 60 } }),
      client,
    )
    expect(await token.get()).toBe('t1')
    clock.now = 40_000
    expect(await token.get()).toBe('t2')
    expect(grants(forms)).toEqual(['client_credentials', 'client_credentials'])
    const basic = `Basic ${Buffer.from('kc-logout:s3cret').toString('base64')}`
    expect(requests.map(({ headers }) => headers.authorization)).toEqual([basic, basic])
    expect(requests.map(({ body }) => body).join()).not.toContain('s3cret')
  })

  test('does not depend on the clock of either machine', async () => {
    const long = Buffer.from(JSON.stringify({ exp: 1, iat: 0 })).toString('base64url')
    const { token, forms } = await provider(() => ({
      json: { access_token: `e30.${long}.x`, refresh_token: 'r', expires_in: 60 },
    }))
    await token.get()
    await token.get()
    expect(forms).toHaveLength(1)
  })

  test('is renewed by one new sign-in if Keycloak refuses the refresh token', async () => {
    const { token, clock, forms } = await provider((form) =>
      form.get('grant_type') === 'refresh_token'
        ? { status: 400, json: { error: 'invalid_grant', error_description: 'Stale token' } }
        : { json: { access_token: `t${forms.length}`, refresh_token: 'r', expires_in: 60 } },
    )
    await token.get()
    clock.now = 50_000
    expect(await token.get()).toBe('t3')
    expect(grants(forms)).toEqual(['password', 'refresh_token', 'password'])
  })

  test('is not requested again if that sign-in is refused, too: exit 4', async () => {
    const { token, clock, forms } = await provider((form) =>
      forms.length === 1
        ? { json: { access_token: 't', refresh_token: 'r', expires_in: 60 } }
        : {
            status: form.get('grant_type') === 'password' ? 401 : 400,
            json: { error: 'invalid_grant', error_description: 'Account disabled' },
          },
    )
    await token.get()
    clock.now = 50_000
    expect(await outcomeOf(token.get())).toMatchObject({ code: 'account-disabled', exitCode: 4 })
    expect(grants(forms)).toEqual(['password', 'refresh_token', 'password'])
  })

  test('that was not accepted is renewed once for all callers', async () => {
    const { token, forms } = await provider(rotating())
    const rejected = await token.get()
    expect(await Promise.all(Array.from({ length: 16 }, () => token.renew(rejected)))).not.toContain(false)
    expect(await token.get()).toBe('access-2')
    await token.renew(rejected)
    expect(await token.get()).toBe('access-2')
    expect(forms).toHaveLength(2)
  })

  test('stays in use during an outage of the token endpoint, while it is valid', async () => {
    let away = false
    const { token, clock } = await provider((form) => (away ? { status: 503, text: '' } : rotating()(form)))
    await token.get()
    away = true
    clock.now = 45_000
    expect(await token.get()).toBe('access-1')
    clock.now = 61_000
    expect(await outcomeOf(token.get())).toMatchObject({ code: 'server-unavailable', exitCode: 6 })
    away = false
    expect(await token.get()).toMatch(/^access-/)
  })
})

describe('a client secret', () => {
  test('is form-encoded inside Basic (RFC 6749, 2.3.1)', async () => {
    const { token, requests } = await provider(() => ({ json: { access_token: 't', expires_in: 60 } }), {
      ...client,
      clientId: 'a:b c',
      clientSecret: '%+ü',
    } as never)
    await token.get()
    const basic = requests[0]?.headers.authorization?.replace('Basic ', '') ?? ''
    expect(Buffer.from(basic, 'base64').toString()).toBe('a%3Ab+c:%25%2B%C3%BC')
  })

  test('is sent in the body if the server does not decode that', async () => {
    const { token, forms } = await provider(
      (form) =>
        form.has('client_secret')
          ? { json: { access_token: 't', expires_in: 60 } }
          : {
              status: 401,
              json: { error: 'invalid_client', error_description: 'Invalid client credentials' },
            },
      { ...client, clientSecret: 'a+b' } as never,
    )
    expect(await token.get()).toBe('t')
    expect(forms[1]).toEqual({
      grant_type: 'client_credentials',
      client_id: 'kc-logout',
      client_secret: 'a+b',
    })
  })

  test('without special characters is sent once if it is wrong', async () => {
    const json = {
      error: 'unauthorized_client',
      error_description: 'Invalid client or Invalid client credentials',
    }
    const { token, forms } = await provider(() => ({ status: 401, json }), client)
    expect(await outcomeOf(token.get())).toMatchObject({ code: 'wrong-client', exitCode: 4 })
    expect(forms).toHaveLength(1)
  })
})

describe('a failed sign-in: exit 4 with reason and hint', () => {
  test.each([
    [401, 'invalid_grant', 'Invalid user credentials', 'wrong-password', '--login-realm'],
    [400, 'invalid_grant', 'Account disabled', 'account-disabled', 'Enable the account'],
    [400, 'invalid_grant', 'Account is not fully set up', 'account-not-set-up', 'browser'],
    [401, 'invalid_client', 'Invalid client or Invalid client credentials', 'wrong-client', '--client-id'],
    [
      401,
      'unauthorized_client',
      'Invalid client or Invalid client credentials',
      'wrong-client',
      '--client-id',
    ],
    [
      400,
      'unauthorized_client',
      'Client not allowed for direct access grants',
      'grant-not-allowed',
      'Direct access',
    ],
    [400, 'invalid_scope', 'Invalid scopes: x', 'sign-in-failed', 'admin-cli'],
  ])('%i %s "%s"', async (status, error, error_description, code, hint) => {
    const { token } = await provider(() => ({ status, json: { error, error_description } }))
    expect(await outcomeOf(token.get())).toMatchObject({
      code,
      exitCode: 4,
      message: `Signing in as ada to realm master failed: "${error_description}".`,
      hint: expect.stringContaining(hint),
    })
  })

  test('a client without a service account', async () => {
    const json = {
      error: 'unauthorized_client',
      error_description: 'Client not enabled to retrieve service account',
    }
    const { token } = await provider(() => ({ status: 401, json }), client)
    expect(await outcomeOf(token.get())).toMatchObject({
      code: 'grant-not-allowed',
      message: expect.stringContaining('client kc-logout'),
      hint: expect.stringContaining('Service accounts'),
    })
  })

  test.each([
    ['a web page', { text: '<html>Sign in</html>' }],
    ['an empty answer', { status: 200, text: '' }],
    ['a list', { json: [] }],
    ['no token', { json: { expires_in: 60 } }],
    ['a token with a line break', { json: { access_token: 'a\r\nx: y', expires_in: 60 } }],
    ['half a document', { text: '{"access_token":"abc' }],
  ])('%s instead of a token is no success: exit 1', async (_, reply) => {
    const { token } = await provider(() => reply)
    expect(await outcomeOf(token.get())).toMatchObject({ code: 'bad-answer', exitCode: 1 })
  })
})

describe('a given token', () => {
  const credentials = { kind: 'token', token: secret('given') } as const

  test('is used as it is, without a sign-in', async () => {
    const { url, requests } = await scriptedServer(keycloakScript(() => ({ json: [] })))
    await (await openAt(url, { credentials })).sessionsOf('u')
    expect(requests.map(({ method, path }) => `${method} ${path.split('/').at(-1)}`)).toEqual([
      'GET openid-configuration',
      'GET sessions',
    ])
    expect(requests[1]?.headers.authorization).toBe('Bearer given')
  })

  test('that is not accepted: exit 4 after one request', async () => {
    const { url, requests } = await scriptedServer(
      keycloakScript(() => ({ status: 401, json: { error: 'HTTP 401 Unauthorized' } })),
    )
    const keycloak = await openAt(url, { credentials })
    expect(await outcomeOf(keycloak.sessionsOf('u'))).toMatchObject({ code: 'unauthorized', exitCode: 4 })
    expect(requests).toHaveLength(2)
  })
})

describe('ownSessionId', () => {
  const tokenWith = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`
  const open = async (claims: object, answer: object, changes = {}) => {
    const token = () => ({ json: { access_token: tokenWith(claims), expires_in: 60, ...answer } })
    const { url } = await scriptedServer(keycloakScript(() => ({ json: [] }), { token }))
    return openAt(url, { realm: 'master', ...changes })
  }

  test.each([
    ['sid', { sid: 'S1' }, {}, 'S1'],
    ['session_state, before 16', { session_state: 'S2' }, {}, 'S2'],
    ['the answer alone', {}, { session_state: 'S3' }, 'S3'],
    ['neither (client credentials)', {}, {}, undefined],
    ['an odd claim', { sid: 7 }, {}, undefined],
  ])('is known by %s', async (_, claims, answer, expected) => {
    expect(await (await open(claims, answer)).ownSessionId()).toBe(expected)
  })

  test('is undefined if the login realm is another realm', async () => {
    expect(await (await open({ sid: 'S1' }, {}, { realm: 'customers' })).ownSessionId()).toBeUndefined()
  })

  test('is undefined if the token is not a JWT', async () => {
    const { url } = await scriptedServer(keycloakScript(() => ({ json: [] })))
    expect(await (await openAt(url, { realm: 'master' })).ownSessionId()).toBeUndefined()
  })
})

describe('serverTime', () => {
  const at = async (claims: object) => {
    const payload = Buffer.from(JSON.stringify(claims)).toString('base64url')
    const token = () => ({ json: { access_token: `e30.${payload}.x`, expires_in: 60 } })
    return openAt((await scriptedServer(keycloakScript(() => ({ json: [] }), { token }))).url)
  }

  test('is the issue time of the token plus the time since, whatever the local clock says', async () => {
    const keycloak = await at({ iat: 1_600_000_000 })
    const first = (await keycloak.serverTime()) ?? Number.NaN
    expect(first).toBeGreaterThanOrEqual(1_600_000_000_000)
    expect(first).toBeLessThan(1_600_000_010_000)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(await keycloak.serverTime()).toBeGreaterThanOrEqual(first + 40)
  })

  test.each([[{}], [{ iat: 'now' }], [{ iat: 0 }]])('is undefined for a token with %j', async (claims) => {
    expect(await (await at(claims)).serverTime()).toBeUndefined()
  })

  test('is undefined for a given token, whose age is unknown', async () => {
    const { url } = await scriptedServer(keycloakScript(() => ({ json: [] })))
    const payload = Buffer.from('{"iat":1600000000}').toString('base64url')
    const credentials = { kind: 'token', token: secret(`e30.${payload}.x`) } as const
    expect(await (await openAt(url, { credentials })).serverTime()).toBeUndefined()
  })
})
