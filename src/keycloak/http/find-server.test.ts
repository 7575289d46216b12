import { describe, expect, test } from 'vitest'
import { keycloakScript, openAt, outcomeOf, scriptedServer } from '../../../test/support/scripted-server.ts'

const HTML = { status: 200, text: '<html>Welcome</html>', headers: { 'content-type': 'text/html' } }

test('requests are retried during a short outage, before and after the sign-in', async () => {
  let count = 0
  const right = keycloakScript(() => ({ json: [] }))
  const { url, requests } = await scriptedServer((request, response) =>
    /openid-configuration|certs/.test(request.path) && ++count % 3 > 0
      ? { status: 503 }
      : request.path.endsWith('/certs')
        ? { json: { keys: [] } }
        : right(request, response),
  )
  const keycloak = await openAt(url)
  expect(await keycloak.keys()).toEqual({ keys: [] })
  expect(requests.map(({ path }) => path.split('/').at(-1))).toEqual([
    ...Array<string>(3).fill('openid-configuration'),
    'token',
    ...Array<string>(3).fill('certs'),
  ])
})

describe('the base path', () => {
  test.each([
    ['', ''],
    ['', '/auth'],
    ['/auth', '/auth'],
    ['/auth', ''],
    ['/sso', '/sso'],
    ['/sso', '/sso/auth'],
    ['/sso/auth', '/sso'],
  ])('given %j, Keycloak at %j', async (given, base) => {
    const { url, requests } = await scriptedServer(keycloakScript(() => ({ json: [] }), { base }))
    const keycloak = await openAt(url + given)
    expect(keycloak.server).toBe(url + base)
    await keycloak.sessionsOf('u')
    expect(requests.at(-1)?.path).toBe(`${base}/admin/realms/customers/users/u/sessions`)
  })

  test('is not found by a web page with status 200', async () => {
    const keycloak = keycloakScript(() => ({ json: [] }), { base: '/auth' })
    const { url } = await scriptedServer((request, response) =>
      request.path.startsWith('/auth/') ? keycloak(request, response) : HTML,
    )
    expect((await openAt(url)).server).toBe(`${url}/auth`)
  })

  test('does not follow URLs in the discovery document', async () => {
    const elsewhere = await scriptedServer(() => ({ json: {} }))
    const script = keycloakScript(() => ({ json: [] }))
    const { url, requests } = await scriptedServer((request, response) =>
      request.path.endsWith('/openid-configuration')
        ? {
            json: {
              issuer: `${elsewhere.url}/realms/master`,
              token_endpoint: `${elsewhere.url}/token`,
              jwks_uri: `${elsewhere.url}/keys`,
            },
          }
        : script(request, response),
    )
    const keycloak = await openAt(url, { realm: 'master' })
    expect(await keycloak.discovery()).toMatchObject({ token_endpoint: `${elsewhere.url}/token` })
    await outcomeOf(keycloak.keys())
    expect(elsewhere.requests).toEqual([])
    expect(requests.at(-1)?.path).toBe('/realms/master/protocol/openid-connect/certs')
  })
})

describe('a server that is not Keycloak', () => {
  test.each([
    ['a web page everywhere', HTML],
    ['404 everywhere', { status: 404, text: 'not here' }],
    ['another server with JSON', { json: { hello: 'world' } }],
    ['a document without an issuer', { json: { issuer: 1 } }],
  ])('%s: exit 6, and no password sent', async (_, reply) => {
    const { url, requests } = await scriptedServer(() => reply)
    expect(await outcomeOf(openAt(url))).toMatchObject({ code: 'no-keycloak', exitCode: 6 })
    expect(requests.map(({ method }) => method)).toEqual(['GET', 'GET'])
  })

  test('that fails: exit 6', async () => {
    const { url } = await scriptedServer(() => ({ status: 503 }))
    expect(await outcomeOf(openAt(url))).toMatchObject({ code: 'server-unavailable', exitCode: 6 })
  })
})

describe('the login realm', () => {
  test('does not exist: exit 5', async () => {
    const { url } = await scriptedServer(() => ({ status: 404, json: { error: 'Realm does not exist' } }))
    expect(await outcomeOf(openAt(url))).toMatchObject({
      code: 'login-realm-not-found',
      exitCode: 5,
      message: expect.stringContaining('master'),
    })
  })

  test('is disabled: exit 4', async () => {
    const json = { error: 'access_denied', error_description: 'Realm not enabled' }
    const { url } = await scriptedServer(() => ({ status: 403, json }))
    expect(await outcomeOf(openAt(url))).toMatchObject({ code: 'login-realm-disabled', exitCode: 4 })
  })
})
