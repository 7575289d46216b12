import { describe, expect, it } from 'vitest'
import { inspect, rule } from '../../test/support/inspecting.ts'
import {
  accessClaims,
  hmacToken,
  logoutToken,
  refreshClaims,
  signedToken,
} from '../../test/support/tokens.ts'

const WITHOUT_KEYS = { keys: { missing: 'no keys' } }
const cut = (token: string) => token.slice(0, -10)
const extended = (token: string) => `${token}AAAA`
const removed = (token: string) => token.slice(0, token.lastIndexOf('.') + 1)

describe('a signature of a length that no key makes', () => {
  const hmac = ['HS256', 'HS384', 'HS512'] as const

  it.each(
    hmac.flatMap((alg) =>
      ([cut, extended, removed] as const).flatMap((change) =>
        ([refreshClaims, accessClaims] as const).map((claims) => [alg, change, claims] as const),
      ),
    ),
  )('%s fails whoever has the key: %o %o', async (alg, change, claims) => {
    const token = change(hmacToken(alg, claims()))
    for (const options of [{}, WITHOUT_KEYS]) {
      const report = await inspect(token, options)
      expect([report.signature.status, report.verdict]).toEqual(['invalid', 'fail'])
    }
  })

  it.each([
    [
      cut,
      'Its signature has 76 characters, and every HS512 signature has 86: it was cut off. Copy the whole token.',
    ],
    [
      extended,
      'Its signature has 90 characters, and every HS512 signature has 86: something was added to it. Copy the whole token.',
    ],
    [
      removed,
      'It has no signature, and every HS512 signature has 86 characters: it was cut off. Copy the whole token.',
    ],
  ])('explains the length: %o', async (change, reason) => {
    const report = await inspect(change(hmacToken('HS512', refreshClaims())), WITHOUT_KEYS)
    expect(report.signature.reason).toBe(reason)
    expect(rule(report, 'F01')).toMatchObject({ status: 'fail', message: reason })
  })

  it.each(['ES256', 'EdDSA'] as const)('%s fails without keys, too', async (alg) => {
    for (const change of [cut, extended, removed]) {
      const report = await inspect(change(await logoutToken({}, { alg })), WITHOUT_KEYS)
      expect([report.signature.status, report.verdict]).toEqual(['invalid', 'fail'])
    }
  })

  it.each(['RS256', 'PS256'] as const)('%s fails without keys if no allowed key makes it', async (alg) => {
    const token = await signedToken({ alg, payload: accessClaims() })
    const short = `${token.slice(0, token.lastIndexOf('.'))}.${'A'.repeat(100)}`
    expect((await inspect(short, WITHOUT_KEYS)).signature).toMatchObject({
      status: 'invalid',
      reason: `Its signature has 100 characters, and every ${alg} signature has at least 171: it was cut off. Copy the whole token.`,
    })
    expect((await inspect(cut(token), WITHOUT_KEYS)).signature.status).toBe('not-checked')
  })

  it('an HMAC signature of the right length stays unverified', async () => {
    const report = await inspect(hmacToken('HS384', refreshClaims()))
    expect([report.signature.status, report.verdict]).toEqual(['not-checkable', 'pass'])
  })
})
