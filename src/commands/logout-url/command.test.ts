import { describe, expect, test } from 'vitest'
import { commandLine } from '../../../test/support/command-line.ts'
import { FakeKeycloak } from '../../../test/support/fake-keycloak.ts'
import { idClaims, signedToken } from '../../../test/support/tokens.ts'
import type { FileSecret, StoredSession } from '../../config/settings.ts'

const END_SESSION = 'https://keycloak.test/realms/customers/protocol/openid-connect/logout'
const WELL_KNOWN = 'https://keycloak.test/realms/customers/.well-known/openid-configuration'
const HOME = 'https://shop.example.com/'

function realm() {
  const keycloak = new FakeKeycloak()
  keycloak.addClient({ clientId: 'shop', redirectUris: [`${HOME}*`] })
  keycloak.discovery = async () => ({
    issuer: 'https://keycloak.test/realms/customers',
    end_session_endpoint: END_SESSION,
  })
  return keycloak
}

test('the URL, and a warning about the confirmation', async () => {
  const { code, stdout, stderr } = await commandLine(realm())(
    'logout-url',
    '--client',
    'shop',
    '--post-logout-redirect-uri',
    HOME,
  )
  expect(code).toBe(0)
  // Fit for `open "$(kc-logout logout-url …)"`.
  expect(stdout).toBe(
    `${END_SESSION}?client_id=shop&post_logout_redirect_uri=https%3A%2F%2Fshop.example.com%2F\n`,
  )
  expect(stderr).toMatchInlineSnapshot(`
    "! Without an ID token Keycloak asks the user to confirm the logout.
      A user who closes that page stays signed in.
      fix Store the ID token at sign-in and add it: --id-token.
    "
  `)
})

test('an address that the client does not allow: exit 7, with the allowed ones', async () => {
  const { code, json } = await commandLine(realm())(
    'logout-url',
    '--client',
    'shop',
    '--post-logout-redirect-uri',
    'https://evil.example/',
    '--json',
  )
  expect(code).toBe(7)
  expect(json()).toMatchObject({
    schemaVersion: 1,
    endpoint: END_SESSION,
    parameters: { client_id: 'shop', post_logout_redirect_uri: 'https://evil.example/' },
    findings: [
      { code: 'redirect-not-allowed', severity: 'error', why: expect.stringContaining(`${HOME}*`) },
      { code: 'no-hint-asks' },
    ],
  })
})

test('the ID token is found in a token response, and names the client', async () => {
  const idToken = await signedToken({
    payload: idClaims({ iss: 'https://keycloak.test/realms/customers', aud: 'shop', azp: 'shop' }),
  })
  const files = { 'answer.json': JSON.stringify({ access_token: 'x', id_token: idToken }) }
  const { code, json } = await commandLine(realm(), { files })(
    'logout-url',
    '--id-token',
    'answer.json',
    '--post-logout-redirect-uri',
    HOME,
    '--json',
  )
  expect(code).toBe(0)
  expect(json()).toMatchObject({ parameters: { id_token_hint: idToken }, findings: [] })
})

test('without credentials only the discovery document is read, and the address is not checked', async () => {
  const keycloak = realm()
  const { code, json, fetched } = await commandLine(keycloak, {
    settings: { username: undefined },
    documents: { [WELL_KNOWN]: { end_session_endpoint: END_SESSION, issuer: 'x' } },
  })('logout-url', '--client', 'shop', '--post-logout-redirect-uri', HOME, '--json')
  expect(code).toBe(0)
  expect(json<{ findings: { code: string }[] }>().findings.map((one) => one.code)).toEqual([
    'no-hint-asks',
    'redirect-not-checked',
  ])
  expect(fetched).toEqual([WELL_KNOWN])
  expect(keycloak.calls).toEqual([])
})

test.each([
  ['a stored sign-in', { session: {} as StoredSession }],
  ['a key', { clientKey: {} as FileSecret }],
  ['a certificate', { clientCert: {} as FileSecret }],
])('with %s the client is read', async (_, way) => {
  const { json } = await commandLine(realm(), { settings: { username: undefined, ...way } })(
    ...['logout-url', '--client', 'shop', '--post-logout-redirect-uri', 'https://evil.example/', '--json'],
  )
  expect(json<{ findings: { code: string }[] }>().findings[0]?.code).toBe('redirect-not-allowed')
})

test('a disabled client: a warning, as Keycloak logs users out with it all the same', async () => {
  const keycloak = realm()
  keycloak.addClient({ clientId: 'off', enabled: false, redirectUris: [`${HOME}*`] })
  const { code, json } = await commandLine(keycloak)(
    ...['logout-url', '--client', 'off', '--post-logout-redirect-uri', HOME, '--json'],
  )
  expect(code).toBe(0)
  expect(json<{ findings: object[] }>().findings).toMatchObject([
    { code: 'no-hint-asks' },
    { code: 'client-disabled', severity: 'warning' },
  ])
})

test('--snippet prints code for the application', async () => {
  const { stdout } = await commandLine(realm())('logout-url', '--client', 'shop', '--snippet', 'django')
  expect(stdout).toContain('OIDC_OP_LOGOUT_URL_METHOD')
  expect(stdout).toContain(END_SESSION)
  expect(stdout).not.toContain('ID token Keycloak asks')
})

test.each([
  [['--snippet', 'django']],
  [['--client', 'shop', '--snippet', 'cobol']],
  [['--post-logout-redirect-uri', '']],
  [['--client', '']],
])('wrong usage: %o', async (argv) => {
  expect((await commandLine(realm())('logout-url', ...argv)).code).toBe(2)
})

test('a missing client: a warning, also without a redirect address', async () => {
  const { code, json } = await commandLine(realm())('logout-url', '--client', 'shpo', '--json')
  expect(code).toBe(0)
  expect(json<{ findings: { code: string }[] }>().findings.map((finding) => finding.code)).toEqual([
    'no-hint-asks',
    'client-not-seen',
  ])
})

describe('the file of --id-token', () => {
  const url = async (text: string) => {
    const keycloak = realm()
    const ran = await commandLine(keycloak, { files: { t: text } })('logout-url', '--id-token', 't', '--json')
    return { ...ran, keycloak }
  }
  test.each<[string, (token: string) => string]>([
    ['bare', (token) => token],
    ['in lines of 64', (token) => token.replace(/.{64}/g, '$&\r\n')],
    ['quoted', (token) => `"${token}"\n`],
    ['after Bearer', (token) => `Bearer ${token}`],
    ['with a name before it', (token) => `id_token=${token}`],
    ['in a token response', (token) => JSON.stringify({ access_token: 'x.y.z', id_token: token })],
  ])('a token %s: only the token is sent', async (_, wrap) => {
    const token = await signedToken({
      payload: idClaims({ iss: 'https://keycloak.test/realms/customers', aud: 'shop', azp: 'shop' }),
    })
    const { code, json } = await url(wrap(token))
    expect(code).toBe(0)
    expect(json<{ parameters: object }>().parameters).toEqual({ id_token_hint: token })
  })

  test.each([
    ['nothing', ''],
    ['words', 'no token here'],
    ['a response without one', '{"access_token":"eyJhIjoxfQ.eyJhIjoxfQ.c2ln"}'],
    ['two', 'eyJhIjoxfQ.eyJhIjoxfQ.c2ln eyJhIjoxfQ.eyJhIjoyfQ.c2ln'],
  ])('%s: exit 2, before any request', async (_, text) => {
    const { code, stdout, keycloak } = await url(text)
    expect(code).toBe(2)
    expect(stdout).not.toContain('eyJ')
    expect(keycloak.calls).toEqual([])
  })
})

test('a snippet sends the hint, and a warning names the placeholder address', async () => {
  const run = commandLine(realm())
  const bare = await run('logout-url', '--client', 'shop', '--snippet', 'django', '--json')
  expect(bare.json<{ findings: object[] }>().findings).toMatchObject([{ code: 'snippet-placeholder' }])
  const { findings } = (
    await run(
      'logout-url',
      ...['--client', 'shop', '--snippet', 'django', '--json'],
      ...['--post-logout-redirect-uri', 'https://shop.example.com/bye'],
    )
  ).json<{ findings: object[] }>()
  expect(findings).toEqual([])
})

test('an endpoint that is not a web address: exit 1', async () => {
  const keycloak = realm()
  keycloak.discovery = async () => ({ end_session_endpoint: 'javascript:alert(1)' }) as never
  expect((await commandLine(keycloak)('logout-url', '--client', 'shop')).code).toBe(1)
})
