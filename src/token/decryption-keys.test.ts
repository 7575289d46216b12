import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { CompactEncrypt } from 'jose'
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
    const many = Array.from({ length: 300 }, () => other)
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

describe('a shared key', () => {
  const bytes = new Uint8Array(32).fill(7)
  const k = Buffer.from(bytes).toString('base64url')
  const token = (alg: string, enc: string, secret = bytes) =>
    new CompactEncrypt(new TextEncoder().encode('x')).setProtectedHeader({ alg, enc }).encrypt(secret)

  it.each([
    ['dir', 'A256GCM', 'A256GCM'],
    ['dir', 'A256GCM', 'dir'],
    ['dir', 'A256GCM', undefined],
    ['dir', 'A128CBC-HS256', 'A128CBC-HS256'],
    ['A256KW', 'A256GCM', 'A256KW'],
  ])('decrypts %s with %s if it is for %s', async (alg, enc, keyAlg) => {
    const jwk = JSON.stringify({ kty: 'oct', k, alg: keyAlg })
    expect(await decryptToken(await token(alg, enc), alg, jwk)).toEqual({ ok: true, text: 'x' })
  })

  it('of a wrong length is named', async () => {
    const short = JSON.stringify({ kty: 'oct', k: 'AAAAAAAAAAAAAAAAAAAAAA' })
    expect(await decryptToken(await token('dir', 'A256GCM'), 'dir', short)).toEqual({
      ok: false,
      reason: 'The key has 128 bits; dir with A256GCM needs 256.',
    })
    expect(await decryptToken(await token('A256KW', 'A256GCM'), 'A256KW', short)).toEqual({
      ok: false,
      reason: 'The key has 128 bits; A256KW needs 256.',
    })
  })
})

describe('says exactly why it cannot decrypt', () => {
  const withHeader = (header: object) =>
    `${Buffer.from(JSON.stringify(header)).toString('base64url')}.AAAA.AAAA.AAAA.AAAA`
  it.each([
    [
      { alg: 'RSA1_5', enc: 'A256GCM' },
      'It is encrypted with RSA1_5, which kc-logout does not support: its padding can be attacked. Set the key management algorithm of the client to RSA-OAEP.',
    ],
    [
      { alg: 'PBES2-HS256+A128KW', enc: 'A256GCM' },
      'It is encrypted with a password (PBES2-HS256+A128KW), which kc-logout does not support: the token could demand any amount of work.',
    ],
    [{ alg: 'foo', enc: 'A256GCM' }, 'It is encrypted with "foo", which kc-logout does not support.'],
    [{ enc: 'A256GCM' }, 'Its header names no algorithm (alg).'],
    [
      { alg: 'RSA-OAEP', enc: 'foo' },
      'Its content is encrypted with "foo", which kc-logout does not support.',
    ],
    [
      { alg: 'RSA-OAEP', enc: 'A256GCM', zip: 'LZ4' },
      'Its content is compressed with "LZ4", which kc-logout does not support.',
    ],
    [
      { alg: 'RSA-OAEP', enc: 'A256GCM', crit: ['x'], x: 1 },
      'Its header names critical extensions (crit) that kc-logout does not support.',
    ],
  ])('%o', async (header, reason) => {
    const read = await decryptToken(withHeader(header), Reflect.get(header, 'alg'), JSON.stringify(right))
    expect(read).toEqual({ ok: false, reason })
  })

  it('too many keys', async () => {
    const many = JSON.stringify({ keys: Array.from({ length: 300 }, () => other) })
    expect(await decryptToken(await encrypted('x'), 'RSA-OAEP', many)).toEqual({
      ok: false,
      reason: 'None of the first 256 of 300 matching keys decrypts it.',
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
