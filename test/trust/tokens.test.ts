import { beforeAll, describe, expect, test } from 'vitest'
import { answerTo, type IncomingRequest, readDelivery } from '../../src/core/delivery.ts'
import { findTokens } from '../../src/core/token/find.ts'
import { findInLines } from '../../src/core/token/lines.ts'
import { checkExchange } from '../../src/core/token/rules/request.ts'
import { inspect } from '../core/token/inspecting.ts'
import {
  accessClaims,
  adminActionClaims,
  base64url,
  encrypted,
  hmacToken,
  idClaims,
  keycloakLogoutToken,
  logoutClaims,
  refreshClaims,
  signedToken,
  unsignedToken,
  wrapped,
} from '../support/tokens.ts'

/** So many inputs; each takes well under a millisecond. */
const INPUTS = 100_000
const SEED = Number(process.env.FUZZ_SEED ?? Date.now() % 1_000_000)

/** A small generator of its own, so that a run can be repeated by its seed (mulberry32). */
function randomFrom(seed: number) {
  let state = seed
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  const below = (n: number) => Math.floor(next() * n)
  return { below, pick: <T>(list: readonly T[]): T => list[below(list.length)] as T }
}

const NASTY = [
  '\u0000',
  '\u202e',
  '\ud800',
  '.',
  '..',
  '=',
  '\n',
  '"',
  '\\',
  '{',
  '}',
  'eyJ',
  '%2e',
  '__proto__',
  'null',
  '1e999',
  'Bearer ',
  '\ufeff',
  '🙂',
  ' '.repeat(50),
]

describe(`${INPUTS} random and mutated inputs (FUZZ_SEED=${SEED})`, () => {
  const { below, pick } = randomFrom(SEED)
  let corpus: string[]
  let genuine: Set<string>
  beforeAll(async () => {
    const tokens = [
      await keycloakLogoutToken(),
      await signedToken({ payload: idClaims(), alg: 'ES256' }),
      await signedToken({ payload: accessClaims(), alg: 'EdDSA' }),
      await signedToken({ payload: adminActionClaims(), alg: 'PS256' }),
      hmacToken('HS512', refreshClaims()),
    ]
    genuine = new Set(tokens)
    corpus = [
      ...tokens,
      unsignedToken(logoutClaims()),
      await encrypted(tokens[0] ?? ''),
      wrapped(tokens[0] ?? '', 64),
      JSON.stringify({ access_token: tokens[2], id_token: tokens[1] }, null, 1),
      `Json web token claims: ${JSON.stringify(accessClaims())}`,
      `POST /bc HTTP/1.1\r\nCookie: a=b\r\n\r\nlogout_token=${tokens[0]}&x=y`,
      `curl -H 'Authorization: Bearer ${tokens[2]}' https://x/?id_token_hint=${tokens[1]}`,
    ]
  })

  const noise = () => {
    let text = ''
    for (let i = below(8); i >= 0; i--)
      text += below(3) === 0 ? pick(NASTY) : String.fromCharCode(below(0x250))
    return text
  }

  /** Changes claims inside a token and leaves its signature, so that what is decoded is odd, not only what is encoded. */
  function withOddClaims(token: string): string {
    const [header = '', payload = '', signature = ''] = token.split('.')
    const text = Buffer.from(payload, 'base64url').toString()
    const at = below(text.length)
    return `${header}.${base64url(text.slice(0, at) + noise() + text.slice(at + below(6)))}.${signature}`
  }

  function input(): string {
    const base = pick(corpus)
    switch (below(6)) {
      case 0:
        return noise().repeat(1 + below(20))
      case 1:
        return withOddClaims(pick(corpus.slice(0, 5)))
      case 2:
        return base.slice(0, below(base.length))
      case 3:
        return pick(corpus).slice(below(200)) + noise() + base
      default: {
        const at = below(base.length)
        return base.slice(0, at) + noise() + base.slice(at + below(12))
      }
    }
  }

  test('none crashes anything, takes long, or passes for what it is not', async () => {
    let slowest = 0
    let tokens = 0
    for (let i = 0; i < INPUTS; i++) {
      const text = input()
      const started = performance.now()
      const { found } = findTokens(text)
      for await (const each of findInLines(text.split('\n'))) expect(each.text).not.toBe('')
      for (const each of found.slice(0, 4)) {
        tokens++
        const report = await inspect(each.text, { form: each.form })
        const passes = report.verdict === 'pass' && report.signature.status === 'valid'
        if (passes && !genuine.has(each.text)) throw new Error(`passes: ${JSON.stringify(text)}`)
        if (i % 50 === 0) JSON.stringify(report)
      }
      slowest = Math.max(slowest, performance.now() - started)
    }
    expect(tokens).toBeGreaterThan(INPUTS / 4)
    // Generous, as other work on the machine counts here.
    expect(slowest).toBeLessThan(1000)
  }, 600_000)

  test('none is answered with success by a receiver', async () => {
    for (let i = 0; i < 5000; i++) {
      const body = below(2) ? `logout_token=${encodeURIComponent(Buffer.from(input()).toString())}` : input()
      const request: IncomingRequest = {
        method: pick(['POST', 'POST', 'POST', 'GET', 'PUT']),
        path: pick(['/', '/bc', '/k_logout', '/a/k_push_not_before']),
        headers: { 'content-type': pick(['application/x-www-form-urlencoded', 'text/plain', '', 'a;b;c']) },
        body,
        tooLarge: below(20) === 0,
      }
      const reading = readDelivery(request)
      const report =
        reading.token === undefined ? undefined : await inspect(reading.token, { kind: reading.kind })
      const rules = [...(report?.rules ?? []), ...checkExchange({ request, reading, token: report?.verdict })]
      const { status } = answerTo(request, report, rules)
      const mayPass = reading.token !== undefined && genuine.has(reading.token)
      if (!mayPass) expect(status).toBeGreaterThanOrEqual(400)
    }
  })
})
