import { beforeAll, describe, expect, test } from 'vitest'
import { FakeKeycloak } from '../../../test/support/fake-keycloak.ts'
import { accessClaims, ISSUER, idClaims, logoutClaims, signedToken } from '../../../test/support/tokens.ts'
import { decodeToken } from '../../token/decode.ts'
import { buildLogoutUrl, type LogoutUrlRequest } from './build.ts'
import { allowedRedirects, isAllowed } from './redirects.ts'
import { SNIPPETS, snippet } from './snippets.ts'
import { explained } from './texts.ts'

const ENDPOINT = `${ISSUER}/protocol/openid-connect/logout`
const HOME = 'https://shop.example.com/'
const client = (changes = {}) =>
  new FakeKeycloak().addClient({ clientId: 'shop', redirectUris: ['https://shop.example.com/*'], ...changes })
const request = (changes: Partial<LogoutUrlRequest>): LogoutUrlRequest => ({
  endpoint: ENDPOINT,
  issuer: ISSUER,
  clientId: 'shop',
  idToken: undefined,
  postLogoutRedirectUri: undefined,
  state: undefined,
  legacy: false,
  ...changes,
})
const facts = (version: string | undefined = '26.7.4', changes = {}) => ({
  client: client(changes),
  clientExists: true,
  version,
})
const codes = (changes: Partial<LogoutUrlRequest>, about: Parameters<typeof buildLogoutUrl>[1] = facts()) =>
  buildLogoutUrl(request(changes), about).findings.map(({ code }) => code)

let idToken: ReturnType<typeof decodeToken>
const decoded = async (payload: Record<string, unknown>) => decodeToken(await signedToken({ payload }))
beforeAll(async () => {
  idToken = await decoded(idClaims())
})

describe('the URL', () => {
  test('with an ID token: no client_id, no confirmation', () => {
    const built = buildLogoutUrl(request({ idToken, postLogoutRedirectUri: HOME, state: 'a b&c' }), facts())
    expect(built.parameters).toEqual({
      id_token_hint: idToken.text,
      post_logout_redirect_uri: HOME,
      state: 'a b&c',
    })
    expect(Object.fromEntries(new URL(built.url).searchParams)).toEqual(built.parameters)
    expect(built.findings).toEqual([])
  })

  test('with a client only Keycloak asks the user', () => {
    const built = buildLogoutUrl(request({ postLogoutRedirectUri: HOME }), facts())
    expect(built.url).toBe(
      `${ENDPOINT}?client_id=shop&post_logout_redirect_uri=https%3A%2F%2Fshop.example.com%2F`,
    )
    expect(built.findings).toEqual([{ code: 'no-hint-asks', severity: 'warning' }])
  })

  test('without client and token: only the endpoint', () => {
    expect(buildLogoutUrl(request({ clientId: undefined }), facts()).url).toBe(ENDPOINT)
  })

  test('--legacy writes redirect_uri', () => {
    const built = buildLogoutUrl(request({ legacy: true, postLogoutRedirectUri: HOME }), facts('16.1.1'))
    expect(built.parameters).toEqual({ redirect_uri: HOME })
  })
})

describe('what a version refuses or ignores', () => {
  const back = { postLogoutRedirectUri: HOME }
  test.each<[string, Partial<LogoutUrlRequest>, string | undefined, string[]]>([
    ['16.1.1: an address alone', { ...back, clientId: undefined }, '16.1.1', ['no-hint-stays']],
    [
      '26.7.4: an address alone',
      { ...back, clientId: undefined },
      '26.7.4',
      ['redirect-needs-client', 'no-hint-asks'],
    ],
    ['18.0.2: an address with a client', back, '18.0.2', ['redirect-needs-hint', 'no-hint-asks']],
    ['20.0.5: an address with a client', back, '20.0.5', ['redirect-unset', 'no-hint-asks']],
    ['16.1.1: legacy', { ...back, legacy: true }, '16.1.1', ['no-hint-stays']],
    ['22.0.5: legacy', { ...back, legacy: true }, '22.0.5', ['legacy-refused', 'no-hint-asks']],
    ['26.7.4: legacy', { ...back, legacy: true }, '26.7.4', ['legacy-ignored', 'no-hint-asks']],
    ['state without an address', { state: 'x' }, '26.7.4', ['state-without-redirect', 'no-hint-asks']],
    ['legacy without an address', { legacy: true }, '26.7.4', ['legacy-without-redirect', 'no-hint-asks']],
    ['an unknown version counts as the newest', back, undefined, ['no-hint-asks', 'version-unknown']],
    [
      'an address that is not listed',
      { postLogoutRedirectUri: 'https://evil.example/' },
      '26.7.4',
      ['redirect-not-allowed', 'no-hint-asks'],
    ],
  ])('%s', (_, changes, version, expected) => {
    expect(codes(changes, { ...facts(), version })).toEqual(expected)
  })

  test('a client that is missing, disabled, or not of OpenID Connect', () => {
    const nobody = { client: undefined, clientExists: false, version: '26.7.4' }
    expect(codes(back, nobody)).toEqual(['client-unknown', 'no-hint-asks'])
    expect(codes(back, facts('26.7.4', { enabled: false }))).toEqual(['no-hint-asks', 'client-disabled'])
    expect(codes(back, facts('26.7.4', { protocol: 'saml' }))).toEqual([
      'no-hint-asks',
      'client-not-openid-connect',
    ])
  })

  test('without a sign-in the address is not checked', () => {
    const unseen = { client: undefined, clientExists: undefined, version: undefined }
    expect(codes(back, unseen)).toEqual(['no-hint-asks', 'redirect-not-checked'])
  })
})

describe('the hint', () => {
  test.each<[string, () => Promise<ReturnType<typeof decodeToken>>, string[]]>([
    ['an expired ID token is fine', () => decoded(idClaims({ exp: 1 })), []],
    ['an access token', () => decoded(accessClaims()), ['hint-not-an-id-token']],
    ['a logout token', () => decoded(logoutClaims()), ['hint-not-an-id-token']],
    [
      'one of another realm',
      () => decoded(idClaims({ iss: 'https://kc.example.com/realms/other' })),
      ['hint-of-another-realm'],
    ],
    [
      'one of another client',
      () => decoded(idClaims({ azp: 'desk', aud: 'desk' })),
      ['hint-of-another-client'],
    ],
    [
      'one for several, issued to this client',
      () => decoded(idClaims({ azp: 'shop', aud: ['desk', 'shop'] })),
      [],
    ],
    ['garbage', async () => decodeToken('garbage'), ['hint-not-a-token']],
    ['an encrypted one', async () => decodeToken('eyJhbGciOiJSU0EtT0FFUCJ9.a.b.c.d'), ['hint-encrypted']],
  ])('%s', async (_, token, expected) => {
    expect(codes({ idToken: await token() })).toEqual(expected)
  })
})

describe('allowed addresses (test/live compares the whole table with a running Keycloak)', () => {
  test.each([
    [undefined, ['https://a.example/*']],
    [['+'], ['https://a.example/*']],
    [
      ['+', 'https://b.example/'],
      ['https://b.example/', 'https://a.example/*'],
    ],
    [['-'], []],
    [['-', 'https://b.example/'], []],
    [[''], ['https://a.example/*']],
    [['https://b.example/'], ['https://b.example/']],
  ])('post-logout redirect URIs %o', (postLogoutRedirectUris, expected) => {
    const rules = { rootUrl: undefined, redirectUris: ['https://a.example/*'], postLogoutRedirectUris }
    expect(allowedRedirects(rules, 'https://kc.example')).toEqual(expected)
  })

  test("a relative address is completed with the root URL, else with Keycloak's origin", () => {
    const rules = { redirectUris: ['/cb'], postLogoutRedirectUris: undefined }
    expect(allowedRedirects({ ...rules, rootUrl: 'https://a.example' }, 'https://kc.example')).toEqual([
      'https://a.example/cb',
    ])
    expect(allowedRedirects({ ...rules, rootUrl: undefined }, 'https://kc.example')).toEqual([
      'https://kc.example/cb',
    ])
  })

  test.each<[string, string, boolean, boolean]>([
    ['https://a.example*', 'https://a.example.evil/', true, false],
    ['https://a.example/cb', 'https://a.example/cb?x=y', true, false],
    ['https://a.example/*', 'https://a.example/x?state=1', true, false],
    ['https://a.example/*', 'https://a.example/x?y=1', true, true],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:9/cb', true, true],
    ['*', 'javascript:alert(1)', true, false],
  ])('pattern %s, address %s: %s in 12, %s in 26.7', (pattern, address, old, now) => {
    expect(isAllowed(address, [pattern], 'lenient')).toBe(old)
    expect(isAllowed(address, [pattern], 'newest')).toBe(now)
  })
})

describe('snippets', () => {
  const values = {
    endpoint: ENDPOINT,
    issuer: ISSUER,
    clientId: 'shop"; import os #',
    postLogoutRedirectUri: 'https://shöp.example/\n',
  }
  test.each(SNIPPETS)('%s: no value leaves its string', (name) => {
    const text = snippet(name, values)
    expect(text).not.toContain('shop"; import')
    expect(text).not.toContain('shöp')
    expect(text).toContain(name === 'spring' ? ISSUER : ENDPOINT)
  })
})

test('every finding has sentences', () => {
  const all = [
    'hint-encrypted',
    'hint-not-a-token',
    'hint-not-an-id-token',
    'hint-of-another-realm',
    'hint-of-another-client',
    'state-without-redirect',
    'legacy-without-redirect',
    'legacy-refused',
    'legacy-ignored',
    'redirect-needs-client',
    'redirect-needs-hint',
    'redirect-not-allowed',
    'redirect-unset',
    'client-unknown',
    'client-disabled',
    'client-not-openid-connect',
    'no-hint-asks',
    'no-hint-stays',
    'redirect-not-checked',
    'version-unknown',
  ]
  for (const code of all) {
    const { message, why, fix } = explained({ code, severity: 'error' })
    expect(message).not.toBe(code)
    expect(why && fix).not.toBe('')
  }
})
