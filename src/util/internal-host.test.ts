import { expect, it } from 'vitest'
import { isInternalHost } from './internal-host.ts'

it.each([
  'localhost',
  'shop',
  'shop.default.svc',
  'shop.default.svc.cluster.local',
  'shop.internal',
  'shop.corp',
  'router.lan',
  'nas.home.arpa',
  '127.0.0.1',
  '10.1.2.3',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '169.254.1.1',
  '100.64.0.1',
  '[::1]',
  '[fd00::1]',
  '[fe80::1]',
])('%s is internal', (host) => {
  expect(isInternalHost(host)).toBe(true)
})

it.each([
  'shop.example.com',
  'internal.example.com',
  'svc.example',
  '8.8.8.8',
  '172.15.0.1',
  '172.32.0.1',
  '100.128.0.1',
  '192.169.0.1',
  '[2001:db8::1]',
  'fd.example.com',
])('%s is not internal', (host) => {
  expect(isInternalHost(host)).toBe(false)
})
