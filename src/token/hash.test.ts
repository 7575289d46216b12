import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { accessTokenHash } from './hash.ts'

it.each([
  ['RS256', 'sha256'],
  ['ES384', 'sha384'],
  ['PS512', 'sha512'],
  ['HS384', 'sha384'],
  ['EdDSA', 'sha512'],
  ['Ed25519', 'sha512'],
])('at_hash with %s is half of %s', async (alg, name) => {
  const half = (digest: Buffer) => digest.subarray(0, digest.length / 2).toString('base64url')
  expect(await accessTokenHash('token', alg)).toBe(half(createHash(name).update('token').digest()))
})

it.each(['none', 'RS1', 'RS256x', 'ES256K', undefined, 7])('at_hash with %j is undefined', async (alg) => {
  expect(await accessTokenHash('token', alg)).toBeUndefined()
})
