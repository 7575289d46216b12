import { expect, it } from 'vitest'
import { understoodAddress } from './server-address.ts'

it.each([
  ['https://kc.example.com', 'https://kc.example.com'],
  ['https://kc.example.com/auth/', 'https://kc.example.com/auth/'],
  [' kc.example.com ', 'https://kc.example.com'],
  ['kc.example.com:8443/auth', 'https://kc.example.com:8443/auth'],
  ['localhost:8080', 'http://localhost:8080'],
  ['127.0.0.1:8080/auth', 'http://127.0.0.1:8080/auth'],
  ['https://kc.example.com/admin', 'https://kc.example.com'],
  ['https://kc.example.com/auth/admin/', 'https://kc.example.com/auth'],
  ['https://kc.example.com/realms/customers/account/?x=1', 'https://kc.example.com'],
  ['https://kc.example.com/admin/realms/customers', 'https://kc.example.com'],
  // Refused later, with the reason.
  ['https://kc.example.com/?a=b', 'https://kc.example.com/?a=b'],
  ['ftp://kc.example.com', 'ftp://kc.example.com'],
  ['https://u:p@kc.example.com/admin', 'https://u:p@kc.example.com'],
  ['', ''],
])('%j means %j', (text, server) => expect(understoodAddress(text)).toEqual({ server }))

it.each([
  ['https://kc.example.com/admin/master/console/#/customers/clients', 'https://kc.example.com', 'master'],
  ['kc.example.com/auth/admin/my%20realm/console', 'https://kc.example.com/auth', 'my realm'],
])('the console %j means realm and server', (text, server, loginRealm) =>
  expect(understoodAddress(text)).toEqual({ server, loginRealm }),
)
