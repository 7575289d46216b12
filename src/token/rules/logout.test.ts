import { describe, expect, it } from 'vitest'
import { type InspectOptions, ids, inspect, rule } from '../../../test/support/inspecting.ts'
import {
  ALGS,
  encrypted,
  hmacToken,
  ISSUER,
  idClaims,
  keycloakLogoutToken,
  logoutClaims,
  logoutToken,
  NOW,
  type TestAlg,
  testKeys,
  unsignedToken,
} from '../../../test/support/tokens.ts'
import { decryptToken } from '../decrypt.ts'
import { LOGOUT_EVENT } from '../kind.ts'

type Make = (alg: TestAlg) => Promise<string> | string
const claims =
  (changes: Record<string, unknown>, header: Record<string, unknown> = {}): Make =>
  (alg) =>
    logoutToken(changes, { alg, header })

describe('a valid logout token passes', () => {
  it.each(ALGS)('signed with %s', async (alg) => {
    const report = await inspect(await logoutToken({}, { alg }))
    expect(report).toMatchObject({ kind: 'logout', verdict: 'pass', signature: { status: 'valid', alg } })
    expect([...ids(report, 'fail'), ...ids(report, 'warn')]).toEqual([])
  })

  it('as Keycloak 26.7 writes it, spaces in the header included', async () => {
    const report = await inspect(await keycloakLogoutToken())
    expect(report.verdict).toBe('pass')
    expect(report.about).toEqual({
      server: 'https://kc.example.com',
      realm: 'customers',
      clientId: 'shop',
      userId: '7a1ece12-d9f9-4e46-bf93-16bf23a5c6e7',
      username: null,
      sessionId: 'Js2gCFob81SRJ1mx7Zo5CcSU',
    })
  })

  it('with aud as a list', async () => {
    expect((await inspect(await logoutToken({ aud: ['other', 'shop'] }))).verdict).toBe('pass')
  })

  it('with claims that receivers must ignore', async () => {
    const report = await inspect(await logoutToken({ ignored_claim: 'x' }))
    expect(report.verdict).toBe('pass')
    expect(rule(report, 'L24')).toMatchObject({ status: 'pass', actual: ['typ', 'ignored_claim'] })
  })
})

/** One broken token for each rule; `status` is what the rule says, `others` what necessarily breaks with it. */
const BROKEN: [
  id: string,
  what: string,
  make: Make,
  more?: { others?: string[]; status?: 'warn' } & InspectOptions,
][] = [
  [
    'L01',
    'has lost its signature',
    async (alg) => (await logoutToken({}, { alg })).split('.').slice(0, 2).join('.'),
    { others: ['L03'] },
  ],
  [
    'L02',
    'is not encrypted as the ID tokens are',
    claims({}),
    { status: 'warn', expect: { encryptionExpected: true } },
  ],
  [
    'L03',
    'was changed after it was signed',
    async (alg) => tampered(await logoutToken({}, { alg }), { sub: 'eve' }),
  ],
  [
    'L04',
    'is signed with another algorithm than the client expects',
    claims({}),
    { expect: { alg: 'RS384' } },
  ],
  ['L04', 'is signed with HS256', () => hmacToken('HS256', logoutClaims(), { typ: 'logout+jwt' })],
  ['L05', 'is not signed', () => unsignedToken(logoutClaims()), { others: ['L03'] }],
  ['L06', 'has no typ', claims({}, { typ: undefined }), { status: 'warn' }],
  ['L06', 'says typ JWT', claims({}, { typ: 'JWT' }), { status: 'warn' }],
  ['L06', 'says another typ', claims({}, { typ: 'secevent+jwt' }), { others: ['L31'] }],
  ['L07', 'has no iss', claims({ iss: undefined })],
  ['L07', 'has another issuer', claims({ iss: 'https://evil.example.com/realms/customers' })],
  ['L07', 'has the issuer with a slash at its end', claims({ iss: `${ISSUER}/` })],
  ['L08', 'has no aud', claims({ aud: undefined })],
  ['L08', 'is for another client', claims({ aud: 'other' })],
  ['L08', 'has an empty list as aud', claims({ aud: [] })],
  ['L08', 'has a number as aud', claims({ aud: 7 })],
  ['L09', 'has an azp', claims({ azp: 'other' }), { status: 'warn' }],
  ['L10', 'has no iat', claims({ iat: undefined })],
  ['L10', 'has an iat in the future', claims({ iat: NOW + 60, exp: NOW + 180 })],
  ['L10', 'has a string as iat', claims({ iat: String(NOW) })],
  ['L11', 'has no exp', claims({ exp: undefined })],
  ['L11', 'has expired', claims({ iat: NOW - 300, exp: NOW - 180 })],
  ['L11', 'was never valid', claims({ iat: NOW, exp: NOW - 60 })],
  ['L11', 'has exp in milliseconds', claims({ exp: (NOW + 100) * 1000 }), { others: ['L12'] }],
  ['L11', 'has a string as exp', claims({ exp: String(NOW + 100) })],
  ['L12', 'is valid for an hour', claims({ exp: NOW + 3600 }), { status: 'warn' }],
  ['L13', 'has no jti', claims({ jti: undefined })],
  ['L13', 'has a number as jti', claims({ jti: 42 })],
  ['L13', 'has an empty jti', claims({ jti: '' })],
  ['L14', 'has no events', claims({ events: undefined }), { others: ['L15'] }],
  ['L14', 'has a list as events', claims({ events: [LOGOUT_EVENT] }), { others: ['L15'] }],
  [
    'L15',
    'has another event',
    claims({ events: { 'http://schemas.openid.net/event/foobar': {} } }),
    { others: ['L18'] },
  ],
  [
    'L15',
    'has nearly the event',
    claims({ events: { 'https://schemas.openid.net/event/backchannel_logout/': {} } }),
    { others: ['L18'] },
  ],
  ['L16', 'has null as its event', claims({ events: { [LOGOUT_EVENT]: null } })],
  ['L16', 'has a list as its event', claims({ events: { [LOGOUT_EVENT]: [] } })],
  ['L17', 'has something in its event', claims({ events: { [LOGOUT_EVENT]: { a: 1 } } }), { status: 'warn' }],
  [
    'L18',
    'revokes offline access',
    claims({ events: { [LOGOUT_EVENT]: {}, revoke_offline_access: true } }),
    { status: 'warn' },
  ],
  ['L19', 'has neither sub nor sid', claims({ sub: undefined, sid: undefined })],
  ['L20', 'has a number as sub', claims({ sub: 42 })],
  ['L20', 'has a number as sid', claims({ sid: 42 })],
  ['L20', 'has a sub of 256 characters', claims({ sub: 'x'.repeat(256) })],
  ['L20', 'has a sub that is not ASCII', claims({ sub: 'Zoë' })],
  [
    'L21',
    'has no sid though the client wants one',
    claims({ sid: undefined }),
    { others: ['L22'], expect: { sessionRequired: true } },
  ],
  ['L22', 'means all sessions', claims({ sid: undefined }), { status: 'warn' }],
  ['L23', 'has a nonce', claims({ nonce: 'abc' })],
  ['L23', 'has a nonce that is null', claims({ nonce: null })],
  ['L25', 'was received before', claims({}), { expect: { seenBefore: () => NOW - 5 } }],
  [
    'L26',
    'is of another issuer than the ID token',
    claims({}),
    { expect: { idToken: idClaims({ iss: 'https://other.example.com' }) } },
  ],
  [
    'L27',
    'is of another user than the ID token',
    claims({}),
    { expect: { idToken: idClaims({ sub: 'pairwise' }) } },
  ],
  [
    'L28',
    'is of another session than the ID token',
    claims({}),
    { expect: { idToken: idClaims({ sid: 'other' }) } },
  ],
  ['L31', 'says in its payload that it is an ID token', claims({ typ: 'ID' })],
  [
    'L31',
    'says in its header that it is an access token',
    claims({}, { typ: 'at+jwt' }),
    { others: ['L06'], kind: 'logout' },
  ],
]

describe('a broken logout token is caught by its rule:', () => {
  it.each(BROKEN.map((row, index) => [...row, ALGS[index % ALGS.length] ?? 'RS256'] as const))(
    '%s: it %s',
    async (...row) => {
      const [id, , make] = row
      const alg = row.at(-1) as TestAlg
      const { others = [], status = 'fail', ...asked } = (row.length === 5 ? row[3] : undefined) ?? {}
      const report = await inspect(await make(alg), { kind: 'logout', ...asked })
      expect(rule(report, id).status).toBe(status)
      const off = [...ids(report, 'fail'), ...ids(report, 'warn')].filter(
        (each) => each !== id && !others.includes(each),
      )
      expect(off).toEqual([])
      expect(report.verdict).toBe(status === 'fail' ? 'fail' : 'pass')
    },
  )

  it('L29: a critical extension', async () => {
    const report = await inspect(await critToken())
    expect(rule(report, 'L29')).toMatchObject({ status: 'fail', actual: ['exp'] })
    expect(report).toMatchObject({ verdict: 'fail', signature: { status: 'invalid' } })
  })

  it('L30: the outer header of an encrypted token does not repeat the issuer', async () => {
    const key = JSON.stringify((await testKeys()).encryption.privateJwk)
    const decrypt = (token: string, alg: unknown) => decryptToken(token, alg, key)
    const without = await inspect(await encrypted(await logoutToken()), { decrypt })
    expect(rule(without, 'L30').status).toBe('warn')
    expect(without).toMatchObject({
      kind: 'logout',
      form: 'jwe',
      verdict: 'pass',
      signature: { status: 'valid' },
    })
    const withIt = await inspect(await encrypted(await logoutToken(), { iss: ISSUER }), { decrypt })
    expect(rule(withIt, 'L30').status).toBe('pass')
  })

  it('reports all broken rules at once', async () => {
    const report = await inspect(
      await logoutToken({
        nonce: 'x',
        jti: undefined,
        aud: 'other',
        iss: 'http://kc.example.com/realms/customers',
        events: [],
      }),
    )
    expect(ids(report, 'fail')).toEqual(['L07', 'L08', 'L13', 'L14', 'L15', 'L23'])
  })
})

describe('--strict', () => {
  it.each([
    ['L06', claims({}, { typ: 'JWT' })],
    ['L12', claims({ exp: NOW + 3600 })],
    ['L17', claims({ events: { [LOGOUT_EVENT]: { a: 1 } } })],
  ])('makes %s a failure', async (id, make) => {
    const report = await inspect(await make('RS256'), { strict: true })
    expect(ids(report, 'fail')).toEqual([id])
    expect(report.verdict).toBe('fail')
  })

  it('leaves MAY rules alone', async () => {
    const report = await inspect(await logoutToken({ sid: undefined, azp: 'x' }), { strict: true })
    expect(report.verdict).toBe('pass')
  })
})

describe('explains', () => {
  it.each([
    [`${ISSUER}/`, 'it ends with a slash'],
    ['http://kc.example.com/realms/customers', 'the scheme is http'],
    ['https://kc.example.com:8443/realms/customers', 'the port is 8443'],
    ['https://kc.internal/realms/customers', 'the host is kc.internal'],
    ['https://kc.example.com/realms/Customers', 'the realm is Customers'],
    ['https://kc.example.com/auth/realms/customers', 'the path begins with /auth'],
    ['kc', 'it is not a URL'],
  ])('the difference between issuers: %s', async (iss, words) => {
    const { message, expected, actual } = rule(await inspect(await logoutToken({ iss })), 'L07')
    expect(message).toContain(words)
    expect([expected, actual]).toEqual([ISSUER, iss])
  })

  it('a missing exp with Keycloak before 23.0.4', async () => {
    const found = rule(await inspect(await logoutToken({ exp: undefined })), 'L11')
    expect(found.message).toContain('23.0.4')
    expect(found.fix).toContain('keycloak#25753')
  })

  it('an expired token that was valid, and how to check it for that time', async () => {
    const report = await inspect(await logoutToken({ iat: NOW - 3600, exp: NOW - 3480 }))
    const found = rule(report, 'L11')
    expect(found.message).toContain('It was valid until then.')
    expect(found.message).toContain('until 2026-11-21 04:22:00 UTC')
    expect(found.fix).toBe('To check it for that time: --at 2026-11-21T04:20:00Z')
    expect(report.times.state).toBe('aged')
    const then = await inspect(await logoutToken({ iat: NOW - 3600, exp: NOW - 3480 }), {
      expect: { now: NOW - 3600 },
    })
    expect(then.verdict).toBe('pass')
  })

  it('an expired token that was never valid', async () => {
    const report = await inspect(await logoutToken({ iat: NOW - 3600, exp: NOW - 3480, nonce: 'x' }))
    expect(rule(report, 'L11').message).toContain('It was never valid: L23 failed before, too.')
    expect(report.times.state).toBe('never-valid')
  })

  it('milliseconds', async () => {
    expect(rule(await inspect(await logoutToken({ exp: (NOW + 100) * 1000 })), 'L11').message).toContain(
      'milliseconds',
    )
  })

  it('a wrong clock', async () => {
    const report = await inspect(await logoutToken({ iat: NOW + 90, exp: NOW + 210 }), {
      expect: { clockOffset: 92 },
    })
    expect(rule(report, 'L10').message).toContain(
      "The server's clock is 92 s ahead of this machine's, which is probably the reason.",
    )
  })

  it('applies the clock tolerance', async () => {
    expect((await inspect(await logoutToken({ iat: NOW - 140, exp: NOW - 20 }))).verdict).toBe('pass')
    expect((await inspect(await logoutToken({ iat: NOW + 25 }))).verdict).toBe('pass')
    const exact = await inspect(await logoutToken({ iat: NOW - 140, exp: NOW - 20 }), {
      expect: { tolerance: 0 },
    })
    expect(exact.verdict).toBe('fail')
  })
})

async function tampered(token: string, changes: Record<string, unknown>): Promise<string> {
  const [header, payload = '', signature] = token.split('.')
  const claims = { ...JSON.parse(Buffer.from(payload, 'base64url').toString()), ...changes }
  return [header, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.')
}

async function critToken(): Promise<string> {
  const { signedText } = await import('../../../test/support/tokens.ts')
  return signedText(
    '{"alg":"RS256","typ":"logout+jwt","kid":"rs256","crit":["exp"],"exp":1}',
    JSON.stringify(logoutClaims()),
  )
}

describe('rule details', () => {
  it('an iat in milliseconds does not fail the exp rule', async () => {
    const report = await inspect(await logoutToken({ iat: (NOW - 20) * 1000 }))
    expect(ids(report, 'fail')).toEqual(['L10'])
    expect(rule(report, 'L12').status).toBe('skip')
  })

  it('an azp equal to the client passes', async () => {
    expect(rule(await inspect(await logoutToken({ azp: 'shop' })), 'L09')).toMatchObject({
      status: 'pass',
      message: 'azp is the client.',
    })
  })

  it('missing claims are not compared with the ID token, different ones fail', async () => {
    const without = await inspect(await logoutToken({ sid: undefined }))
    expect(['L26', 'L27', 'L28'].map((id) => rule(without, id).message)).toEqual(
      Array(3).fill('Give --id-token to compare.'),
    )
    const expected = { idToken: idClaims() }
    const lacking = await inspect(await logoutToken({ sid: undefined }), { expect: expected })
    expect(rule(lacking, 'L28')).toMatchObject({ status: 'skip', message: 'It has no sid to compare.' })
    const withoutSub = await inspect(await logoutToken({ sub: undefined }), { expect: expected })
    expect(rule(withoutSub, 'L27')).toMatchObject({ status: 'skip', message: 'It has no sub to compare.' })
    const anonymous = await inspect(await logoutToken({ iss: undefined }), { expect: expected })
    expect(rule(anonymous, 'L26').status).toBe('fail')
  })
})
