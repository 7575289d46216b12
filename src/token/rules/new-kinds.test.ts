import { describe, expect, it } from 'vitest'
import { type InspectOptions, ids, inspect, rule } from '../../../test/support/inspecting.ts'
import {
  ALGS,
  accessClaims,
  actionTokenClaims,
  clientAssertionClaims,
  dpopProof,
  dpopThumbprint,
  hmacToken,
  ISSUER,
  NOW,
  registrationClaims,
  securityEventClaims,
  signedToken,
  unsignedToken,
} from '../../../test/support/tokens.ts'
import { dpopHash } from '../dpop.ts'
import { SESSION_REVOKED } from '../security-event.ts'

type Claims = Record<string, unknown>
const SET = { typ: 'secevent+jwt' }
const event = (changes: Claims = {}, header: Claims = SET) =>
  signedToken({ payload: securityEventClaims(changes), header })
const assertion = (changes: Claims = {}, header: Claims = {}) =>
  signedToken({ payload: clientAssertionClaims(changes), header })
const action = (changes: Claims = {}) => hmacToken('HS512', actionTokenClaims(changes))
const registration = (changes: Claims = {}) => hmacToken('HS512', registrationClaims(changes))
const user = { format: 'iss_sub', iss: ISSUER, sub: 'u1' }
const revoked = (details: unknown) => ({ events: { [SESSION_REVOKED]: details } })

describe('a valid token passes', () => {
  it.each(ALGS)('a security event token signed with %s', async (alg) => {
    const report = await inspect(await signedToken({ alg, payload: securityEventClaims(), header: SET }))
    expect(report).toMatchObject({ kind: 'security-event', verdict: 'pass', signature: { status: 'valid' } })
    expect([...ids(report, 'fail'), ...ids(report, 'warn')]).toEqual([])
    expect(rule(report, 'S13').message).toBe(
      'It ends session Js2gCFob81SRJ1mx7Zo5CcSU of 7a1ece12-d9f9-4e46-bf93-16bf23a5c6e7, at 2026-11-21 05:19:40 UTC, by admin, reason: User logout.',
    )
  })

  it.each([
    ['a user only', user],
    [
      'the session ALL, as Keycloak writes it for all',
      { format: 'complex', user, session: { format: 'opaque', id: 'ALL' } },
    ],
  ])('a security event token about %s', async (_, subject) => {
    const report = await inspect(await event({ sub_id: subject }))
    expect(rule(report, 'S13')).toMatchObject({
      status: 'pass',
      message: expect.stringMatching(/^It ends all sessions of u1/),
    })
  })

  it('a security event token of the time before SSF 1.0, with a note', async () => {
    const events = { [SESSION_REVOKED]: { subject: user, event_timestamp: NOW } }
    const report = await inspect(await event({ sub_id: undefined, events }))
    expect([report.verdict, ids(report, 'warn')]).toEqual(['pass', ['S11']])
    expect(report.about.userId).toBe('u1')
  })

  it.each(ALGS)('a client assertion signed with %s', async (alg) => {
    const report = await inspect(
      await signedToken({ alg, payload: clientAssertionClaims(), header: { typ: 'JWT' } }),
    )
    expect(report).toMatchObject({ kind: 'client-assertion', verdict: 'pass' })
    expect([...ids(report, 'fail'), ...ids(report, 'warn')]).toEqual([])
  })

  it('a DPoP proof with its request and its access token', async () => {
    const accessToken = await signedToken({ payload: accessClaims({ cnf: { jkt: await dpopThumbprint() } }) })
    const report = await inspect(await dpopProof({ ath: await dpopHash(accessToken) }), {
      accessToken,
      request: { method: 'GET', url: 'https://api.example.com/orders?page=2' },
    })
    expect([...ids(report, 'fail'), ...ids(report, 'warn'), ...ids(report, 'skip')]).toEqual([])
  })

  it('action tokens, by their action', async () => {
    for (const typ of ['reset-credentials', 'verify-email', 'update-email', 'execute-actions', 'ORGIVT']) {
      const report = await inspect(action({ typ }))
      expect(report).toMatchObject({
        kind: 'action-token',
        verdict: 'pass',
        signature: { status: 'not-checkable' },
      })
      expect([...ids(report, 'fail'), ...ids(report, 'warn')]).toEqual([])
    }
    const { message } = rule(
      await inspect(action({ typ: 'execute-actions', rqac: ['UPDATE_PASSWORD'] })),
      'E02',
    )
    expect(message).toBe(
      'It lets the user carry out the actions that an administrator requires: ["UPDATE_PASSWORD"].',
    )
  })

  it('registration and initial access tokens', async () => {
    for (const typ of ['RegistrationAccessToken', 'InitialAccessToken']) {
      const report = await inspect(registration({ typ }))
      expect(report).toMatchObject({ kind: 'registration', verdict: 'pass' })
      expect([...ids(report, 'fail'), ...ids(report, 'warn')]).toEqual([])
    }
  })
})

type Row = [
  id: string,
  what: string,
  make: () => Promise<string> | string,
  more?: { others?: string[]; status?: 'warn' } & InspectOptions,
]
const broken = async () => `${(await event()).slice(0, -8)}AAAAAAAA`

const BROKEN: readonly Row[] = [
  ['S01', 'has no typ', () => event({}, { typ: undefined })],
  ['S01', 'says typ JWT', () => event({}, { typ: 'JWT' })],
  [
    'S01',
    'says typ JWT, with an event of others',
    () => event({ events: { 'urn:x:y': {} } }, { typ: 'JWT' }),
    { status: 'warn', others: ['S08'] },
  ],
  [
    'S01',
    'is an access token by its type',
    () => event({}, { typ: 'at+jwt' }),
    { kind: 'security-event', others: ['T05'] },
  ],
  ['S02', 'has another issuer', () => event({ iss: 'https://evil.example.com' })],
  ['S03', 'is for another receiver', () => event({ aud: ['other'] })],
  ['S03', 'has no aud', () => event({ aud: undefined }), { status: 'warn' }],
  ['S04', 'has no iat', () => event({ iat: undefined })],
  ['S05', 'has no jti', () => event({ jti: undefined })],
  ['S05', 'has a number as jti', () => event({ jti: 7 })],
  ['S06', 'has no events', () => event({ events: undefined }), { others: ['S08'] }],
  ['S06', 'has an empty object as events', () => event({ events: {} })],
  ['S06', 'has a list as events', () => event({ events: [SESSION_REVOKED] })],
  ['S07', 'has an event that is not a URI', () => event({ events: { logout: {} } }), { others: ['S08'] }],
  ['S07', 'has null as its event', () => event(revoked(null))],
  ['S08', 'has an unknown event', () => event({ events: { 'urn:x:y': {} } }), { status: 'warn' }],
  ['S09', 'has an exp', () => event({ exp: NOW + 100 })],
  ['S10', 'has a sub', () => event({ sub: 'u1' })],
  ['S11', 'has no sub_id', () => event({ sub_id: undefined }), { others: ['S13'] }],
  ['S11', 'has a string as sub_id', () => event({ sub_id: 'u1' }), { others: ['S13'] }],
  ['S11', 'has a sub_id without a format', () => event({ sub_id: { sub: 'u1' } }), { others: ['S13'] }],
  ['S11', 'has a sub_id without its member', () => event({ sub_id: { format: 'iss_sub', sub: 'u1' } })],
  ['S11', 'has an empty complex sub_id', () => event({ sub_id: { format: 'complex' } }), { others: ['S13'] }],
  [
    'S11',
    'has a broken part in its sub_id',
    () => event({ sub_id: { format: 'complex', user, session: { format: 'opaque' } } }),
  ],
  [
    'S12',
    'has an unknown format',
    () => event({ sub_id: { format: 'catalog_item', catalog_id: 'x' } }),
    { status: 'warn', others: ['S13'] },
  ],
  [
    'S13',
    'names nobody',
    () => event({ sub_id: { format: 'complex', tenant: { format: 'opaque', id: 't' } } }),
    { status: 'warn' },
  ],
  ['S13', 'has milliseconds', () => event(revoked({ event_timestamp: NOW * 1000 })), { status: 'warn' }],
  [
    'S13',
    'has an unknown initiator',
    () => event(revoked({ initiating_entity: 'nobody' })),
    { status: 'warn' },
  ],
  ['S14', 'has another signature', broken],
  ['S15', 'is not signed', () => unsignedToken(securityEventClaims(), SET), { others: ['S14'] }],
  ['S16', 'was received before', () => event(), { status: 'warn', expect: { seenBefore: () => NOW - 5 } }],
  ['S17', 'has two audiences', () => event({ aud: ['shop', 'b'] }), { status: 'warn' }],
  [
    'C01',
    'has another typ',
    () => assertion({}, { typ: 'at+jwt' }),
    { kind: 'client-assertion', others: ['T05'] },
  ],
  ['C02', 'has another iss', () => assertion({ iss: 'b' }), { kind: 'client-assertion' }],
  ['C02', 'is of another client', () => assertion({ iss: 'b', sub: 'b' })],
  ['C02', 'has no sub', () => assertion({ sub: undefined }), { kind: 'client-assertion' }],
  ['C03', 'has no aud', () => assertion({ aud: undefined })],
  ['C03', 'has another aud', () => assertion({ aud: 'https://other.example.com' })],
  ['C03', 'has two audiences', () => assertion({ aud: [ISSUER, 'b'] })],
  [
    'C03',
    'is for the token endpoint',
    () => assertion({ aud: `${ISSUER}/protocol/openid-connect/token` }),
    { status: 'warn' },
  ],
  ['C04', 'has no exp', () => assertion({ exp: undefined })],
  ['C04', 'has expired', () => assertion({ iat: NOW - 300, exp: NOW - 240 })],
  ['C05', 'has no iat and a late exp', () => assertion({ iat: undefined, exp: NOW + 300 })],
  ['C05', 'has no iat', () => assertion({ iat: undefined }), { status: 'warn' }],
  ['C05', 'is old, though not expired', () => assertion({ iat: NOW - 300, exp: NOW + 300 })],
  ['C05', 'is from the future', () => assertion({ iat: NOW + 100, exp: NOW + 160 })],
  ['C06', 'has no jti', () => assertion({ jti: undefined })],
  ['C07', 'has another signature', async () => `${(await assertion()).slice(0, -8)}AAAAAAAA`],
  ['C08', 'is not signed', () => unsignedToken(clientAssertionClaims(), { typ: 'JWT' }), { others: ['C07'] }],
  ['D01', 'has no typ', () => dpopProof({}, { typ: undefined })],
  [
    'D02',
    'is signed with a secret',
    () => hmacToken('HS256', { htm: 'GET', htu: 'https://a', jti: 'x', iat: NOW }, { typ: 'dpop+jwt' }),
    { others: ['D03'] },
  ],
  ['D03', 'has no key', () => dpopProof({}, { jwk: undefined }), { others: ['D04'] }],
  [
    'D03',
    'has a private key',
    async () => dpopProof({}, { jwk: { kty: 'EC', crv: 'P-256', x: 'AAAA', y: 'AAAA', d: 'AAAA' } }),
    { others: ['D04'] },
  ],
  ['D04', 'has another signature', async () => `${(await dpopProof()).slice(0, -8)}AAAAAAAA`],
  ['D05', 'has no jti', () => dpopProof({ jti: undefined })],
  ['D06', 'has no htm', () => dpopProof({ htm: undefined })],
  ['D06', 'is for another method', () => dpopProof(), { request: { method: 'POST' } }],
  ['D07', 'has no htu', () => dpopProof({ htu: undefined })],
  ['D07', 'has a path as htu', () => dpopProof({ htu: '/orders' })],
  [
    'D07',
    'has a query in htu',
    () => dpopProof({ htu: 'https://api.example.com/orders?a=1' }),
    { status: 'warn' },
  ],
  ['D07', 'is for another URL', () => dpopProof(), { request: { url: 'https://api.example.com/other' } }],
  ['D07', 'is for another host', () => dpopProof(), { request: { url: 'http://api.internal:8080/orders' } }],
  ['D08', 'has no iat', () => dpopProof({ iat: undefined })],
  ['D08', 'is old', () => dpopProof({ iat: NOW - 100 })],
  ['D09', 'has no ath', () => dpopProof(), { accessToken: 'opaque', others: ['D10'] }],
  [
    'D09',
    'has the ath of another token',
    () => dpopProof({ ath: 'x' }),
    { accessToken: 'opaque', others: ['D10'] },
  ],
  ['D09', 'has a number as ath', () => dpopProof({ ath: 7 })],
  ['E01', 'is not signed', () => unsignedToken(actionTokenClaims(), { typ: 'JWT' })],
  [
    'E01',
    'is signed with a public key',
    () => signedToken({ payload: actionTokenClaims() }),
    { status: 'warn' },
  ],
  ['E02', 'has an unknown action', () => action({ typ: 'my-action' }), { status: 'warn' }],
  [
    'E03',
    'is of another realm',
    () => action({ iss: 'https://kc.example.com/realms/b', aud: 'https://kc.example.com/realms/b' }),
  ],
  ['E04', 'has another audience', () => action({ aud: 'shop' })],
  ['E05', 'has expired', () => action({ exp: NOW - 60 })],
  ['E05', 'has no exp', () => action({ exp: undefined })],
  ['E06', 'has no iat', () => action({ iat: undefined })],
  ['E07', 'has no sub', () => action({ sub: undefined })],
  ['E08', 'has no nonce', () => action({ nonce: undefined })],
  ['E09', 'is valid for a week', () => action({ exp: NOW + 7 * 86_400 }), { status: 'warn' }],
  ['G01', 'is cut off', () => registration().slice(0, -2)],
  [
    'G02',
    'is of another realm',
    () => registration({ iss: 'https://kc.example.com/realms/b', aud: 'https://kc.example.com/realms/b' }),
  ],
  ['G03', 'has another audience', () => registration({ aud: 'shop' })],
  ['G04', 'has expired', () => registration({ typ: 'InitialAccessToken', exp: NOW - 60 })],
  ['G05', 'has no iat', () => registration({ iat: undefined })],
  ['G06', 'has no jti', () => registration({ jti: undefined })],
]

describe('a broken token is caught by its rule:', () => {
  it.each(BROKEN)('%s: it %s', async (id, _, make, more = {}) => {
    const { others = [], status = 'fail', ...options } = more
    const report = await inspect(await make(), options)
    expect(rule(report, id).status).toBe(status)
    const off = [...ids(report, 'fail'), ...ids(report, 'warn')]
    expect(off.filter((each) => each !== id && !others.includes(each))).toEqual([])
    expect(report.verdict).toBe(status === 'fail' ? 'fail' : 'pass')
  })

  it('D10: the access token is bound to another key', async () => {
    const accessToken = await signedToken({ payload: accessClaims({ cnf: { jkt: 'other' } }) })
    const proof = await dpopProof({ ath: await dpopHash(accessToken) })
    const report = await inspect(proof, { accessToken })
    expect(ids(report, 'fail')).toEqual(['D10'])
    expect(rule(report, 'D10')).toMatchObject({ expected: 'other', actual: await dpopThumbprint() })
    const bound = await inspect(accessToken, { proofs: [proof] })
    expect(rule(bound, 'A12')).toMatchObject({
      status: 'fail',
      expected: 'other',
      actual: await dpopThumbprint(),
    })
  })

  it('A12: passes with the right proof', async () => {
    const accessToken = await signedToken({ payload: accessClaims({ cnf: { jkt: await dpopThumbprint() } }) })
    expect(rule(await inspect(accessToken, { proofs: [await dpopProof()] }), 'A12').status).toBe('pass')
    expect(rule(await inspect(accessToken), 'A12').status).toBe('skip')
  })
})
