import { describe, expect, it } from 'vitest'
import { inspect, rule } from '../../test/support/inspecting.ts'
import {
  accessClaims,
  actionTokenClaims,
  clientAssertionClaims,
  dpopProof,
  hmacToken,
  ISSUER,
  idClaims,
  NOW,
  refreshClaims,
  registrationClaims,
  securityEventClaims,
  signedToken,
} from '../../test/support/tokens.ts'

const untyped = { typ: undefined }
type Claims = Record<string, unknown>

describe('the kind of a token', () => {
  const cases: [kind: string, what: string, claims: Claims, header?: Claims, label?: string][] = [
    ['security-event', 'the header type', securityEventClaims(), { typ: 'secevent+jwt' }],
    ['security-event', 'a CAEP event', securityEventClaims({ sub_id: undefined, txn: undefined }), untyped],
    ['security-event', 'a subject identifier', { iss: 'x', events: { a: {} }, sub_id: {} }, untyped],
    [
      'logout',
      'a logout event, also with typ secevent+jwt',
      { events: { 'http://schemas.openid.net/event/backchannel-logout': {} } },
      { typ: 'secevent+jwt' },
    ],
    ['client-assertion', 'iss = sub', clientAssertionClaims(), untyped],
    ['client-assertion', 'the header type', { iss: 'a', sub: 'b' }, { typ: 'client-authentication+jwt' }],
    ['client-assertion', 'its name', { iss: 'a', sub: 'b' }, untyped, 'client_assertion'],
    ['dpop-proof', 'the header type', { htm: 'GET' }, { typ: 'dpop+jwt' }],
    ['dpop-proof', 'htm and htu', { htm: 'GET', htu: 'https://a' }, untyped],
    ['action-token', 'a known action', actionTokenClaims()],
    ['action-token', 'the action of an extension', actionTokenClaims({ typ: 'external-app-notification' })],
    ['action-token', 'the same without a sign-in', actionTokenClaims({ typ: 'my-action', asid: undefined })],
    ['registration', 'a registration access token', registrationClaims()],
    ['registration', 'an initial access token', registrationClaims({ typ: 'InitialAccessToken' })],
    [
      'unknown',
      'an unknown header type, though it looks like an ID token',
      idClaims(untyped),
      { typ: 'foo+jwt' },
    ],
    ['unknown', 'a known type without rules', accessClaims(untyped), { typ: 'oauth-authz-req+jwt' }],
    ['unknown', 'an unknown payload type', accessClaims({ typ: 'Banana' }), untyped],
    [
      'unknown',
      'an unknown header type, whatever its name',
      accessClaims(untyped),
      { typ: 'foo+jwt' },
      'access_token',
    ],
    ['access', 'its name, with an unknown payload type', { typ: 'Banana' }, untyped, 'access_token'],
    ['id', 'typ JOSE, which is no type', idClaims(untyped), { typ: 'JOSE' }],
    ['id', 'a payload typ JWT', idClaims({ typ: 'JWT' }), untyped],
  ]

  it.each(cases)('%s: %s', async (kind, _, payload, header = {}, label) => {
    const token = await signedToken({ payload, header })
    expect((await inspect(token, label === undefined ? {} : { label })).kind).toBe(kind)
  })

  it.each([
    ['Authorization request (RFC 9101)', accessClaims(untyped), { typ: 'oauth-authz-req+jwt' }],
    ['Token of unknown kind', accessClaims(untyped), { typ: 'foo+jwt' }],
    ['Initial access token', registrationClaims({ typ: 'InitialAccessToken' }), {}],
    ['Registration access token', registrationClaims(), {}],
  ])('is called %s', async (name, payload, header) => {
    expect((await inspect(await signedToken({ payload, header }))).name).toBe(name)
  })

  it('a token of an unknown type says so', async () => {
    const typed = await inspect(await signedToken({ payload: idClaims(untyped), header: { typ: 'foo+jwt' } }))
    expect(rule(typed, 'T11').message).toBe('kc-logout does not know the type "foo+jwt" of its header.')
    const banana = await inspect(await signedToken({ payload: accessClaims({ typ: 'Banana' }) }))
    expect(rule(banana, 'T11').message).toBe('kc-logout does not know the type "Banana" of its payload.')
  })

  it('a token with another explicit type fails as an ID token', async () => {
    const report = await inspect(await signedToken({ payload: idClaims(), header: { typ: 'foo+jwt' } }), {
      kind: 'id',
    })
    expect(rule(report, 'I16')).toMatchObject({ status: 'fail', message: 'Its header typ says "foo+jwt".' })
  })
})

describe('a token bound to a key says so', () => {
  const cases: [string, Claims, string][] = [
    ['DPoP', { jkt: 'x' }, 'It is bound to a DPoP key (cnf.jkt): each request needs a DPoP proof with it.'],
    [
      'a certificate',
      { 'x5t#S256': 'x' },
      'It is bound to a client certificate (cnf.x5t#S256): the client must connect with it (mutual TLS).',
    ],
    ['another key', { jwk: {} }, 'It is bound to a key (cnf jwk).'],
  ]
  it.each(cases)('%s', async (_, cnf, message) => {
    const access = await inspect(
      await signedToken({ payload: accessClaims({ cnf }), header: { typ: 'at+jwt' } }),
    )
    expect(rule(access, 'A11')).toMatchObject({ status: 'warn', message })
    const refresh = await inspect(hmacToken('HS512', refreshClaims({ cnf })))
    expect(rule(refresh, 'F10')).toMatchObject({ status: 'warn', message })
  })
})

describe('members of a wrong type are reported', () => {
  const cases: [string, () => Promise<string> | string, string][] = [
    ['kid', () => signedToken({ payload: idClaims(), header: { kid: 7 } }), 'kid in the header is a number.'],
    [
      'typ',
      () => signedToken({ payload: idClaims(), header: { typ: ['JWT'] } }),
      'typ in the header is an array.',
    ],
    ['cty', () => signedToken({ payload: idClaims(), header: { cty: null } }), 'cty in the header is null.'],
    ['jti', () => signedToken({ payload: idClaims({ jti: 7 }) }), 'jti in the payload is a number.'],
    [
      'payload typ',
      () => signedToken({ payload: accessClaims({ typ: {} }) }),
      'typ in the payload is an object.',
    ],
    [
      'jti of a refresh token',
      () => hmacToken('HS512', refreshClaims({ jti: [] })),
      'jti in the payload is an array.',
    ],
  ]
  it.each(cases)('%s', async (_, token, message) => {
    const report = await inspect(await token())
    expect(rule(report, 'T12')).toMatchObject({ status: 'fail', message })
    expect(report.verdict).toBe('fail')
  })
})

it('what a token is about follows its kind', async () => {
  const about = async (payload: Claims, header: Claims = {}) =>
    (await inspect(await signedToken({ payload, header }))).about
  const user = '7a1ece12-d9f9-4e46-bf93-16bf23a5c6e7'
  expect(await about(securityEventClaims(), { typ: 'secevent+jwt' })).toMatchObject({
    realm: 'customers',
    clientId: 'shop',
    userId: user,
    sessionId: 'Js2gCFob81SRJ1mx7Zo5CcSU',
  })
  expect(await about(clientAssertionClaims())).toEqual({
    server: 'https://kc.example.com',
    realm: 'customers',
    clientId: 'shop',
    userId: null,
    username: null,
    sessionId: null,
  })
  expect(await about(actionTokenClaims())).toMatchObject({ clientId: 'shop', userId: user, sessionId: null })
})

it('a registration access token never expires', async () => {
  const report = await inspect(hmacToken('HS512', registrationClaims()))
  expect([report.times.state, report.verdict]).toEqual(['no-expiry', 'pass'])
  const old = await inspect(
    hmacToken('HS512', registrationClaims({ typ: 'InitialAccessToken', iat: NOW - 3000, exp: NOW - 60 })),
  )
  expect([old.times.state, old.verdict]).toEqual(['aged', 'fail'])
})

it('a DPoP proof is verified with its own key, also without keys', async () => {
  const report = await inspect(await dpopProof(), { keys: { missing: 'no keys' } })
  expect([report.signature.status, report.verdict]).toEqual(['valid', 'pass'])
  expect(report.signature.reason).toMatch(/^Signed with the key in its header \(thumbprint [\w-]{43}\)\.$/)
})

it("a client assertion is not verified with the realm's keys", async () => {
  const token = await signedToken({ payload: clientAssertionClaims() })
  expect((await inspect(token, { keysOfIssuer: true })).signature).toMatchObject({
    status: 'not-checked',
    reason:
      "The client signed it: the realm's keys do not verify it. Give the client's public keys: --jwks FILE|URL.",
  })
  expect((await inspect(token)).signature.status).toBe('valid')
  expect(ISSUER).toBe('https://kc.example.com/realms/customers')
})
