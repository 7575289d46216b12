import { describe, expect, test } from 'vitest'
import { outcomeOf, type Reply, scriptedServer } from '../../../test/support/scripted-server.ts'
import type { DeviceCode } from '../../core/connection.ts'
import { serverAt } from '../http/find-server.ts'
import { createTransport } from '../http/transport.ts'
import { deviceToken } from './device-flow.ts'

const CODE = {
  device_code: 'device',
  user_code: 'ABCD-EFGH',
  verification_uri: 'http://127.0.0.1/device',
  verification_uri_complete: 'http://127.0.0.1/device?user_code=ABCD-EFGH',
  expires_in: 600,
  interval: 5,
}
const refused = (error: string, error_description?: string): Reply => ({
  status: 400,
  json: { error, error_description },
})
const PENDING = refused('authorization_pending')
const GRANTED: Reply = { json: { access_token: 'a', refresh_token: 'r', expires_in: 60 } }

/** A device sign-in with answers in order (the last one repeated), and its own clock. */
async function signIn(
  answers: readonly Reply[],
  {
    code = { json: CODE } as Reply,
    abortAfter = Number.POSITIVE_INFINITY,
    clientSecret,
  }: { code?: Reply; abortAfter?: number; clientSecret?: string } = {},
) {
  const pauses: number[] = []
  const shown: DeviceCode[] = []
  const abort = new AbortController()
  let now = 0
  let asked = 0
  const { url, requests } = await scriptedServer(({ path }) =>
    path.endsWith('/auth/device') ? code : answers[Math.min(asked++, answers.length - 1)],
  )
  const outcome = await outcomeOf(
    deviceToken(
      { kind: 'client', clientId: 'kc-logout', clientSecret },
      {
        transport: createTransport({
          timeout: 2000,
          userAgent: 'test',
          signal: new AbortController().signal,
        }),
        server: serverAt(url),
        loginRealm: 'master',
        monotonic: () => now,
        signal: abort.signal,
        sleep: async (ms) => {
          now += ms
          pauses.push(ms / 1000)
          if (pauses.length >= abortAfter) abort.abort('SIGINT')
        },
      },
      (each) => shown.push(each),
    ),
  )
  return { outcome, pauses, shown, requests }
}

describe('a sign-in with a device code', () => {
  test('shows the code and the address, and polls as in RFC 8628', async () => {
    const { outcome, pauses, shown, requests } = await signIn([PENDING, PENDING, GRANTED])
    expect(outcome).toMatchObject({ kind: 'token', accessToken: 'a', refreshToken: 'r' })
    expect(shown).toMatchObject([
      {
        userCode: 'ABCD-EFGH',
        url: CODE.verification_uri,
        completeUrl: CODE.verification_uri_complete,
        expiresIn: 600,
      },
    ])
    expect(pauses).toEqual([5, 5, 5])
    expect(requests.map(({ path }) => path.split('/').at(-1))).toEqual(['device', 'token', 'token', 'token'])
    expect(Object.fromEntries(new URLSearchParams(requests[0]?.body))).toEqual({
      client_id: 'kc-logout',
      scope: 'openid',
    })
    expect(Object.fromEntries(new URLSearchParams(requests[1]?.body))).toEqual({
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      device_code: 'device',
      client_id: 'kc-logout',
    })
  })

  test('polls five seconds slower after each slow_down', async () => {
    const slow = refused('slow_down')
    const { pauses } = await signIn([slow, PENDING, slow, GRANTED])
    expect(pauses).toEqual([5, 10, 10, 15])
  })

  test('polls every five seconds by default, and never without a pause', async () => {
    const { interval: _, ...without } = CODE
    expect((await signIn([GRANTED], { code: { json: without } })).pauses).toEqual([5])
    expect((await signIn([GRANTED], { code: { json: { ...CODE, interval: 0 } } })).pauses).toEqual([1])
  })

  test('a client with a secret authenticates both requests', async () => {
    const { requests } = await signIn([GRANTED], { clientSecret: 's' })
    const basic = `Basic ${Buffer.from('kc-logout:s').toString('base64')}`
    expect(requests.map(({ headers }) => headers.authorization)).toEqual([basic, basic])
  })

  test.each<[string, Reply[], object]>([
    ['refused in the browser', [PENDING, refused('access_denied')], { code: 'sign-in-denied', exitCode: 4 }],
    [
      'too late, as Keycloak says',
      [PENDING, refused('expired_token')],
      { code: 'code-expired', exitCode: 4 },
    ],
    ['expired by the local clock', [PENDING], { code: 'code-expired', exitCode: 4 }],
    [
      'a code that Keycloak does not know',
      [refused('invalid_grant', 'Device code not valid')],
      { exitCode: 4 },
    ],
  ])('%s', async (_, answers, expected) => {
    const { outcome, requests } = await signIn(answers)
    expect(outcome).toMatchObject(expected)
    expect(requests.length).toBeLessThan(125)
  })

  test('Ctrl-C ends the wait: exit 130', async () => {
    const { outcome, requests } = await signIn([PENDING], { abortAfter: 2 })
    expect(outcome).toMatchObject({ code: 'interrupted', exitCode: 130 })
    expect(requests).toHaveLength(2)
  })

  test('a client without the device grant: exit 4 with a hint', async () => {
    const code = refused(
      'unauthorized_client',
      'Client is not allowed to initiate OAuth 2.0 Device Authorization Grant. The flow is disabled for the client.',
    )
    expect((await signIn([], { code })).outcome).toMatchObject({
      code: 'device-not-allowed',
      exitCode: 4,
      hint: expect.stringContaining('docs/reference/login.md'),
    })
  })

  test.each(['javascript:alert(1)', 'file:///etc/passwd', 'no url'])(
    'an address that is no web page (%s) is not shown',
    async (verification_uri) => {
      const { outcome, shown } = await signIn([GRANTED], { code: { json: { ...CODE, verification_uri } } })
      expect(outcome).toMatchObject({ code: 'bad-answer' })
      expect(shown).toEqual([])
    },
  )
})
