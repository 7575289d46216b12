import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { inspect } from '../../test/support/inspecting.ts'
import {
  base64url,
  encrypted,
  keycloakLogoutToken,
  logoutClaims,
  signedToken,
} from '../../test/support/tokens.ts'
import { formatTime, parseTime, relativeTime } from '../util/time.ts'
import { decodeClaims, decodeToken } from './decode.ts'
import { findTokens } from './find.ts'
import { readJson } from './json.ts'

let real: string[]
beforeAll(async () => {
  real = [
    await keycloakLogoutToken(),
    await signedToken({ payload: logoutClaims(), alg: 'EdDSA' }),
    await encrypted('x'),
  ]
})

/** A megabyte of text that could make the search slow. */
const MEGABYTE = 1024 * 1024
const NASTY: [string, string][] = [
  ['ey', 'eyJ'.repeat(MEGABYTE / 3)],
  ['ey and line breaks', 'eyJ\n'.repeat(MEGABYTE / 4)],
  ['ey, dots and line breaks', 'eyJ.\n'.repeat(MEGABYTE / 5)],
  ['headers and line breaks', `${base64url('{"alg":"RS256"}')}\n`.repeat(MEGABYTE / 22)],
  ['headers, dots and line breaks', `${base64url('{"alg":"RS256"}')}.\n`.repeat(MEGABYTE / 23)],
  [
    'a header, then parts that end in a brace',
    `${base64url('{"alg":"RS256"}')}.${'fQ\n'.repeat(MEGABYTE / 3 - 10)}`,
  ],
  ['a header, then single letters', `${base64url('{"alg":"RS256"}')}.e30.${'A\n'.repeat(MEGABYTE / 2 - 20)}`],
  ['short tokens', `${base64url('{"alg":"RS256"}')}.e30.AA `.repeat(MEGABYTE / 29)],
  [
    'short tokens, then spaces',
    `${base64url('{"alg":"RS256"}')}.e30.AA `.repeat(9000) + ' '.repeat(MEGABYTE / 2),
  ],
  ['open braces', '{'.repeat(MEGABYTE)],
  ['open braces and quotes', '{"'.repeat(MEGABYTE / 2)],
  ['open brackets', '['.repeat(MEGABYTE)],
  ['brackets in pairs', '['.repeat(MEGABYTE / 2) + ']'.repeat(MEGABYTE / 2)],
  ['braces in pairs', '{}'.repeat(MEGABYTE / 2)],
  ['backslashes', '"\\'.repeat(MEGABYTE / 2)],
  ['a quote and backslashes', `{"${'\\'.repeat(MEGABYTE - 4)}`],
  ['spaces', ' '.repeat(MEGABYTE)],
  ['line breaks', '\n'.repeat(MEGABYTE)],
  ['percent signs', '%3D'.repeat(MEGABYTE / 3)],
  ['equals signs', 'a='.repeat(MEGABYTE / 2)],
  ['dots', '.'.repeat(MEGABYTE)],
  ['a long name before each token', `${'a'.repeat(90)}=eyJ `.repeat(MEGABYTE / 95)],
  ['JSON of many strings', JSON.stringify(Array.from({ length: 40_000 }, () => 'eyJ.eyJ.eyJ.{{{'))],
]

describe('takes less than a second for a megabyte of', () => {
  it.each(NASTY)('%s', (_, text) => {
    const started = process.cpuUsage()
    findTokens(text)
    decodeToken(text)
    decodeClaims(text)
    const { user, system } = process.cpuUsage(started)
    // CPU time, because other tests run in parallel.
    expect((user + system) / 1000).toBeLessThan(1000)
  })
})

describe('never crashes on', () => {
  it('any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
        for (const found of findTokens(text).found) expect(found.text.length).toBeGreaterThan(0)
        decodeToken(text)
        readJson(text)
      }),
      { numRuns: 3000 },
    )
  })

  it('text made of the pieces of tokens', () => {
    const piece = fc.constantFrom(
      'ey',
      'eyJ',
      '.',
      '..',
      '\n',
      ' ',
      '"',
      '{',
      '}',
      '=',
      '%3D',
      '\\n',
      'Bearer ',
      'fQ',
      ':',
      base64url('{"alg":"none"}'),
      'e30',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const { found } = findTokens(pieces.join(''))
        for (const { text } of found) expect(text).not.toMatch(/\s/)
      }),
      { numRuns: 3000 },
    )
  })

  it('tokens with any byte changed, cut or doubled', async () => {
    const change = fc.record({
      which: fc.nat(2),
      at: fc.nat(2000),
      length: fc.nat(40),
      insert: fc.string({ unit: 'binary', maxLength: 20 }),
    })
    await fc.assert(
      fc.asyncProperty(change, async ({ which, at, length, insert }) => {
        const token = real[which] ?? ''
        const start = at % token.length
        const changed = token.slice(0, start) + insert + token.slice(start + length)
        const report = await inspect(changed)
        if (changed !== token) expect(report.verdict).not.toBe('pass')
        JSON.stringify(report)
      }),
      { numRuns: 1500 },
    )
  })

  it('claims of any type in any place', async () => {
    const name = fc.constantFrom(
      'iss',
      'sub',
      'aud',
      'exp',
      'iat',
      'nbf',
      'jti',
      'sid',
      'typ',
      'azp',
      'events',
      'nonce',
      'acr',
      'auth_time',
      'scope',
      'action',
      'resource',
      'expiration',
      'adapterSessionIds',
      'notBefore',
      'allowed-origins',
      'preferred_username',
      'cnf',
      '__proto__',
      'constructor',
    )
    const value = fc.oneof(fc.jsonValue(), fc.double(), fc.constantFrom(0, -1, 1e30, '', null, [], {}, true))
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(name, value)),
        fc.constantFrom('auto', 'logout', 'id', 'access', 'refresh', 'admin-action'),
        async (claims, kind) => {
          const payload = `{${claims.map(([key, each]) => `${JSON.stringify(key)}:${JSON.stringify(each) ?? 'null'}`).join(',')}}`
          const token = `${base64url('{"alg":"RS256","kid":"rs256"}')}.${base64url(payload)}.AAAA`
          const report = await inspect(token, { kind: kind as 'auto' })
          expect(report.verdict).toBe('fail')
          JSON.stringify(report)
          JSON.stringify(await inspect(payload, { form: 'claims' }))
        },
      ),
      { numRuns: 1500 },
    )
  })
})

describe('times', () => {
  it('formats times of any size', () => {
    fc.assert(
      fc.property(fc.double(), fc.double({ noNaN: true, noDefaultInfinity: true }), (time, now) => {
        expect(typeof formatTime(time)).toBe('string')
        expect(typeof relativeTime(time, now)).toBe('string')
      }),
    )
  })

  it.each([
    ['2026-11-21T05:19:17Z', 1795238357],
    ['2026-11-21 05:19:17', 1795238357],
    ['2026-11-21 05:19:17 UTC', 1795238357],
    ['2026-11-21T06:19:17+01:00', 1795238357],
    ['2026-11-21', 1795219200],
    ['1795238357', 1795238357],
    ['1795238357000', 1795238357],
    ['yesterday', undefined],
    ['', undefined],
    ['2026-13-45', undefined],
    ['2026-02-31', undefined],
    ['2026-02-29T08:00+01:00', undefined],
    ['2028-02-29', 1835395200],
    ['2026-11-21T00:00:00+01:00', 1795215600],
  ])('%s', (text, seconds) => {
    expect(parseTime(text)).toBe(seconds)
  })
})
