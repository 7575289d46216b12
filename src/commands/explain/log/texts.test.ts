import { describe, expect, test } from 'vitest'
import type { Act } from './observation.ts'
import { textsFor } from './texts.ts'

const said = (code: string, more: { act?: Act; status?: number } = {}) => {
  const { message, why, fix } = textsFor({
    code,
    act: 'logout',
    clientId: 'shop',
    url: 'https://shop.example/logout',
    time: undefined,
    sample: '',
    ...more,
  })
  return { message, why, fix, all: `${message} ${why} ${fix}` }
}
const NOT_TOLD = /was not told|did not get/

describe('only who cannot have heard of a logout is said not to have been told', () => {
  test.each(['refused', 'unreachable', 'connect-timeout', 'unknown-host', 'tls-untrusted', 'tls-expired'])(
    '%s: not told',
    (code) => {
      expect(said(code).message).toMatch(NOT_TOLD)
      expect(said(code).why).toMatch(NOT_TOLD)
    },
  )

  test.each(['read-timeout', 'connection-closed', 'unknown'])('%s: not known', (code) => {
    const { message, why } = said(code)
    expect(`${message} ${why}`).not.toMatch(NOT_TOLD)
    expect(why).toContain('not known')
  })

  test.each([401, 403, 404, 405])('HTTP %i: not told', (status) => {
    expect(said('answered', { status }).why).toMatch(NOT_TOLD)
  })

  test.each([202, 302, 409, 500, 503, undefined])('HTTP %s: not known', (status) => {
    const { all, why } = said('answered', status === undefined ? {} : { status })
    expect(all).not.toMatch(NOT_TOLD)
    expect(why).toContain('not known')
  })

  test('HTTP 400: told, and it said no', () => {
    const { all, why } = said('answered', { status: 400 })
    expect(all).not.toMatch(NOT_TOLD)
    expect(why).toContain('specification')
  })
})

test.each<Act>(['availability-test', 'push-revocation'])('%s that is refused ends no session', (act) => {
  const { why, fix } = said('answered', { act })
  expect(why).not.toContain('session')
  expect(why).toContain('/k_logout')
  expect(fix).not.toContain('doctor --probe')
})

test('a status that is not logged: what would show it', () => {
  expect(said('answered').fix).toContain('kc-logout listen')
})
