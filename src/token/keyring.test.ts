import { createHash, createSign, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { base64url, logoutClaims, logoutToken, testKeys } from '../../test/support/tokens.ts'
import { decodeToken } from './decode.ts'
import { openKeyring } from './keyring.ts'

async function verify(token: string, keys: unknown[]) {
  const keyring = openKeyring({ keys }, 'keys.json')
  if (!keyring) throw new Error('no key set')
  return keyring.verify(decodeToken(token))
}

const rsa = (modulusLength: number) => generateKeyPairSync('rsa', { modulusLength })
const jwkOf = (key: KeyObject, kid: string) => ({
  ...key.export({ format: 'jwk' }),
  kid,
  alg: 'RS256',
  use: 'sig',
})
const input = (kid: string | undefined) =>
  `${base64url(JSON.stringify({ alg: 'RS256', typ: 'logout+jwt', kid }))}.${base64url(JSON.stringify(logoutClaims()))}`
function signed(key: KeyObject, kid?: string) {
  const text = input(kid)
  return `${text}.${createSign('sha256').update(text).sign(key).toString('base64url')}`
}

/** What anybody can compute for a key with e = 1: the padded hash itself (RFC 8017 section 9.2). */
function paddedHash(text: string, bytes: number): string {
  const info = Buffer.from('3031300d060960864801650304020105000420', 'hex')
  const hash = Buffer.concat([info, createHash('sha256').update(text).digest()])
  const padding = Buffer.alloc(bytes - hash.length - 3, 0xff)
  return Buffer.concat([Buffer.from([0, 1]), padding, Buffer.from([0]), hash]).toString('base64url')
}

const weak = rsa(1024)
const strong = rsa(2048)
const others = Array.from({ length: 3 }, () => rsa(2048))

describe('an RSA key with an unusable exponent', () => {
  const n = jwkOf(strong.publicKey, 'k')

  it.each([
    ['1', 'AQ'],
    ['1 with leading zeros', 'AAAB'],
    ['2', 'Ag'],
    ['65536', 'AQAA'],
  ])('proves nothing: %s', async (_, e) => {
    const token = `${input('k')}.${paddedHash(input('k'), 256)}`
    expect(await verify(token, [{ ...n, e }])).toMatchObject({
      status: 'invalid',
      reason: expect.stringMatching(/^The key that it names is not a valid RSA key \(exponent \d+\): /),
    })
    const unnamed = `${input(undefined)}.${paddedHash(input(undefined), 256)}`
    expect((await verify(unnamed, [{ ...n, e }])).status).toBe('invalid')
  })

  it('does not hide a good key of the same kid', async () => {
    expect(await verify(signed(strong.privateKey, 'k'), [{ ...n, e: 'AQ' }, n])).toMatchObject({
      status: 'valid',
    })
  })

  it('3 is allowed', async () => {
    const three = generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 3 })
    expect(await verify(signed(three.privateKey, 'k'), [jwkOf(three.publicKey, 'k')])).toMatchObject({
      status: 'valid',
    })
  })
})

describe('an RSA key under 2048 bits', () => {
  const weakJwk = jwkOf(weak.publicKey, 'weak')
  const strongJwk = jwkOf(strong.publicKey, 'strong')

  it('leaves its own signature unverified', async () => {
    expect(await verify(signed(weak.privateKey, 'weak'), [weakJwk])).toEqual({
      kid: 'weak',
      alg: 'RS256',
      status: 'not-checkable',
      reason:
        'Its key weak (RS256, sig) has 1024 bits. RFC 7518 section 3.3 requires at least 2048, so kc-logout does not use it.',
    })
  })

  it.each([
    ['first', [weakJwk, strongJwk]],
    ['last', [strongJwk, weakJwk]],
  ])('does not decide about a signature of another length (%s)', async (_, keys) => {
    expect((await verify(signed(others[0]?.privateKey ?? strong.privateKey), keys)).status).toBe('invalid')
    expect((await verify(signed(strong.privateKey), keys)).status).toBe('valid')
    expect((await verify(signed(weak.privateKey), keys)).status).toBe('not-checkable')
  })
})

describe('several matching keys', () => {
  const wrong = others.map(({ publicKey }, i) => jwkOf(publicKey, `other${i}`))
  const right = jwkOf(strong.publicKey, 'right')

  it('are all tried, also the seventeenth and the hundredth', async () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, i) => ({ ...wrong[i % 3], kid: `k${i}` }))
    for (const count of [16, 99]) {
      expect((await verify(signed(strong.privateKey), [...many(count), right])).status).toBe('valid')
      expect((await verify(signed(strong.privateKey), many(count))).status).toBe('invalid')
    }
  })

  it('leave the signature unchecked if there are too many to try', async () => {
    const many = Array.from({ length: 300 }, (_, i) => ({ ...wrong[i % 3], kid: `k${i}` }))
    expect(await verify(signed(strong.privateKey), [...many, right])).toMatchObject({
      status: 'not-checked',
      reason:
        'It names no key (no kid), and 301 keys from keys.json match. None of the first 256 made this signature.',
    })
  })

  it.each([0, 1, 2])(
    'with an unreadable one leave the signature unverified, in any order (%i)',
    async (at) => {
      const broken = { kty: 'EC', crv: 'P-256', x: 'AAAA', y: 'AAAA', kid: 'k' }
      const { keys } = (await testKeys()).jwks
      const es256 = { ...keys.find(({ kid }) => kid === 'es256'), kid: 'k' }
      const set: unknown[] = [es256, es256]
      set.splice(at, 0, broken)
      const token = await logoutToken({}, { alg: 'ES256', header: { kid: 'k' } })
      const forged = `${token.slice(0, -20)}${'A'.repeat(20)}`
      expect(await verify(token, set)).toMatchObject({ status: 'valid' })
      expect(await verify(forged, set)).toMatchObject({
        status: 'not-checkable',
        reason: 'Its key k (EC) cannot be read as a public key.',
      })
    },
  )
})
