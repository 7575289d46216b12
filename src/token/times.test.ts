import { expect, it } from 'vitest'
import { inspect, rule } from '../../test/support/inspecting.ts'
import {
  accessClaims,
  adminActionClaims,
  hmacToken,
  logoutToken,
  NOW,
  refreshClaims,
  signedToken,
} from '../../test/support/tokens.ts'

type Claims = Record<string, unknown>
const access = (changes: Claims) => signedToken({ payload: accessClaims(changes), header: { typ: 'at+jwt' } })
const offline = (changes: Claims) =>
  hmacToken('HS512', refreshClaims({ typ: 'Offline', scope: 'openid offline_access', ...changes }))

const PAST = { iat: NOW - 400, exp: NOW - 100 }

it.each<[state: string, what: string, token: () => Promise<string> | string]>([
  ['current', 'a good token', () => access({})],
  ['not-yet', 'a token issued in the future', () => access({ iat: NOW + 100 })],
  ['aged', 'a token that was valid', () => access(PAST)],
  ['never-valid', 'a token that was not valid', () => access({ ...PAST, aud: 'other' })],
  ['never-valid', 'a token with exp before iat', () => access({ exp: NOW - 30 })],
  ['never-valid', 'an access token with exp 0 (1970)', () => access({ exp: 0 })],
  ['no-expiry', 'an offline token with exp 0 (never)', () => offline({ exp: 0 })],
  ['no-expiry', 'an offline token without exp', () => offline({ exp: undefined })],
  ['aged', 'an offline token that was valid', () => offline(PAST)],
  [
    'aged',
    'an admin action that was good',
    () => signedToken({ payload: adminActionClaims({ expiration: NOW - 60 }) }),
  ],
])('%s: %s', async (state, _, token) => {
  expect((await inspect(await token())).times.state).toBe(state)
})

it('an offline token with exp 0 has no expiry', async () => {
  expect((await inspect(offline({ exp: 0 }))).times).toMatchObject({ expiresAt: null, lifetimeSeconds: null })
})

it('state and message agree if a rule about exp failed before expiry, too', async () => {
  const report = await inspect(await logoutToken({ iat: NOW - 1000, exp: NOW - 100 }), { strict: true })
  expect(rule(report, 'L12').status).toBe('fail')
  expect(rule(report, 'L11').message).toContain('It was never valid: L12')
  expect(report.times.state).toBe('never-valid')
})
