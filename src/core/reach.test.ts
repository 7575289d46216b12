import { describe, expect, it } from 'vitest'
import { aClient } from '../../test/support/builders.ts'
import type { Client } from './model.ts'
import { isNotifiedBySessionEndOnly, type Operation, reach } from './reach.ts'

const BC = 'https://shop.example/backchannel'
const AD = 'https://shop.example/admin'
const SESSION_HOST = 'https://${application.session.host}/x'

const saml = (urls: Partial<Client['samlLogoutUrls']>): Partial<Client> => ({
  protocol: 'saml',
  samlLogoutUrls: { soap: undefined, post: undefined, redirect: undefined, ...urls },
})

/** `yes channel url`, or `no channel reason`. */
const shown = (client: Partial<Client>, operation: Operation) => {
  const { notified, channel, url, reason } = reach(aClient(client), operation)
  return notified ? `yes ${channel} ${url}` : `no ${channel} ${reason} ${url ?? ''}`.trim()
}

const TABLE: readonly [
  what: string,
  client: Partial<Client>,
  user: string,
  realmStep: string,
  all: string,
][] = [
  ['no URL', {}, 'no none no-url', 'no none no-url', 'no none no-url'],
  [
    'a Backchannel Logout URL',
    { backchannelLogoutUrl: BC },
    `yes backchannel ${BC}`,
    'no none backchannel-only',
    `yes backchannel ${BC}`,
  ],
  [
    'an Admin URL',
    { adminUrl: AD },
    `no admin-url no-adapter-session ${AD}`,
    `yes admin-url ${AD}`,
    `yes admin-url ${AD}`,
  ],
  [
    'both URLs',
    { backchannelLogoutUrl: BC, adminUrl: AD },
    `yes backchannel ${BC}`,
    `yes admin-url ${AD}`,
    `yes admin-url ${AD}`,
  ],
  [
    'front channel on, a Backchannel Logout URL',
    { frontchannelLogout: true, backchannelLogoutUrl: BC },
    'no front-channel front-channel',
    'no none backchannel-only',
    'no front-channel front-channel',
  ],
  [
    'front channel on, both URLs',
    { frontchannelLogout: true, backchannelLogoutUrl: BC, adminUrl: AD },
    'no front-channel front-channel',
    `yes admin-url ${AD}`,
    `yes admin-url ${AD}`,
  ],
  [
    'front channel on, no URL',
    { frontchannelLogout: true },
    'no front-channel front-channel',
    'no none no-url',
    'no front-channel front-channel',
  ],
  [
    'disabled, both URLs',
    { enabled: false, backchannelLogoutUrl: BC, adminUrl: AD },
    'no none disabled',
    'no none disabled',
    'no none disabled',
  ],
  ['built-in', { builtIn: true }, 'no none built-in', 'no none built-in', 'no none built-in'],
  [
    'built-in and disabled',
    { builtIn: true, enabled: false },
    'no none built-in',
    'no none disabled',
    'no none built-in',
  ],
  [
    'built-in, with a Backchannel Logout URL',
    { builtIn: true, backchannelLogoutUrl: BC },
    `yes backchannel ${BC}`,
    'no none backchannel-only',
    `yes backchannel ${BC}`,
  ],
  [
    'SAML with its processing URL',
    { protocol: 'saml', adminUrl: AD },
    `yes saml ${AD}`,
    'no saml saml',
    `yes saml ${AD}`,
  ],
  [
    'SAML with the URL of the POST binding, relative to its root URL',
    { ...saml({ post: '/logout' }), rootUrl: 'https://shop.example' },
    'yes saml https://shop.example/logout',
    'no saml saml',
    'yes saml https://shop.example/logout',
  ],
  [
    'SAML with the URL of the SOAP binding',
    saml({ soap: BC }),
    `yes saml ${BC}`,
    'no saml saml',
    `yes saml ${BC}`,
  ],
  [
    'SAML with the URL of the redirect binding alone',
    saml({ redirect: BC }),
    'no saml saml-redirect-only',
    'no saml saml-redirect-only',
    'no saml saml-redirect-only',
  ],
  [
    'SAML, front channel on',
    { ...saml({ post: BC }), frontchannelLogout: true },
    'no front-channel front-channel',
    'no front-channel front-channel',
    'no front-channel front-channel',
  ],
  ['SAML without a URL', saml({}), 'no saml no-url', 'no saml no-url', 'no saml no-url'],
  [
    'session host in the Admin URL',
    { adminUrl: SESSION_HOST },
    `no admin-url no-adapter-session ${SESSION_HOST}`,
    'no admin-url session-host',
    'no admin-url session-host',
  ],
  [
    'session host in the Admin URL, and a Backchannel Logout URL',
    { adminUrl: SESSION_HOST, backchannelLogoutUrl: BC },
    `yes backchannel ${BC}`,
    'no admin-url session-host',
    `yes backchannel ${BC}`,
  ],
  [
    'session host in the Backchannel Logout URL',
    { backchannelLogoutUrl: SESSION_HOST },
    'no backchannel session-host-backchannel',
    'no none backchannel-only',
    'no backchannel session-host-backchannel',
  ],
  [
    'relative Backchannel Logout URL with a root URL',
    { backchannelLogoutUrl: '/out', rootUrl: 'https://shop.example/base' },
    'yes backchannel https://shop.example/base/out',
    'no none backchannel-only',
    'yes backchannel https://shop.example/base/out',
  ],
  [
    'relative Backchannel Logout URL with a root URL that ends in a slash',
    { backchannelLogoutUrl: '/out', rootUrl: 'https://shop.example/' },
    'yes backchannel https://shop.example/out',
    'no none backchannel-only',
    'yes backchannel https://shop.example/out',
  ],
  [
    'relative Backchannel Logout URL without a root URL',
    { backchannelLogoutUrl: '/out' },
    'no backchannel relative-without-root',
    'no none backchannel-only',
    'no backchannel relative-without-root',
  ],
  [
    'relative Admin URL with a root URL',
    { adminUrl: '/admin', rootUrl: 'https://shop.example' },
    'no admin-url no-adapter-session https://shop.example/admin',
    'yes admin-url https://shop.example/admin',
    'yes admin-url https://shop.example/admin',
  ],
  [
    'relative Admin URL without a root URL',
    { adminUrl: '/admin' },
    'no admin-url no-adapter-session /admin',
    'no admin-url relative-without-root',
    'no admin-url relative-without-root',
  ],
  [
    'a Backchannel Logout URL that is not http(s)',
    { backchannelLogoutUrl: 'ftp://shop.example/out' },
    'no backchannel url-unusable',
    'no none backchannel-only',
    'no backchannel url-unusable',
  ],
  [
    'an Admin URL without a host',
    { adminUrl: 'https:///admin' },
    'no admin-url no-adapter-session https:///admin',
    'no admin-url url-unusable',
    'no admin-url url-unusable',
  ],
  [
    'a placeholder in the Admin URL',
    { adminUrl: 'http://${jboss.host.name}:8080/admin' },
    'no admin-url no-adapter-session http://${jboss.host.name}:8080/admin',
    'no admin-url placeholder',
    'no admin-url placeholder',
  ],
  [
    'a placeholder in the Backchannel Logout URL',
    { backchannelLogoutUrl: 'https://shop.example/${TENANT}' },
    'no backchannel placeholder',
    'no none backchannel-only',
    'no backchannel placeholder',
  ],
  [
    'a placeholder with a default',
    { backchannelLogoutUrl: 'https://shop.example/${TENANT:main}/out' },
    'yes backchannel https://shop.example/main/out',
    'no none backchannel-only',
    'yes backchannel https://shop.example/main/out',
  ],
  [
    'relative URLs with a root URL that stands for Keycloak',
    { backchannelLogoutUrl: '/out', adminUrl: '/admin', rootUrl: '${authBaseUrl}' },
    'no backchannel relative-to-keycloak',
    'no admin-url relative-to-keycloak',
    'no admin-url relative-to-keycloak',
  ],
  [
    'a relative URL with a root URL that stands for the admin console',
    { backchannelLogoutUrl: '/out', rootUrl: '${authAdminUrl}' },
    'no backchannel relative-to-keycloak',
    'no none backchannel-only',
    'no backchannel relative-to-keycloak',
  ],
  [
    'an absolute URL with a root URL that stands for Keycloak',
    { backchannelLogoutUrl: BC, rootUrl: '${authBaseUrl}' },
    `yes backchannel ${BC}`,
    'no none backchannel-only',
    `yes backchannel ${BC}`,
  ],
  [
    'a URL that starts with two slashes: relative',
    { backchannelLogoutUrl: '//other.example/out' },
    'no backchannel relative-without-root',
    'no none backchannel-only',
    'no backchannel relative-without-root',
  ],
  [
    'a scheme in capitals',
    { backchannelLogoutUrl: 'HTTPS://shop.example/out' },
    'yes backchannel HTTPS://shop.example/out',
    'no none backchannel-only',
    'yes backchannel HTTPS://shop.example/out',
  ],
]

describe('whether an operation notifies a client', () => {
  it.each(TABLE)('%s', (_, client, user, realmStep, all) => {
    expect([shown(client, 'user'), shown(client, 'realm-step'), shown(client, 'all')]).toEqual([
      user,
      realmStep,
      all,
    ])
  })
})

describe('whether only ending its sessions notifies a client', () => {
  it.each<[boolean, string, Partial<Client>]>([
    [true, 'only a Backchannel Logout URL', { backchannelLogoutUrl: BC }],
    [false, 'both URLs: the realm step calls the Admin URL', { backchannelLogoutUrl: BC, adminUrl: AD }],
    [false, 'only an Admin URL', { adminUrl: AD }],
    [false, 'no URL', {}],
    [false, 'front channel on: never notified', { backchannelLogoutUrl: BC, frontchannelLogout: true }],
    [false, 'disabled', { backchannelLogoutUrl: BC, enabled: false }],
    [
      true,
      'an Admin URL that the realm step cannot call',
      { backchannelLogoutUrl: BC, adminUrl: SESSION_HOST },
    ],
    [
      true,
      'a placeholder that the server may know, so that its sessions are ended one by one',
      { backchannelLogoutUrl: 'https://shop.example/${TENANT}' },
    ],
    [true, 'a relative Admin URL without a root URL', { backchannelLogoutUrl: BC, adminUrl: '/admin' }],
  ])('%s: %s', (needs, _, client) => {
    expect(isNotifiedBySessionEndOnly(aClient(client))).toBe(needs)
  })
})
