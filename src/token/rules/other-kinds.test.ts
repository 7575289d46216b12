import { describe, expect, it } from 'vitest'
import { type InspectOptions, ids, inspect, rule } from '../../../test/support/inspecting.ts'
import {
  ALGS,
  accessClaims,
  adminActionClaims,
  encrypted,
  hmacToken,
  ISSUER,
  idClaims,
  logoutClaims,
  logoutToken,
  NOW,
  refreshClaims,
  signedText,
  signedToken,
  type TestAlg,
  testKeys,
  unsignedToken,
} from '../../../test/support/tokens.ts'
import { decryptToken } from '../decrypt.ts'
import { accessTokenHash } from '../hash.ts'
import { LOGOUT_EVENT } from '../kind.ts'
import { ALL_RULES } from './table.ts'

type Claims = Record<string, unknown>
type Make = (alg: TestAlg) => Promise<string> | string
const of =
  (make: (changes: Claims) => Claims) =>
  (changes: Claims, header: Claims = {}): Make =>
  (alg) =>
    signedToken({ alg, header, payload: make(changes) })
const id = of(idClaims)
const access = of(accessClaims)
const action = of(adminActionClaims)
const refresh =
  (changes: Claims, header: Claims = {}): Make =>
  () =>
    hmacToken('HS512', refreshClaims(changes), header)

type More = { others?: string[]; status?: 'warn' } & InspectOptions

describe('a valid token of each kind passes', () => {
  it.each(ALGS)('an ID token signed with %s', async (alg) => {
    const report = await inspect(await id({})(alg), { expect: { nonce: 'n-0S6_WzA2Mj' } })
    expect(report).toMatchObject({ kind: 'id', verdict: 'pass' })
    expect([...ids(report, 'fail'), ...ids(report, 'warn')]).toEqual([])
  })

  it.each(ALGS)('an access token signed with %s', async (alg) => {
    const report = await inspect(await access({}, { typ: 'at+jwt' })(alg))
    expect(report).toMatchObject({ kind: 'access', verdict: 'pass' })
    expect([...ids(report, 'fail'), ...ids(report, 'warn')]).toEqual([])
  })

  it("an access token with Keycloak's own header", async () => {
    const report = await inspect(await access({})('RS256'))
    expect(report.verdict).toBe('pass')
    expect(ids(report, 'warn')).toEqual(['A01'])
  })

  it('a refresh token, which only Keycloak can verify', async () => {
    const report = await inspect(hmacToken('HS512', refreshClaims()))
    expect(report).toMatchObject({ kind: 'refresh', verdict: 'pass', signature: { status: 'not-checkable' } })
    expect(report.signature.reason).toContain('this is not an error')
    expect([...ids(report, 'fail'), ...ids(report, 'warn')]).toEqual([])
  })

  it('an offline token without exp', async () => {
    const claims = refreshClaims({ typ: 'Offline', exp: undefined, scope: 'openid offline_access' })
    const report = await inspect(hmacToken('HS512', claims))
    expect(report).toMatchObject({ kind: 'offline', verdict: 'pass' })
    expect(rule(report, 'F06').message).toContain('Offline Session Max Limited')
  })

  it.each(['LOGOUT', 'PUSH_NOT_BEFORE', 'TEST_AVAILABILITY'])('the admin action %s', async (name) => {
    const report = await inspect(await action({ action: name })('RS256'))
    expect(report).toMatchObject({ kind: 'admin-action', verdict: 'pass', about: { clientId: 'shop' } })
    expect([...ids(report, 'fail'), ...ids(report, 'warn')]).toEqual([])
  })

  it('an identity cookie is recognised', async () => {
    const report = await inspect(hmacToken('HS512', refreshClaims({ typ: 'Serialized-ID' })))
    expect(report).toMatchObject({ kind: 'identity-cookie', signature: { status: 'not-checkable' } })
    expect(ids(report, 'fail')).toEqual([])
  })

  it('an encrypted ID token, given the key', async () => {
    const key = JSON.stringify((await testKeys()).encryption.privateJwk)
    const report = await inspect(await encrypted(await id({})('ES256')), {
      decrypt: (token, alg) => decryptToken(token, alg, key),
      expect: { encryptionExpected: true },
    })
    expect(report).toMatchObject({ kind: 'id', form: 'jwe', verdict: 'pass', signature: { status: 'valid' } })
  })
})

const BROKEN: [id: string, what: string, make: Make, more?: More][] = [
  ['I01', 'is not encrypted as registered', id({}), { status: 'warn', expect: { encryptionExpected: true } }],
  ['I02', 'has another issuer', id({ iss: 'https://other.example.com' })],
  ['I03', 'is for another client', id({ aud: 'other' })],
  ['I04', 'has several audiences and no azp', id({ aud: ['shop', 'b'], azp: undefined }), { status: 'warn' }],
  ['I04', 'was issued to another client', id({ azp: 'other' }), { status: 'warn' }],
  [
    'I05',
    'is signed by another key',
    async () => `${(await id({})('RS256')).slice(0, -20)}AAAAAAAAAAAAAAAAAAAA`,
  ],
  ['I06', 'is signed with another algorithm', id({}), { expect: { alg: 'RS512' } }],
  ['I06', 'is not signed', () => unsignedToken(idClaims(), { typ: 'JWT' }), { others: ['I05'] }],
  ['I07', 'has expired', id({ exp: NOW - 60 })],
  ['I07', 'has no exp', id({ exp: undefined })],
  ['I07', 'has exp in milliseconds', id({ exp: NOW * 1000 })],
  ['I08', 'has no iat', id({ iat: undefined })],
  ['I08', 'is from the future', id({ iat: NOW + 100 })],
  ['I09', 'has another nonce', id({}), { expect: { nonce: 'other' } }],
  ['I09', 'has no nonce though one was sent', id({ nonce: undefined }), { expect: { nonce: 'other' } }],
  ['I10', 'has a number as acr', id({ acr: 1 }), { status: 'warn' }],
  ['I11', 'has a string as auth_time', id({ auth_time: 'now' }), { status: 'warn' }],
  ['I12', 'has no sub', id({ sub: undefined })],
  ['I12', 'has a sub that is too long', id({ sub: 'x'.repeat(300) })],
  ['I13', 'belongs to another access token', id({ at_hash: 'AAAA' }), { accessToken: 'an access token' }],
  ['I13', 'has a number as at_hash', id({ at_hash: 1 })],
  ['I15', 'has an empty acr', id({ acr: '' }), { status: 'warn' }],
  ['I15', 'ends in a hundred years', id({ exp: NOW + 100 * 365 * 86400 }), { status: 'warn' }],
  ['I16', 'carries a logout event', id({ events: { [LOGOUT_EVENT]: {} } }), { others: ['T05'] }],
  ['A01', 'says typ JWT', access({}), { status: 'warn' }],
  [
    'A01',
    'has another typ',
    access({ typ: undefined }, { typ: 'dpop+jwt' }),
    { kind: 'access', others: ['T05'] },
  ],
  [
    'A01',
    "is another server's logout token",
    of(logoutClaims)({ typ: undefined, events: undefined }, { typ: 'logout+jwt' }),
    { kind: 'access', others: ['A09', 'T05'] },
  ],
  ['A02', 'is an ID token', id({}), { kind: 'access', others: ['A01', 'T05'] }],
  ['A03', 'is of another realm', access({ iss: 'https://kc.example.com/realms/other' }, { typ: 'at+jwt' })],
  ['A04', 'has expired', access({ exp: NOW - 60 }, { typ: 'at+jwt' })],
  ['A05', 'has no iat', access({ iat: undefined }, { typ: 'at+jwt' })],
  ['A06', 'is not valid yet', access({ nbf: NOW + 100 }, { typ: 'at+jwt' })],
  ['A07', 'has no sub', access({ sub: undefined }, { typ: 'at+jwt' }), { status: 'warn' }],
  ['A08', 'is not for the client', access({ aud: 'account' }, { typ: 'at+jwt' })],
  ['A09', 'names no client', access({ azp: undefined }, { typ: 'at+jwt' }), { status: 'warn' }],
  [
    'A10',
    'has another signature',
    async () => `${(await access({}, { typ: 'at+jwt' })('RS256')).slice(0, -8)}AAAAAAAA`,
  ],
  ['A11', 'is bound to a key', access({ cnf: { jkt: 'x' } }, { typ: 'at+jwt' }), { status: 'warn' }],
  ['F01', 'is not signed', () => unsignedToken(refreshClaims(), { typ: 'JWT' })],
  [
    'F01',
    'is signed with a public key',
    (alg) => signedToken({ alg, payload: refreshClaims() }),
    { status: 'warn' },
  ],
  ['F02', 'is an access token', access({}), { kind: 'refresh', others: ['F01', 'F04', 'T05'] }],
  [
    'F03',
    'is of another realm',
    refresh({ iss: 'https://kc.example.com/realms/other' }),
    { others: ['F04'] },
  ],
  ['F04', 'has another audience', refresh({ aud: 'shop' }), { status: 'warn' }],
  ['F05', 'is of another client', refresh({ azp: 'other' }), { status: 'warn' }],
  ['F06', 'has expired', refresh({ exp: NOW - 60 })],
  ['F06', 'has no exp', refresh({ exp: undefined }), { status: 'warn' }],
  ['F07', 'has no iat', refresh({ iat: undefined })],
  ['F08', 'has no sid', refresh({ sid: undefined }), { status: 'warn' }],
  ['F09', 'is offline without the scope', refresh({ typ: 'Offline' }), { status: 'warn' }],
  ['K01', 'has no id', action({ id: undefined })],
  ['K02', 'has expired', action({ expiration: NOW - 60 })],
  ['K02', 'has a string as expiration', action({ expiration: 'soon' })],
  ['K03', 'is for another client', action({ resource: 'other' })],
  ['K04', 'has an unknown action', action({ action: 'DANCE' })],
  ['K05', 'ends every session', action({ adapterSessionIds: null, notBefore: NOW }), { status: 'warn' }],
  ['K05', 'has a string as sessions', action({ adapterSessionIds: 'x' }), { status: 'warn' }],
  ['K06', 'has another signature', async () => `${(await action({})('RS256')).slice(0, -8)}AAAAAAAA`],
  [
    'K07',
    'is not signed',
    () => unsignedToken(adminActionClaims(), { typ: 'JWT' }),
    { others: ['K06', 'T05'] },
  ],
  ['K08', 'has no notBefore to push', action({ action: 'PUSH_NOT_BEFORE', notBefore: undefined })],
  ['K09', 'has JWT claims', action({ iss: ISSUER }), { status: 'warn' }],
  ['T01', 'has four parts', async () => `${await id({})('RS256')}.x`, { others: ['I05'] }],
  [
    'T01',
    'is no UTF-8',
    () => signedText('{"alg":"RS256","kid":"rs256"}', new Uint8Array([0x7b, 0xff, 0x7d])),
    { kind: 'id' },
  ],
  ['T01', 'has a list as payload', () => signedText('{"alg":"RS256","kid":"rs256"}', '[1]'), { kind: 'id' }],
  [
    'T02',
    'says iss twice',
    () =>
      signedText(
        '{"alg":"RS256","kid":"rs256"}',
        `{"iss":"https://a",${JSON.stringify(idClaims()).slice(1)}`,
      ),
  ],
  ['T03', 'is not signed', () => unsignedToken(accessClaims(), { typ: 'at+jwt' }), { others: ['A10'] }],
  [
    'T04',
    'has critical extensions',
    () => signedText('{"alg":"RS256","kid":"rs256","crit":["x"],"x":1}', JSON.stringify(idClaims())),
    { others: ['I05'] },
  ],
  [
    'T05',
    'is an access token',
    access({ typ: undefined }, { typ: 'at+jwt' }),
    { kind: 'id', others: ['I16'] },
  ],
  ['T05', 'claims two kinds', access({}, { typ: 'logout+jwt' }), { kind: 'access', others: ['A01'] }],
  ['T06', 'brings its own key', id({}, { jku: 'https://evil.example.com/keys' }), { status: 'warn' }],
  ['T07', 'is not valid yet', id({ nbf: NOW + 100 })],
  [
    'T09',
    'has expired and no kind',
    () => signedToken({ payload: { exp: NOW - 60, a: 1 } }),
    { others: ['T11'] },
  ],
  [
    'T10',
    'is of no kind, with another signature',
    async () => `${(await signedToken({ payload: { a: 1 } })).slice(0, -8)}AAAAAAAA`,
    { others: ['T11'] },
  ],
  ['T11', 'has no known kind', () => signedToken({ payload: { a: 1 } }), { status: 'warn' }],
]

describe('a broken token is caught by its rule:', () => {
  it.each(BROKEN.map((row, index) => ({ row, alg: ALGS[index % ALGS.length] ?? 'RS256' })))(
    '$row.0: it $row.1 ($alg)',
    async ({ row: [ruleId, , make, more = {}], alg }) => {
      const { others = [], status = 'fail', ...asked } = more
      const report = await inspect(await make(alg), asked)
      expect(rule(report, ruleId).status).toBe(status)
      const off = [...ids(report, 'fail'), ...ids(report, 'warn')]
      expect(off.filter((each) => each !== ruleId && each !== 'A01' && !others.includes(each))).toEqual([])
      expect(report.verdict).toBe(status === 'fail' ? 'fail' : 'pass')
    },
  )

  it('T08: encrypted, without a key', async () => {
    const report = await inspect(await encrypted(await logoutToken()))
    expect(report).toMatchObject({ kind: 'encrypted', verdict: 'fail', signature: { status: 'not-checked' } })
    expect(rule(report, 'T08')).toMatchObject({ status: 'fail' })
    expect(rule(report, 'T08').fix).toContain('--decrypt-key')
  })
})

it.each([
  [
    'from before a time',
    NOW,
    'It names no sessions, so it ends every session that began before 2026-11-21 05:20:00 UTC.',
  ],
  ['notBefore 0', 0, 'It names no sessions, so it ends every session of the application.'],
  ['no notBefore', undefined, 'It names no sessions, so it ends every session of the application.'],
])('explains which sessions an admin action without session ids ends: %s', async (_, notBefore, message) => {
  const report = await inspect(await action({ adapterSessionIds: null, notBefore })('RS256'))
  expect(rule(report, 'K05')).toMatchObject({ status: 'warn', message })
})

describe('at_hash', () => {
  it.each(ALGS)('matches its access token (%s)', async (alg) => {
    const accessToken = 'jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y'
    const at_hash = await accessTokenHash(accessToken, alg)
    const report = await inspect(await id({ at_hash })(alg), { accessToken })
    expect(rule(report, 'I13').status).toBe('pass')
  })

  it('is the left half of the hash, as in the example of the specification', async () => {
    expect(await accessTokenHash('jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y', 'RS256')).toBe(
      '77QmUPtjPfzWtF2AnpK9RQ',
    )
  })
})

it('explains the audience mapper for an access token with another audience', async () => {
  const found = rule(await inspect(await access({ aud: 'account' })('RS256')), 'A08')
  expect(found.message).toBe('aud does not contain "shop", though it was issued to it (azp).')
  expect(found.fix).toContain('audience mapper')
})

describe('classifies tokens', () => {
  it.each([
    ['logout', { typ: 'logout+jwt' }, { iss: ISSUER }],
    ['logout', { typ: 'application/logout+JWT' }, { iss: ISSUER }],
    ['access', { typ: 'at+jwt' }, { iss: ISSUER }],
    ['id', {}, { typ: 'ID' }],
    ['access', {}, { typ: 'DPoP' }],
    ['logout', {}, { events: { 'http://schemas.openid.net/event/foobar': {} }, sub: 'x' }],
    ['id', {}, { sub: 'x', aud: 'y', nonce: 'z' }],
    ['access', {}, { sub: 'x', scope: 'openid' }],
    ['logout', {}, { iss: 'x', sub: 'x', aud: 'y', jti: 'z', sid: 's', iat: 1, exp: 2 }],
    ['admin-action', {}, { action: 'LOGOUT', resource: 'x', expiration: 1 }],
    ['unknown', {}, { a: 1 }],
  ])('%s: header %j, payload %j', async (kind, header, payload) => {
    expect((await inspect(await signedToken({ header, payload }))).kind).toBe(kind)
  })

  it('by the name in the text if the token does not say', async () => {
    const payload = { iss: ISSUER, sub: 'x', aud: 'shop', iat: NOW, exp: NOW + 100 }
    const token = await signedToken({ payload })
    expect((await inspect(token, { label: 'logout_token' })).kind).toBe('logout')
    expect((await inspect(token, { label: 'id_token' })).kind).toBe('id')
  })
})

describe('claims without a token', () => {
  const claims = (changes: Claims = {}) => JSON.stringify(accessClaims(changes))

  it('have no signature, and are explained', async () => {
    const report = await inspect(claims(), { form: 'claims' })
    expect(report).toMatchObject({
      kind: 'access',
      verdict: 'unverified',
      signature: { status: 'not-checkable', kid: null },
    })
    expect(report.about).toMatchObject({
      server: 'https://kc.example.com',
      realm: 'customers',
      clientId: 'shop',
      username: 'ada',
    })
  })

  it('do not fail after their expiry', async () => {
    const report = await inspect(claims({ iat: NOW - 86400, exp: NOW - 86100 }), { form: 'claims' })
    expect(ids(report, 'fail')).toEqual([])
    expect(rule(report, 'A04').status).toBe('warn')
  })

  it('suggest the command that sets up Cumulocity', async () => {
    const { commands } = await inspect(claims(), { form: 'claims' })
    expect(commands.map(({ command }) => command)).toEqual([
      'kc-logout configure shop -r customers --server https://kc.example.com --preset cumulocity --tenant-url https://mytenant.example.com',
      'kc-logout user 7a1ece12-d9f9-4e46-bf93-16bf23a5c6e7 -r customers --server https://kc.example.com',
      'kc-logout user 7a1ece12-d9f9-4e46-bf93-16bf23a5c6e7 -r customers --server https://kc.example.com --session=Js2gCFob81SRJ1mx7Zo5CcSU',
    ])
  })
})

describe('suggested commands', () => {
  it('quote the values of the token', async () => {
    const { commands } = await inspect(await logoutToken({ aud: "shop'; rm -rf ~ #", sub: '$(reboot)' }))
    expect(commands[0]?.command).toContain(`configure 'shop'\\''; rm -rf ~ #' -r customers`)
    expect(commands[1]?.command).toContain("user '$(reboot)' -r customers")
  })

  it.each(['a\u001b[2Jb', 'a\u202eb', 'a\nb', '-rf'])(
    'are left out if a value cannot be pasted: %j',
    async (value) => {
      const { commands } = await inspect(await logoutToken({ aud: value, sub: value }))
      expect(commands).toEqual([])
    },
  )

  it('contain the settings that mend broken rules', async () => {
    const events = { [LOGOUT_EVENT]: {}, revoke_offline_access: true }
    const { commands } = await inspect(await logoutToken({ sid: undefined, events }))
    expect(commands[0]?.command).toMatch(/--session-required --no-revoke-offline$/)
  })
})

it('every rule has its own id, texts and section', () => {
  const all = ALL_RULES.map(({ id }) => id)
  expect(new Set(all).size).toBe(all.length)
  for (const numbers of [31, 16]) {
    const letter = numbers === 31 ? 'L' : 'I'
    const expected = Array.from(
      { length: numbers },
      (_, index) => `${letter}${String(index + 1).padStart(2, '0')}`,
    )
    expect(all.filter((each) => each.startsWith(letter))).toEqual(expected)
  }
  for (const { holds, why, fix, reference } of ALL_RULES) {
    for (const words of [holds, why, fix, reference]) expect(words.length).toBeGreaterThan(3)
  }
})
