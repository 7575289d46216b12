import { expect, test } from 'vitest'
import { allowedHosts, httpUrl } from './hosts.ts'

const hosts = allowedHosts(
  ['https://login.test/auth/realms/customers', 'http://10.0.0.5:8080/auth/realms/customers'],
  ['https://shop.test/*', '/relative', '*', 'app://callback', 'http://127.0.0.1:3000/callback'],
)

test.each([
  ['https://login.test/auth/realms/customers/protocol/openid-connect/auth?x', true, true],
  ['http://10.0.0.5:8080/auth/realms/customers/login-actions/authenticate', true, true],
  // Another realm, a realm with a longer name, another path of the same host.
  ['https://login.test/auth/realms/other/login-actions/authenticate', false, true],
  ['https://login.test/auth/realms/customers2/login-actions/authenticate', false, true],
  ['https://login.test/shop', false, true],
  ['https://shop.test/me', false, true],
  ['http://127.0.0.1:3000/x', false, true],
  // Other hosts, private addresses, ports and schemes.
  ['http://127.0.0.1:3001/x', false, false],
  ['http://169.254.169.254/latest', false, false],
  ['http://shop.test/', false, false],
  ['https://login.test.evil.test/auth/realms/customers/', false, false],
])('%s: Keycloak %s, allowed %s', (url, isKeycloak, isAllowed) => {
  expect([hosts.isKeycloak(new URL(url)), hosts.isAllowed(new URL(url))]).toEqual([isKeycloak, isAllowed])
})

test.each(['ftp://x.test', '/me', '', 'https://me:secret@x.test/', 'javascript:alert(1)'])(
  '%j is not a page to open',
  (text) => {
    expect(httpUrl(text)).toBeUndefined()
  },
)
