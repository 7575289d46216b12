import { generateKeyPairSync, sign } from 'node:crypto'
import { exportJWK } from 'jose'
import { describe, expect, it } from 'vitest'
import {
  ALGS,
  base64url,
  encrypted,
  hmacToken,
  idClaims,
  logoutClaims,
  logoutToken,
  testKeys,
} from '../../test/support/tokens.ts'
import { decodeToken } from './decode.ts'
import { decryptToken } from './decrypt.ts'
import { openKeyring } from './keyring.ts'

const SOURCE = 'https://kc.example.com/keys'
async function verify(token: string, jwks?: unknown) {
  const keyring = openKeyring(jwks ?? (await testKeys()).jwks, SOURCE)
  if (!keyring) throw new Error('no key set')
  return keyring.verify(decodeToken(token))
}

const keysWithout = async (kid: string) => ({
  keys: (await testKeys()).jwks.keys.filter((key) => key.kid !== kid),
})

describe('explains an invalid signature', () => {
  it('unknown key, with the known ones', async () => {
    const { status, reason } = await verify(await logoutToken(), await keysWithout('rs256'))
    expect(status).toBe('invalid')
    expect(reason).toContain('No key has its id (rs256)')
    expect(reason).toContain(
      'ps256 (PS256, sig); es256 (ES256, sig); eddsa (EdDSA, sig); enc (RSA-OAEP, enc)',
    )
    expect(reason).toContain('another realm or server, or its key was removed in a rotation')
  })

  it('key for encryption', async () => {
    const { status, reason } = await verify(await logoutToken({}, { header: { kid: 'enc' } }))
    expect([status, reason]).toEqual([
      'invalid',
      'The key that it names is for encryption (use "enc"), not for signatures: enc (RSA-OAEP, enc).',
    ])
  })

  it('key for another algorithm', async () => {
    const { status, reason } = await verify(await logoutToken({}, { header: { kid: 'ps256' } }))
    expect([status, reason]).toEqual([
      'invalid',
      'The key that it names is for another algorithm than RS256: ps256 (PS256, sig).',
    ])
  })

  it('made with another key', async () => {
    const other = await keysWithout('rs256')
    const ps256 = other.keys.find((key) => key.kid === 'ps256')
    const { status, reason } = await verify(await logoutToken(), {
      keys: [{ ...ps256, kid: 'rs256', alg: 'RS256' }],
    })
    expect(status).toBe('invalid')
    expect(reason).toContain('the token was changed after it was signed, or it comes from another server')
  })

  it('critical extension', async () => {
    const header = base64url('{"alg":"RS256","kid":"rs256","crit":["b64"],"b64":false}')
    expect(await verify(`${header}.e30.${'A'.repeat(342)}`)).toMatchObject({
      status: 'invalid',
      reason: expect.stringContaining('crit'),
    })
  })

  it.each(['none', 'None', 'NONE'])('unsigned: %s', async (alg) => {
    expect(await verify(`${base64url(JSON.stringify({ alg }))}.e30.`)).toMatchObject({ status: 'invalid' })
  })
})

describe('reports signatures that it cannot verify', () => {
  it('a signature with a secret, never with a public key as the secret', async () => {
    const { keys } = (await testKeys()).jwks
    const forged = hmacToken('HS256', idClaims(), { kid: 'rs256' })
    expect(await verify(forged, { keys })).toMatchObject({
      status: 'not-checkable',
      alg: 'HS256',
      kid: 'rs256',
    })
    expect(await verify(forged, { keys: [{ kty: 'oct', k: 'c2VjcmV0', kid: 'rs256' }] })).toMatchObject({
      status: 'not-checkable',
    })
  })

  it('an unsupported algorithm that the issuer has a key for', async () => {
    const token = `${base64url('{"alg":"ES256K","kid":"k"}')}.e30.${'A'.repeat(86)}`
    const keys = [{ kty: 'EC', crv: 'secp256k1', alg: 'ES256K', kid: 'k' }]
    expect(await verify(token, { keys })).toMatchObject({ status: 'not-checkable' })
  })

  it.each(['ES256K', 'foo', '__proto__', 'toString'])(
    'nor does anybody else: the algorithm %s',
    async (alg) => {
      const token = `${base64url(`{"alg":"${alg}","kid":"rs256"}`)}.e30.${'A'.repeat(86)}`
      expect(await verify(token)).toMatchObject({
        status: 'invalid',
        reason: expect.stringContaining(`another algorithm than ${alg}`),
      })
    },
  )
})

describe('a key of the curve Ed448', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed448')
  const ed448 = { ...publicKey.export({ format: 'jwk' }), kid: 'e448', alg: 'EdDSA', use: 'sig' }
  const signed = (header: Record<string, unknown>) => {
    const input = `${base64url(JSON.stringify(header))}.${base64url(JSON.stringify(logoutClaims()))}`
    return `${input}.${sign(null, Buffer.from(input), privateKey).toString('base64url')}`
  }

  it.each([
    ['by its kid', { alg: 'EdDSA', kid: 'e448' }, ed448],
    ['without a kid', { alg: 'EdDSA' }, ed448],
    ['by its own name', { alg: 'Ed448', kid: 'e448' }, { ...ed448, alg: undefined }],
  ])('makes a token not checkable: %s', async (_, header, key) => {
    const { keys } = (await testKeys()).jwks
    const { status, reason } = await verify(signed(header), { keys: [...keys, key] })
    expect(status).toBe('not-checkable')
    expect(reason).toContain('Ed448')
  })

  it('does not prevent verification with the right key', async () => {
    const { keys } = (await testKeys()).jwks
    const token = await logoutToken({}, { alg: 'EdDSA', header: { kid: undefined } })
    expect(await verify(token, { keys: [ed448, ...keys] })).toMatchObject({ status: 'valid' })
  })
})

describe('the purpose of a key', () => {
  const only = async (changes: Record<string, unknown>) => {
    const key = (await testKeys()).jwks.keys.find(({ kid }) => kid === 'rs256')
    return verify(await logoutToken(), { keys: [{ ...key, ...changes }] })
  }

  it.each([
    ['to sign, as a private key is exported', { key_ops: ['sign'] }],
    ['to verify', { key_ops: ['verify'], use: undefined }],
    ['not given', { use: undefined, alg: undefined }],
  ])('verifies: %s', async (_, changes) => {
    expect(await only(changes)).toMatchObject({ status: 'valid' })
  })

  it('verifies with a private key as WebCrypto exports it', async () => {
    const key = await exportJWK((await testKeys()).key('RS256'))
    const keys = [{ ...key, kid: 'rs256', alg: 'RS256', key_ops: ['sign'], ext: true }]
    expect(await verify(await logoutToken(), { keys })).toMatchObject({ status: 'valid' })
  })

  it.each([
    [
      { key_ops: ['encrypt', 'wrapKey'] },
      'The key that it names is not for signatures (key_ops ["encrypt","wrapKey"]): rs256 (RS256, sig).',
    ],
    [
      { use: 'enc' },
      'The key that it names is for encryption (use "enc"), not for signatures: rs256 (RS256, enc).',
    ],
  ])('prevents verification, with the reason: %j', async (changes, reason) => {
    expect(await only(changes)).toMatchObject({ status: 'invalid', reason })
  })
})

describe('a signature of a wrong length for its key', () => {
  const CUT = {
    RS256: [340, 'a signature with this key has 342'],
    PS256: [340, 'a signature with this key has 342'],
    ES256: [84, 'every ES256 signature has 86'],
    EdDSA: [84, 'every EdDSA signature has 86 or 152'],
  } as const

  it.each(ALGS)('was cut off: %s', async (alg) => {
    const { status, reason } = await verify((await logoutToken({}, { alg })).slice(0, -2))
    const [there, right] = CUT[alg]
    expect([status, reason]).toEqual([
      'invalid',
      `Its signature has ${there} characters, and ${right}: it was cut off. Copy the whole token.`,
    ])
  })

  it('is not derived from a modulus with leading zeros', async () => {
    const key = (await testKeys()).jwks.keys.find(({ kid }) => kid === 'rs256')
    const n = Buffer.concat([Buffer.alloc(1), Buffer.from(String(key?.n), 'base64url')]).toString('base64url')
    const token = await logoutToken()
    const { reason } = await verify(`${token.slice(0, -9)}AAAAAAAAA`, { keys: [{ ...key, n }] })
    expect(reason).toContain('the token was changed')
  })

  it('is too long', async () => {
    const { reason } = await verify(`${await logoutToken()}AA`)
    expect(reason).toContain('something was added to it')
  })
})

describe('finds the key', () => {
  it('without a kid, by trying matching keys', async () => {
    expect(await verify(await logoutToken({}, { header: { kid: undefined } }))).toMatchObject({
      status: 'valid',
      kid: null,
    })
  })

  it('among several with the same kid', async () => {
    const { keys } = (await testKeys()).jwks
    const wrong = { ...keys.find((key) => key.kid === 'ps256'), kid: 'rs256', alg: 'RS256' }
    expect(await verify(await logoutToken(), { keys: [wrong, ...keys] })).toMatchObject({ status: 'valid' })
  })

  it('next to unusable keys', async () => {
    const { keys } = (await testKeys()).jwks
    const odd = [null, 7, {}, { kty: 'RSA', kid: 'rs256' }, { kty: 'RSA', n: '!!', e: 'AQAB', kid: 'x' }]
    expect(await verify(await logoutToken(), { keys: [...odd, ...keys] })).toMatchObject({ status: 'valid' })
  })

  it('but not in the token itself', async () => {
    const own = (await testKeys()).jwks.keys.find((key) => key.kid === 'rs256')
    const token = await logoutToken(
      {},
      { header: { jwk: own, jku: 'https://evil.example.com', kid: 'theirs' } },
    )
    expect(await verify(token, await keysWithout('rs256'))).toMatchObject({ status: 'invalid' })
  })

  it.each([null, [], {}, { keys: {} }, 'text'])('but not in something other than a key set: %j', (jwks) => {
    expect(openKeyring(jwks, SOURCE)).toBeUndefined()
  })
})

describe('decryption', () => {
  const decrypt = async (token: string) =>
    decryptToken(
      token,
      decodeToken(token).header?.alg,
      JSON.stringify((await testKeys()).encryption.privateJwk),
    )

  it('decrypts a token for the key', async () => {
    expect(await decrypt(await encrypted('hello'))).toEqual({ ok: true, text: 'hello' })
  })

  it('refuses password-based encryption, whose work the token chooses', async () => {
    const header = base64url(
      '{"alg":"PBES2-HS512+A256KW","enc":"A256GCM","p2c":2147483647,"p2s":"AAAAAAAAAAA"}',
    )
    expect(await decrypt(`${header}.AAAA.AAAA.AAAA.AAAA`)).toMatchObject({
      ok: false,
      reason: expect.stringContaining('PBES2'),
    })
  })

  it('stops decompressing at a limit', async () => {
    const bomb = await encrypted('x'.repeat(8 * 1024 * 1024), { zip: 'DEF' })
    expect(bomb.length).toBeLessThan(64 * 1024)
    expect(await decrypt(bomb)).toMatchObject({
      ok: false,
      reason: expect.stringContaining('was not decompressed'),
    })
  })

  it.each(['', 'not a key', '{}', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----'])(
    'says so when the key is none: %j',
    async (key) => {
      expect(await decryptToken(await encrypted('x'), 'RSA-OAEP', key)).toMatchObject({ ok: false })
    },
  )
})

it('reads a key set once, not for each token', async () => {
  const keyring = openKeyring((await testKeys()).jwks, SOURCE)
  const token = decodeToken(await logoutToken(logoutClaims()))
  const all = await Promise.all(Array.from({ length: 50 }, () => keyring?.verify(token)))
  expect(new Set(all.map((each) => each?.status))).toEqual(new Set(['valid']))
})
