import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { decodeProtectedHeader, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { certificate } from '../../../test/support/certificates.ts'
import {
  connectionTo,
  keycloakScript,
  openAt,
  outcomeOf,
  scriptedServer,
  secret,
  tokenAnswer,
} from '../../../test/support/scripted-server.ts'

const authority = certificate({ subject: 'Test authority', ca: true })
const files = { read: async () => authority.cert }
const pem = (key: KeyObject, type: 'pkcs8' | 'pkcs1' | 'sec1' = 'pkcs8') =>
  key.export({ type, format: 'pem' } as never).toString()
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const ed = generateKeyPairSync('ed25519')

const byKey = (text: string) => ({
  kind: 'client' as const,
  clientId: 'job',
  clientKey: secret(text, '--client-key'),
})

/** A server with its own issuer by default. */
async function keycloakAt(issuer?: string) {
  let url = ''
  const script = keycloakScript(() => ({ json: [] }))
  const server = await scriptedServer((request, response) =>
    request.path.endsWith('/openid-configuration')
      ? { json: { issuer: issuer ?? `${url}/realms/master` } }
      : script(request, response),
  )
  url = server.url
  return server
}

describe('a client that signs in with its private key', () => {
  test.each<[string, string, KeyObject, string]>([
    ['RSA', pem(rsa.privateKey), rsa.publicKey, 'RS256'],
    ['RSA in PKCS #1', pem(rsa.privateKey, 'pkcs1'), rsa.publicKey, 'RS256'],
    ['EC', pem(ec.privateKey), ec.publicKey, 'ES256'],
    ['EC in SEC 1', pem(ec.privateKey, 'sec1'), ec.publicKey, 'ES256'],
    ['Ed25519', pem(ed.privateKey), ed.publicKey, 'EdDSA'],
    [
      'a JWK',
      JSON.stringify({ ...ec.privateKey.export({ format: 'jwk' }), kid: 'k1' }),
      ec.publicKey,
      'ES256',
    ],
    [
      'a JWK that names another algorithm',
      JSON.stringify({ ...rsa.privateKey.export({ format: 'jwk' }), alg: 'PS256' }),
      rsa.publicKey,
      'PS256',
    ],
  ])('%s: states who it is, for this realm, once and for a minute', async (_, key, publicKey, alg) => {
    const { url, requests } = await keycloakAt()
    await openAt(url, { credentials: byKey(key) })
    const form = new URLSearchParams(requests.at(-1)?.body)
    expect(Object.fromEntries(form)).toMatchObject({
      grant_type: 'client_credentials',
      client_id: 'job',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    })
    const assertion = form.get('client_assertion') ?? ''
    expect(decodeProtectedHeader(assertion).alg).toBe(alg)
    const { payload } = await jwtVerify(assertion, publicKey, {
      audience: `${url}/realms/master`,
      issuer: 'job',
      subject: 'job',
    })
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBeLessThanOrEqual(60)
    expect(payload.jti).toMatch(/^[0-9a-f-]{36}$/)
    expect(requests.at(-1)?.body).not.toContain('PRIVATE')
  })

  test('signs a new assertion for each attempt, because Keycloak accepts one once', async () => {
    let tries = 0
    const script = keycloakScript(() => ({ json: [] }), {
      token: (request, response) =>
        ++tries < 3 ? { status: 503, json: {} } : tokenAnswer(request, response),
    })
    let url = ''
    const server = await scriptedServer((request, response) =>
      request.path.endsWith('/openid-configuration')
        ? { json: { issuer: `${url}/realms/master` } }
        : script(request, response),
    )
    url = server.url
    await openAt(url, { credentials: byKey(pem(ec.privateKey)) })
    const statements = server.requests.flatMap(
      ({ body }) => new URLSearchParams(body).get('client_assertion') ?? [],
    )
    expect(new Set(statements).size).toBe(3)
  })

  test.each(['https://keycloak.example.com/realms/master', 'nonsense'])(
    'a server that calls itself %s gets no statement: it could use it there',
    async (issuer) => {
      const { url, requests } = await keycloakAt(issuer)
      expect(await outcomeOf(openAt(url, { credentials: byKey(pem(ec.privateKey)) }))).toMatchObject({
        code: 'foreign-issuer',
        exitCode: 4,
      })
      expect(requests.map(({ method }) => method)).toEqual(['GET'])
    },
  )

  test.each([
    ['text', 'not a key'],
    ['a public key', ec.publicKey.export({ type: 'spki', format: 'pem' }).toString()],
    [
      'an encrypted key',
      ec.privateKey
        .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })
        .toString(),
    ],
    ['a key for key agreement only', pem(generateKeyPairSync('x25519').privateKey)],
    ['JSON other than a key', '{"kty":"EC"}'],
  ])('%s: exit 2, and what it has to be', async (_, key) => {
    const { url, requests } = await keycloakAt()
    expect(await outcomeOf(openAt(url, { credentials: byKey(key) }))).toMatchObject({
      code: 'bad-client-key',
      exitCode: 2,
    })
    expect(requests).toEqual([])
  })
})

describe('a client that signs in with its TLS certificate', () => {
  const server = {
    ...certificate({ issuer: authority }),
    requestCert: true,
    rejectUnauthorized: true,
    ca: authority.cert,
  }
  const own = certificate({ subject: 'job', issuer: authority })
  const credentials = { kind: 'client', clientId: 'job' } as const
  const withCertificate = (cert: string, key: string) => ({
    credentials,
    caFile: 'ca.pem',
    clientCertificate: { certificate: secret(cert, '--client-cert'), key: secret(key, '--client-key') },
  })

  test('sends the certificate and only its client id', async () => {
    const { url, requests } = await scriptedServer(
      keycloakScript(() => ({ json: [] })),
      server,
    )
    await openAt(url, withCertificate(own.cert, own.key), { files })
    expect(Object.fromEntries(new URLSearchParams(requests.at(-1)?.body))).toEqual({
      grant_type: 'client_credentials',
      client_id: 'job',
    })
  })

  test('accepts certificate and key in one file', async () => {
    const { url } = await scriptedServer(
      keycloakScript(() => ({ json: [] })),
      server,
    )
    const both = own.cert + own.key
    await expect(openAt(url, withCertificate(both, both), { files })).resolves.toBeDefined()
  })

  test('cannot connect without it: exit 6', async () => {
    const { url, requests } = await scriptedServer(
      keycloakScript(() => ({ json: [] })),
      server,
    )
    expect(await outcomeOf(openAt(url, { credentials, caFile: 'ca.pem' }, { files }))).toMatchObject({
      exitCode: 6,
    })
    expect(requests).toEqual([])
  })

  test.each([
    ['no certificate', 'nothing', own.key, 'bad-client-cert'],
    ["somebody else's key", own.cert, certificate().key, 'bad-client-key'],
    ['no key', own.cert, own.cert, 'bad-client-key'],
  ])('%s: exit 2, before any request', async (_, cert, key, code) => {
    const { url, requests } = await scriptedServer(
      keycloakScript(() => ({ json: [] })),
      server,
    )
    expect(await outcomeOf(openAt(url, withCertificate(cert, key), { files }))).toMatchObject({
      code,
      exitCode: 2,
    })
    expect(requests).toEqual([])
    expect(connectionTo(url).clientCertificate).toBeUndefined()
  })
})
