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
  ['not-yet', 'a token of the future', () => access({ iat: NOW + 100 })],
  ['aged', 'a token that was good', () => access(PAST)],
  ['never-valid', 'a token that was not', () => access({ ...PAST, aud: 'other' })],
  ['never-valid', 'a token that ends before it begins', () => access({ exp: NOW - 30 })],
  ['never-valid', 'an access token with exp 0, which is 1970', () => access({ exp: 0 })],
  ['no-expiry', 'an offline token with exp 0, which is never', () => offline({ exp: 0 })],
  ['no-expiry', 'an offline token without exp', () => offline({ exp: undefined })],
  ['aged', 'an offline token that was good', () => offline(PAST)],
  [
    'aged',
    'an admin action that was good',
    () => signedToken({ payload: adminActionClaims({ expiration: NOW - 60 }) }),
  ],
])('%s: %s', async (state, _, token) => {
  expect((await inspect(await token())).times.state).toBe(state)
})

it('an offline token with exp 0 says no end', async () => {
  expect((await inspect(offline({ exp: 0 }))).times).toMatchObject({ expiresAt: null, lifetimeSeconds: null })
})

it('state and message agree where a rule about exp failed in its time, too', async () => {
  const report = await inspect(await logoutToken({ iat: NOW - 1000, exp: NOW - 100 }), { strict: true })
  expect(rule(report, 'L12').status).toBe('fail')
  expect(rule(report, 'L11').message).toContain('It never was valid: L12')
  expect(report.times.state).toBe('never-valid')
})
