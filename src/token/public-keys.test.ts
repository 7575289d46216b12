import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { certificate } from '../../test/support/certificates.ts'
import { base64url, logoutClaims, logoutToken, testKeys } from '../../test/support/tokens.ts'
import { decodeToken } from './decode.ts'
import { openKeyring } from './keyring.ts'
import { publicKeysIn, readPublicKeys } from './public-keys.ts'

const ec = certificate()
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const ed = generateKeyPairSync('ed25519')
const p521 = generateKeyPairSync('ec', { namedCurve: 'P-521' })

function signed(alg: string, key: KeyObject, kid?: string): string {
  const input = `${base64url(JSON.stringify({ alg, kid, typ: 'logout+jwt' }))}.${base64url(JSON.stringify(logoutClaims()))}`
  const hash = alg === 'EdDSA' ? null : `sha${alg.slice(2)}`
  return `${input}.${sign(hash, Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
}

async function verify(token: string, text: string) {
  const read = await readPublicKeys(text)
  if ('problem' in read) throw new Error(read.problem)
  const keyring = openKeyring({ keys: read.keys }, 'keys')
  return keyring?.verify(decodeToken(token))
}

const spki = (key: KeyObject) => String(createPublicKey(key).export({ type: 'spki', format: 'pem' }))
const bare = (pem: string) => pem.replace(/-----[^-]+-----|\s/g, '')
const jwk = (key: KeyObject) => createPublicKey(key).export({ format: 'jwk' })

describe('a signature is verified with', () => {
  const ec256 = () => signed('ES256', ec.privateKey, 'some-kid')
  const cases: [string, () => string, () => string][] = [
    [
      'a single JWK',
      () => signed('RS256', rsa.privateKey, 'k'),
      () => JSON.stringify({ ...jwk(rsa.privateKey), kid: 'k' }),
    ],
    [
      'a JWK without kid, for a token that names one',
      () => signed('RS256', rsa.privateKey, 'k'),
      () => JSON.stringify(jwk(rsa.privateKey)),
    ],
    [
      'a private JWK',
      () => signed('RS256', rsa.privateKey),
      () => JSON.stringify(rsa.privateKey.export({ format: 'jwk' })),
    ],
    ['a list of JWKs', () => signed('RS256', rsa.privateKey), () => JSON.stringify([jwk(rsa.privateKey)])],
    ['a PEM public key (RSA)', () => signed('RS512', rsa.privateKey, 'k'), () => spki(rsa.privateKey)],
    ['a PEM public key (EC)', ec256, () => spki(ec.privateKey)],
    ['a PEM public key (P-521)', () => signed('ES512', p521.privateKey), () => spki(p521.privateKey)],
    ['a PEM public key (Ed25519)', () => signed('EdDSA', ed.privateKey), () => spki(ed.privateKey)],
    ['a PEM certificate', ec256, () => ec.cert],
    ['a PEM private key', ec256, () => ec.key],
    ['several PEM blocks', ec256, () => `${spki(rsa.privateKey)}text\r\n${ec.cert.replaceAll('\n', '\r\n')}`],
    [
      "the base64 of Keycloak's button Public key",
      () => signed('RS256', rsa.privateKey, 'k'),
      () => bare(spki(rsa.privateKey)),
    ],
    ['the base64 of the button Certificate', ec256, () => ` ${bare(ec.cert)}\n`],
    ['base64 in lines', ec256, () => ec.cert.replace(/-----[^-]+-----/g, '').trim()],
    [
      'a JWK Set with x5c alone',
      ec256,
      () => JSON.stringify({ keys: [{ kty: 'EC', kid: 'some-kid', x5c: [bare(ec.cert)] }] }),
    ],
    [
      'a JWK Set with a PEM in x5c',
      ec256,
      () => JSON.stringify({ keys: [{ kid: 'some-kid', x5c: [ec.cert] }] }),
    ],
    [
      "the keys of Keycloak's Admin API",
      ec256,
      () =>
        JSON.stringify({
          active: { ES256: 'some-kid' },
          keys: [
            { kid: 'h', type: 'OCT', algorithm: 'HS512', use: 'SIG' },
            {
              kid: 'some-kid',
              type: 'EC',
              algorithm: 'ES256',
              use: 'SIG',
              publicKey: bare(spki(ec.privateKey)),
            },
          ],
        }),
    ],
    [
      'an object of PEMs by kid',
      ec256,
      () => JSON.stringify({ 'some-kid': ec.cert, other: spki(rsa.privateKey) }),
    ],
    ['a JSON string with a PEM', ec256, () => JSON.stringify(ec.cert)],
  ]
  it.each(cases)('%s', async (_, token, text) => {
    expect(await verify(token(), text())).toMatchObject({ status: 'valid' })
  })

  it('a JWK Set, as before', async () => {
    expect(await verify(await logoutToken(), JSON.stringify((await testKeys()).jwks))).toMatchObject({
      status: 'valid',
    })
  })
})

it('a key without kid is named if it did not make the signature', async () => {
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 })
  expect(await verify(signed('RS256', other.privateKey, 'k'), spki(rsa.privateKey))).toEqual({
    kid: 'k',
    alg: 'RS256',
    status: 'invalid',
    reason:
      'No key has its id (k). keys has (no kid) (RSA), which did not make this signature. It is probably from another realm or server, or its key was removed in a rotation.',
  })
})

it('keeps the certificate of x5c out of a key that has its own members', async () => {
  const keys = [{ ...jwk(rsa.privateKey), kid: 'k', x5c: [bare(ec.cert)] }]
  expect(await verify(signed('RS256', rsa.privateKey, 'k'), JSON.stringify({ keys }))).toMatchObject({
    status: 'valid',
  })
  expect(await publicKeysIn({ keys })).toEqual({ keys })
})

it.each([
  ['nothing', ' \n', 'is empty'],
  ['text', 'not a key', 'contains no key'],
  ['an object', '{}', 'contains no key'],
  ['a string', '"x"', 'contains no key'],
  ['a token', 'eyJhbGciOiJSUzI1NiJ9.e30.AAAA', 'contains no key'],
  ['a metadata document', '{"issuer":"https://kc","jwks_uri":"https://kc/certs"}', 'contains no key'],
  [
    'a damaged PEM',
    '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----',
    'contains a public key that cannot be read',
  ],
  [
    'a damaged certificate',
    '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----',
    'contains a certificate that cannot be read',
  ],
  [
    'PKCS #1',
    String(createPublicKey(rsa.privateKey).export({ type: 'pkcs1', format: 'pem' })),
    'contains a public key that is not SPKI',
  ],
  [
    'an encrypted private key',
    '-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----',
    'contains a private key that cannot be read',
  ],
  ['base64 of something else', Buffer.from('x'.repeat(100)).toString('base64'), 'contains no key'],
])('%s is not a key, with the reason', async (_, text, problem) => {
  expect(await readPublicKeys(text)).toEqual({ problem, hint: expect.any(String) })
})

it('an empty key set is a key set', async () => {
  expect(await readPublicKeys('{"keys":[]}')).toEqual({ keys: [] })
})
