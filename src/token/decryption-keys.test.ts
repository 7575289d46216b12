import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { encrypted, testKeys } from '../../test/support/tokens.ts'
import { decryptToken } from './decrypt.ts'
import { readDecryptionKeys } from './decryption-keys.ts'

const { encryption } = await testKeys()
const right = encryption.privateJwk
const key: KeyObject = createPrivateKey({ key: { ...right }, format: 'jwk' })
const rsa = () => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' })
const [other, another] = [rsa(), rsa()]
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
const pem = String(key.export({ format: 'pem', type: 'pkcs8' }))
const publicPem = '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n'

describe('decrypts a token with', () => {
  it.each([
    [
      'the key that it names, wherever it stands',
      [
        { ...other, kid: 'a' },
        { ...right, kid: 'enc' },
      ],
    ],
    ['several keys, none of them named by the token', [other, { ...another, kid: 'b' }, right]],
    [
      'a key of another id than it names',
      [
        { ...other, kid: 'enc' },
        { ...right, kid: 'a' },
      ],
    ],
    [
      'a key whose set has public ones and others',
      [{ kty: 'RSA', n: other.n, e: other.e }, {}, 7, ec.export({ format: 'jwk' }), right],
    ],
    ['a key after one for signatures', [{ ...other, use: 'sig' }, right]],
    [
      'a key that is said to be for signatures, if it has to be',
      [{ ...right, use: 'sig', key_ops: ['sign'] }],
    ],
    [
      'a key for its algorithm',
      [
        { ...right, alg: 'RSA-OAEP' },
        { ...other, alg: 'RSA-OAEP-256' },
      ],
    ],
  ])('%s', async (_, keys) => {
    expect(await decryptToken(await encrypted('x'), 'RSA-OAEP', JSON.stringify({ keys }))).toEqual({
      ok: true,
      text: 'x',
    })
  })

  it('the named key first', async () => {
    const many = Array.from({ length: 30 }, () => other)
    const set = (kid: string) => JSON.stringify({ keys: [...many, { ...right, kid }] })
    expect(await decryptToken(await encrypted('x'), 'RSA-OAEP', set('enc'))).toMatchObject({ ok: true })
    expect(await decryptToken(await encrypted('x'), 'RSA-OAEP', set('a'))).toMatchObject({ ok: false })
  })

  it.each([
    ['as it is', pem],
    [
      'with what openssl writes before it',
      `Bag Attributes\n    friendlyName: shop\nKey Attributes: <No Attributes>\n${pem}`,
    ],
    ['with Windows line breaks', pem.replaceAll('\n', '\r\n')],
    ['after a public key', `${publicPem}${pem}`],
  ])('a PEM %s', async (_, text) => {
    expect(await decryptToken(await encrypted('x'), 'RSA-OAEP', text)).toEqual({ ok: true, text: 'x' })
  })

  it('only keys for its algorithm', async () => {
    const reason = async (...keys: object[]) =>
      decryptToken(await encrypted('x'), 'RSA-OAEP', JSON.stringify({ keys }))
    expect(await reason(other)).toMatchObject({
      reason: expect.stringMatching(/^This key does not decrypt it/),
    })
    expect(await reason(other, another)).toMatchObject({
      reason: expect.stringMatching(/^None of these keys/),
    })
    expect(await reason({ ...right, alg: 'RSA-OAEP-256' })).toMatchObject({ ok: false })
    expect(await reason(ec.export({ format: 'jwk' }))).toMatchObject({
      reason: expect.stringContaining('no key for RSA-OAEP'),
    })
  })
})

it.each([
  ['nothing', ' \n', 'is empty'],
  ['text', 'not a key', 'holds no key that can be read'],
  ['a list', '[]', 'holds no key that can be read'],
  ['an object', '{}', 'holds no key'],
  ['an empty set', '{"keys":[]}', 'holds no key'],
  ['a public JWK', JSON.stringify({ kty: 'RSA', n: right.n, e: right.e }), 'holds a public key only'],
  ["a realm's keys", JSON.stringify((await testKeys()).jwks), 'holds public keys only'],
  [
    'a damaged JWK',
    JSON.stringify({ kty: 'RSA', n: right.n, d: 'AAAA' }),
    'holds a private key that cannot be read',
  ],
  ['a public PEM', publicPem, 'holds a public key'],
  [
    'a certificate',
    '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----',
    'holds a certificate, which has the public key only',
  ],
  [
    'a PEM with a password',
    String(key.export({ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'x' })),
    'holds an encrypted private key',
  ],
  [
    'an old PEM with a password',
    String(key.export({ format: 'pem', type: 'pkcs1', cipher: 'aes-256-cbc', passphrase: 'x' })),
    'holds an encrypted private key',
  ],
  [
    'PKCS #1',
    String(key.export({ format: 'pem', type: 'pkcs1' })),
    'holds a private key that is not PKCS #8',
  ],
  ['SEC 1', String(ec.export({ format: 'pem', type: 'sec1' })), 'holds a private key that is not PKCS #8'],
  [
    'a damaged PEM',
    '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----',
    'holds a private key that cannot be read',
  ],
  ['half a PEM', pem.slice(0, 400), 'holds no private key that can be read'],
])('%s: not a private key, with the reason', async (_, text, problem) => {
  expect(await readDecryptionKeys(text)).toEqual({ problem, hint: expect.any(String) })
})

it('accepts a key of another type than RSA', async () => {
  const texts = [
    String(ec.export({ format: 'pem', type: 'pkcs8' })),
    JSON.stringify(ec.export({ format: 'jwk' })),
    '{"kty":"oct","k":"AAAAAAAAAAAAAAAAAAAAAA"}',
  ]
  for (const text of texts) expect(await readDecryptionKeys(text)).toEqual({ keys: [expect.anything()] })
})
