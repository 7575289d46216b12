import { describe, expect, it } from 'vitest'
import { aClient } from '../../test/support/builders.ts'
import type { Client } from './model.ts'
import { tenantOf, tenantsNotNotified } from './tenant.ts'

describe('the tenant of a client', () => {
  it.each<[string | undefined, string, Partial<Client>]>([
    [
      'a.example',
      'the host of its Backchannel Logout URL first',
      {
        backchannelLogoutUrl: 'https://a.example/x',
        adminUrl: 'https://b.example/x',
        rootUrl: 'https://c.example',
      },
    ],
    ['b.example', 'else of its Admin URL', { adminUrl: 'https://b.example/x', rootUrl: 'https://c.example' }],
    [
      'c.example',
      'a relative URL belongs to the root URL',
      {
        backchannelLogoutUrl: '/x',
        rootUrl: 'https://c.example',
      },
    ],
    ['c.example', 'else of its root URL', { rootUrl: 'https://c.example', baseUrl: 'https://d.example' }],
    ['d.example', 'else of its base URL', { baseUrl: 'https://d.example' }],
    [
      'e.example',
      'else of its first absolute redirect URI',
      {
        redirectUris: ['/x', 'com.example.app:/back', 'https://e.example/*', 'https://f.example/*'],
      },
    ],
    [
      'e.example:8443',
      'with the port, unless it is the default port',
      {
        redirectUris: ['https://E.example:8443/*'],
      },
    ],
    ['e.example', 'with the default port', { redirectUris: ['https://e.example:443/*'] }],
    ['e.example', 'a star right after the host', { redirectUris: ['https://e.example*'] }],
    [
      'shop.example',
      'not an internal host, if another URL has a public one',
      {
        backchannelLogoutUrl: 'http://shop.default.svc.cluster.local:8080/out',
        redirectUris: ['https://shop.example/*'],
      },
    ],
    ['shop:8080', 'an internal host, if there is no other', { adminUrl: 'http://shop:8080/admin' }],
    [undefined, 'no host in any URL', { redirectUris: ['*'] }],
    [
      undefined,
      "Keycloak's own clients",
      {
        rootUrl: '${authBaseUrl}',
        baseUrl: '/realms/customers/account/',
        redirectUris: ['/realms/customers/account/*'],
      },
    ],
    [undefined, 'values that are not URLs', { rootUrl: 'https://', adminUrl: 'nonsense' }],
  ])('%s: %s', (tenant, _, client) => {
    expect(tenantOf(aClient(client))).toBe(tenant)
  })
})

describe('redirect hosts without a logout URL', () => {
  it.each<[string[], string, Partial<Client>]>([
    [
      [],
      'none if all URLs have one host',
      {
        adminUrl: 'https://a.example/x',
        redirectUris: ['https://a.example/*', 'https://a.example/y'],
      },
    ],
    [
      ['b.example', 'c.example'],
      'the other hosts, each once, in order',
      {
        adminUrl: 'https://a.example/x',
        redirectUris: ['https://c.example/*', 'https://b.example/*', 'https://b.example/y'],
      },
    ],
    [
      [],
      'no host of either logout URL',
      {
        backchannelLogoutUrl: 'https://b.example/x',
        adminUrl: 'https://a.example/x',
        redirectUris: ['https://a.example/*', 'https://b.example/*'],
      },
    ],
    [
      [],
      'none if the Backchannel Logout URL has an internal host, which may serve all of them',
      {
        backchannelLogoutUrl: 'http://shop.default.svc.cluster.local:8080/out',
        redirectUris: ['https://a.example/*', 'https://b.example/*'],
      },
    ],
    [
      [],
      'none if the Backchannel Logout URL has a private address',
      { backchannelLogoutUrl: 'http://10.0.0.7/out', redirectUris: ['https://a.example/*'] },
    ],
    [
      ['b.example'],
      'the other hosts, if browsers use the internal host, too',
      {
        backchannelLogoutUrl: 'http://127.0.0.1:3000/out',
        redirectUris: ['http://127.0.0.1:3000/*', 'https://b.example/*'],
      },
    ],
    [
      [],
      'no other port of the same host',
      { backchannelLogoutUrl: 'https://a.example:8443/out', redirectUris: ['https://a.example/*'] },
    ],
    [[], 'none without logout URLs', { redirectUris: ['https://b.example/*'] }],
    [
      [],
      'without redirect URIs that are not http(s)',
      {
        adminUrl: 'https://a.example/x',
        redirectUris: ['com.example.app:/back', '*', '/x'],
      },
    ],
  ])('%j: %s', (hosts, _, client) => {
    expect(tenantsNotNotified(aClient(client))).toEqual(hosts)
  })
})
