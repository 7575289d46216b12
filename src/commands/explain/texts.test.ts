import { describe, expect, test } from 'vitest'
import type { Operation } from '../../server-log/observation.ts'
import { textsFor } from './texts.ts'

const said = (code: string, more: { act?: Operation; status?: number } = {}) => {
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
const NOT_NOTIFIED = /was not notified|did not get/

describe('only an application that cannot have got the logout is called not notified', () => {
  test.each(['refused', 'unreachable', 'connect-timeout', 'unknown-host', 'tls-untrusted', 'tls-expired'])(
    '%s: not notified',
    (code) => {
      expect(said(code).message).toMatch(NOT_NOTIFIED)
      expect(said(code).why).toMatch(NOT_NOTIFIED)
    },
  )

  test.each(['read-timeout', 'connection-closed', 'unknown'])('%s: not known', (code) => {
    const { message, why } = said(code)
    expect(`${message} ${why}`).not.toMatch(NOT_NOTIFIED)
    expect(why).toContain('not known')
  })

  test.each([401, 403, 404, 405])('HTTP %i: not notified', (status) => {
    expect(said('answered', { status }).why).toMatch(NOT_NOTIFIED)
  })

  test.each([202, 302, 409, 500, 503, undefined])('HTTP %s: not known', (status) => {
    const { all, why } = said('answered', status === undefined ? {} : { status })
    expect(all).not.toMatch(NOT_NOTIFIED)
    expect(why).toContain('not known')
  })

  test('HTTP 400: notified, and it refused', () => {
    const { all, why } = said('answered', { status: 400 })
    expect(all).not.toMatch(NOT_NOTIFIED)
    expect(why).toContain('specification')
  })
})

test.each<Operation>(['availability-test', 'push-revocation'])('%s that fails ends no session', (act) => {
  const { why, fix } = said('answered', { act })
  expect(why).not.toContain('session')
  expect(why).toContain('/k_logout')
  expect(fix).not.toContain('doctor --probe')
})

test('a status that is not logged: the command that shows it', () => {
  expect(said('answered').fix).toContain('kc-logout listen')
})

describe('remedies', () => {
  const texts = (changes: Partial<Parameters<typeof textsFor>[0]>) =>
    textsFor({ code: 'refused', act: 'logout', clientId: 'shop', time: undefined, sample: '', ...changes })

  test('of a client that was not notified: no claim about the front channel, and doctor says which', () => {
    const { why, fix } = texts({ code: 'not-notified' })
    expect(why).toContain('does not say why')
    expect(fix).toContain('`kc-logout doctor shop`')
    expect(fix).not.toContain('configure')
  })

  test('of a SAML client: nothing that is for OpenID Connect', () => {
    for (const code of ['saml-no-url', 'refused', 'saml-not-soap'])
      expect(texts({ code, act: 'saml-logout' }).fix).not.toContain('kc-logout configure')
  })

  test('of a masked client id: no command with it', () => {
    expect(texts({ code: 'not-notified', clientId: 'eyJ…' }).fix).toContain('<client-id>')
  })

  test.each(['tls-weak-key', 'tls-anchor-not-ca', 'session-host-backchannel', 'saml-not-soap'])(
    '%s has its own',
    (code) => {
      expect(texts({ code }).message).not.toContain('the request failed')
    },
  )

  test.each(['broker-logout', 'browser-logout'] as const)('of a disabled identity provider: %s', (act) => {
    const { message } = texts({ code: 'provider-not-found', act, about: 'up' })
    expect(message).toContain('identity provider up')
    expect(message).toContain('disabled or was deleted')
  })
})
