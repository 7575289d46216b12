import { describe, expect, test } from 'vitest'
import { FakeKeycloak } from '../../../test/support/fake-keycloak.ts'
import type { Client, IdentityProvider, SamlLogoutUrls } from '../../core/model.ts'
import { ROLES } from '../../core/roles.ts'
import { isAccepted, parseAccept } from './accept.ts'
import { check } from './check.ts'
import type { CertificateFacts, ConnectFault, Facts, UrlFacts } from './facts.ts'
import { CLIENT_RULES } from './rules/client-rules.ts'
import { PROVIDER_RULES } from './rules/provider-rules.ts'
import { REALM_RULES } from './rules/realm-rules.ts'
import { URL_RULES } from './rules/url-rules.ts'
import { CODES, explained } from './texts/texts.ts'
import { urlsToCheck } from './urls.ts'

const NOW = Date.parse('2026-11-21T12:00:00Z')
const DAY = 86_400_000
const URL_OK = 'https://shop.example.com/logout'

type Seed = Partial<Omit<Client, 'clientId'>>
/** A client without a fault, with these changes. */
const client = (changes: Seed = {}) =>
  new FakeKeycloak().addClient({
    clientId: 'shop',
    redirectUris: ['https://shop.example.com/*'],
    backchannelLogoutUrl: URL_OK,
    backchannelLogoutSessionRequired: true,
    adminUrl: 'https://shop.example.com/admin',
    ...changes,
  })

const facts = (changes: Partial<Facts> = {}): Facts => ({
  now: NOW,
  server: {
    url: 'https://kc.example.com',
    version: '26.7.4',
    tracesCalls: true,
    logNamesSession: true,
    issuer: 'https://kc.example.com/realms/customers',
  },
  roles: Object.fromEntries(ROLES.map((role) => [role, true])),
  sight: undefined,
  realm: new FakeKeycloak().realmSettings,
  events: {
    eventsEnabled: true,
    adminEventsEnabled: true,
    enabledEventTypes: [],
    eventsExpiration: undefined,
  },
  clients: [],
  providers: [],
  urls: [],
  ...changes,
})
const codes = (changes: Partial<Facts>) =>
  check(facts(changes)).map(({ code, severity }) => (severity === 'error' ? code : `${code} (${severity})`))

test('no fault: no finding', () => {
  expect(codes({ clients: [client()] })).toEqual([])
})

describe('server, caller and realm', () => {
  const realm = new FakeKeycloak().realmSettings
  test.each<[string, Partial<Facts>, string[]]>([
    ['clients cannot be read', { clients: undefined }, ['clients-not-visible']],
    [
      'a role is missing for three commands',
      { roles: { ...facts().roles, 'manage-users': false } },
      ['role-missing (warning)', 'role-missing (warning)', 'role-missing (warning)'],
    ],
    [
      'a role is not known',
      { roles: { ...facts().roles, 'manage-clients': undefined } as never },
      ['role-not-known (info)'],
    ],
    ['unknown roles', { roles: undefined }, []],
    [
      'an unknown version',
      { server: { ...facts().server, version: undefined } },
      ['version-not-known (info)'],
    ],
    [
      '26.4: one notice a client',
      { server: { ...facts().server, version: '26.4.0' } },
      ['one-notice-per-client (info)'],
    ],
    ['16: a notification for each session', { server: { ...facts().server, version: '16.1.1' } }, []],
    [
      'another issuer',
      { server: { ...facts().server, issuer: 'http://kc:8080/realms/customers' } },
      ['issuer-elsewhere (warning)'],
    ],
    ['no https', { realm: { ...realm, sslRequired: 'none' } }, ['ssl-not-required (warning)']],
    [
      'no events',
      {
        events: {
          eventsEnabled: false,
          adminEventsEnabled: false,
          enabledEventTypes: [],
          eventsExpiration: 0,
        },
      },
      ['events-not-stored (warning)', 'events-not-stored (warning)'],
    ],
    ['without view-events: no finding about events', { events: undefined }, []],
    ['a not-before', { realm: { ...realm, notBefore: NOW / 1000 - 60 } }, ['not-before-set (info)']],
    [
      'a not-before in the future',
      { realm: { ...realm, notBefore: NOW / 1000 + 60 } },
      ['not-before-in-future'],
    ],
    [
      'access tokens of an hour',
      { realm: { ...realm, accessTokenLifespan: 3600 } },
      ['access-token-long (warning)'],
    ],
    [
      'sessions of a month',
      { realm: { ...realm, ssoSessionMaxLifespan: 30 * 86_400 } },
      ['session-long (info)'],
    ],
  ])('%s', (_, changes, expected) => {
    expect(codes(changes)).toEqual(expected)
  })
})

test.each([
  ['access-token-long', 3600, 'live for 1 h.'],
  ['access-token-long', 5400, 'live for 1 h 30 min.'],
  ['session-long', 90_000, 'last 1 d 1 h.'],
])('%s: %i seconds in words', (code, seconds, words) => {
  expect(explained({ code, severity: 'info', args: { seconds } }).message).toContain(words)
})

test('a role that doctor itself lacks: the check is not complete', () => {
  const { message } = explained({
    code: 'role-missing',
    severity: 'warning',
    args: { command: 'doctor', roles: 'view-realm' },
  })
  expect(message).not.toContain('refused')
  expect(message).toContain('view-realm')
})

describe("a client's settings", () => {
  const saml = (urls: Partial<SamlLogoutUrls>): Seed => ({
    protocol: 'saml',
    samlLogoutUrls: { soap: undefined, post: undefined, redirect: undefined, ...urls },
  })
  const none = { backchannelLogoutUrl: undefined, adminUrl: undefined }
  test.each<[string, Seed, string[]]>([
    ['front channel on, with a backchannel URL', { frontchannelLogout: true }, ['front-channel-silences']],
    ['front channel alone', { ...none, frontchannelLogout: true }, ['front-channel-only (warning)']],
    ['no URL', none, ['no-url (warning)']],
    ['no URL, and no redirect URI', { ...none, redirectUris: [] }, []],
    ['an Admin URL only', { backchannelLogoutUrl: undefined }, ['no-adapter-session (warning)']],
    ['a backchannel URL only', { adminUrl: undefined }, ['backchannel-only (info)']],
    [
      'relative without root',
      { backchannelLogoutUrl: '/logout', adminUrl: undefined },
      ['relative-without-root'],
    ],
    ['relative with root', { backchannelLogoutUrl: '/logout', rootUrl: 'https://shop.example.com' }, []],
    [
      '${application.session.host} in the Admin URL',
      { adminUrl: 'https://${application.session.host}/x' },
      ['session-host'],
    ],
    [
      '${application.session.host} in the backchannel URL',
      { backchannelLogoutUrl: 'https://${application.session.host}/x' },
      ['session-host-backchannel'],
    ],
    ['ftp', { backchannelLogoutUrl: 'ftp://shop.example.com/x' }, ['url-not-http']],
    ['without a scheme', { backchannelLogoutUrl: '//shop.example.com/x' }, ['url-not-http']],
    ['an impossible port', { backchannelLogoutUrl: 'https://shop.example.com:99999/x' }, ['url-unusable']],
    ['a slash too few', { backchannelLogoutUrl: 'https:/shop.example.com/x' }, ['url-unusable']],
    ['no host', { adminUrl: 'https:///x' }, ['url-unusable']],
    [
      "relative to Keycloak's own address",
      { backchannelLogoutUrl: '/logout', rootUrl: '${authBaseUrl}' },
      ['relative-to-keycloak'],
    ],
    [
      'relative to the admin console',
      { backchannelLogoutUrl: URL_OK, adminUrl: '/admin', rootUrl: '${authAdminUrl}' },
      ['relative-to-keycloak'],
    ],
    ['a placeholder', { backchannelLogoutUrl: 'https://shop.example.com/${TENANT}' }, ['placeholder']],
    ['a placeholder with a default', { backchannelLogoutUrl: 'https://shop.example.com/${TENANT:x}' }, []],
    ['http', { backchannelLogoutUrl: 'http://shop.example.com/x' }, ['url-unencrypted (warning)']],
    ['loopback', { adminUrl: 'http://localhost:8080/x', redirectUris: [] }, ['url-loopback (warning)']],
    ['a fragment', { backchannelLogoutUrl: `${URL_OK}#x` }, ['url-fragment (warning)']],
    ['HS256', { idTokenSignedResponseAlg: 'HS256' }, ['logout-token-hmac']],
    ['ES256', { idTokenSignedResponseAlg: 'ES256' }, []],
    ['no sid', { backchannelLogoutSessionRequired: false }, ['sid-not-required (warning)']],
    ['revoke offline', { backchannelLogoutRevokeOfflineTokens: true }, ['revoke-offline-member (info)']],
    ['registered nodes', { registeredNodes: ['10.0.0.7'] }, ['nodes-registered (warning)']],
    ['another tenant', { redirectUris: ['https://other.example.com/*'] }, ['tenant-not-notified (warning)']],
    ['disabled', { enabled: false, frontchannelLogout: true }, ['disabled (info)']],
    ['SAML without a URL', { ...none, protocol: 'saml' }, ['saml-no-logout-url (warning)']],
    ['SAML, SOAP binding', { ...none, ...saml({ soap: URL_OK }) }, ['saml (info)']],
    ['SAML, POST binding', { ...none, ...saml({ post: URL_OK }) }, ['saml (info)']],
    ['SAML, redirect binding', { ...none, ...saml({ redirect: URL_OK }) }, ['saml-redirect-only (warning)']],
    [
      'SAML, front channel on',
      { ...none, ...saml({ post: URL_OK }), frontchannelLogout: true },
      ['saml-front-channel (warning)'],
    ],
    ['SAML, disabled', { ...none, ...saml({}), enabled: false }, ['disabled (info)']],
    [
      'SAML with a processing URL',
      { ...none, protocol: 'saml', adminUrl: URL_OK },
      ['saml (info)', 'saml-admin-url (warning)'],
    ],
    ['a not-before in the future', { notBefore: NOW / 1000 + 60 }, ['not-before-in-future']],
    ['access tokens of an hour', { accessTokenLifespan: 3600 }, ['access-token-long (warning)']],
    ['sessions as long as those of users', { sessionLimits: { idle: 1800, max: 36_000 } }, []],
    [
      'sessions of an hour',
      { sessionLimits: { idle: undefined, max: 3600 } },
      ['client-session-ends-first (warning)'],
    ],
    [
      'a short idle time',
      { sessionLimits: { idle: 60, max: undefined } },
      ['client-session-ends-first (warning)'],
    ],
    [
      'no URL, and sessions of an hour',
      { ...none, sessionLimits: { idle: undefined, max: 3600 } },
      ['no-url (warning)'],
    ],
  ])('%s', (_, changes, expected) => {
    expect(codes({ clients: [client(changes)] })).toEqual(expected)
  })

  test("Keycloak's own clients give no findings", () => {
    expect(
      codes({
        clients: [new FakeKeycloak().addClient({ clientId: 'account-console', redirectUris: ['/x/*'] })],
      }),
    ).toEqual([])
  })

  test('HS256 as the default of the realm', () => {
    const realm = { ...new FakeKeycloak().realmSettings, defaultSignatureAlgorithm: 'HS256' }
    expect(codes({ clients: [client()], realm })).toEqual(['logout-token-hmac'])
  })
})

describe('identity providers', () => {
  const provider = (changes: Partial<IdentityProvider>): IdentityProvider => ({
    alias: 'up',
    providerId: 'oidc',
    enabled: true,
    linkOnly: false,
    logoutUrl: 'https://idp.example/logout',
    backchannelLogout: true,
    validatesSignatures: true,
    ...changes,
  })
  test.each<[string, Partial<IdentityProvider>, string[]]>([
    ['with backchannel logout and validated signatures', {}, []],
    ['without a logout URL', { logoutUrl: undefined }, ['provider-no-logout-url (warning)']],
    [
      'a social one, which has neither',
      {
        providerId: 'google',
        logoutUrl: undefined,
        backchannelLogout: false,
        validatesSignatures: undefined,
      },
      ['provider-no-logout-url (warning)'],
    ],
    ['backchannel logout off', { backchannelLogout: false }, ['provider-no-backchannel-logout (warning)']],
    ['signatures not validated', { validatesSignatures: false }, ['provider-signatures-not-validated']],
    ['for linking accounts only', { linkOnly: true, logoutUrl: undefined }, []],
    [
      'disabled',
      { enabled: false, logoutUrl: undefined, validatesSignatures: false },
      ['provider-disabled (info)'],
    ],
  ])('%s', (_, changes, expected) => {
    expect(codes({ providers: [provider(changes)] })).toEqual(expected)
  })

  test('the sentences name the provider', () => {
    const [finding] = check(facts({ providers: [provider({ logoutUrl: undefined })] }))
    expect(finding && explained(finding).message).toContain('Identity provider up')
  })

  test('that cannot be read: a note', () => {
    expect(codes({ providers: undefined })).toEqual(['providers-not-visible (info)'])
  })
})

describe('a URL', () => {
  const leaf: CertificateFacts = {
    subject: 'CN=shop.example.com',
    issuer: 'CN=Issuing CA',
    from: NOW - 100 * DAY,
    until: NOW + 100 * DAY,
    selfSigned: false,
    namesIssuerUrl: false,
  }
  const tls = (changes: object = {}, certificate: Partial<CertificateFacts> = {}) => ({
    look: {
      kind: 'ok' as const,
      tls: {
        protocol: 'TLSv1.3',
        trusted: true,
        nameProblem: undefined,
        chain: [{ ...leaf, ...certificate }],
        ...changes,
      },
    },
  })
  const answered = (status: number, ms = 20) => ({
    answer: { kind: 'answered' as const, status, ms, location: undefined },
  })
  const failed = (fault: ConnectFault) => ({
    look: { kind: 'failed' as const, fault, detail: 'E', addresses: [] },
  })
  const url = (changes: Partial<UrlFacts>): UrlFacts => ({
    clientId: 'shop',
    use: 'backchannel',
    url: URL_OK,
    look: { kind: 'ok' },
    ...changes,
  })
  test.each<[string, Partial<UrlFacts>, string[]]>([
    ['no fault', tls(), []],
    ...(
      [
        'unknown-host',
        'refused',
        'unreachable',
        'connect-timeout',
        'connection-closed',
        'tls-not-spoken',
        'tls-old-protocol',
        'tls-client-certificate',
        'tls-failed',
      ] as const
    ).map((fault): [string, Partial<UrlFacts>, string[]] => [fault, failed(fault), [fault]]),
    ['expired', tls({}, { until: NOW - DAY }), ['tls-expired']],
    ['not yet valid', tls({}, { from: NOW + DAY }), ['tls-not-yet-valid']],
    ['expires in a week', tls({}, { until: NOW + 7 * DAY }), ['tls-expires-soon (warning)']],
    ['another name', tls({ nameProblem: 'x' }), ['tls-wrong-name']],
    ['self-signed', tls({ trusted: false }, { selfSigned: true }), ['tls-self-signed']],
    ['an unknown CA', tls({ trusted: false }), ['tls-unknown-ca']],
    [
      'an unknown CA that sends its root',
      tls({ trusted: false, chain: [leaf, { ...leaf, selfSigned: true }] }),
      ['tls-unknown-ca'],
    ],
    [
      'a missing intermediate',
      tls({ trusted: false }, { namesIssuerUrl: true }),
      ['tls-missing-intermediate'],
    ],
    [
      'expired and of an unknown CA: both',
      tls({ trusted: false }, { until: NOW - DAY }),
      ['tls-expired', 'tls-unknown-ca'],
    ],
    ['400: no finding', answered(400), []],
    ['200', answered(200), ['accepts-forged-token']],
    ['204', answered(204), ['accepts-forged-token']],
    ['302', answered(302), ['answers-redirect']],
    ['401', answered(401), ['answers-401 (warning)']],
    ['403', answered(403), ['answers-403 (warning)']],
    ['404', answered(404), ['answers-404']],
    ['405', answered(405), ['answers-405']],
    ['415', answered(415), ['answers-other (warning)']],
    ['500', answered(500), ['answers-5xx']],
    ['501', answered(501), ['answers-5xx']],
    ['slow', answered(400, 6000), ['slow']],
    ['silent', { answer: { kind: 'silent', ms: 10_000 } }, ['no-answer']],
    ['cut off', { answer: { kind: 'failed', detail: 'ECONNRESET' } }, ['broken-answer']],
    [
      "Keycloak's own call failed",
      { use: 'admin', tested: { succeeded: [], failed: [URL_OK] } },
      ['admin-url-test-failed (warning)'],
    ],
    [
      "Keycloak's own call failed, and so did the check from here",
      { ...failed('refused'), use: 'admin', tested: { succeeded: [], failed: [URL_OK] } },
      ['refused'],
    ],
    [
      "Keycloak's own call succeeded: a failure from here is a note",
      { ...failed('connect-timeout'), use: 'admin', tested: { succeeded: [URL_OK], failed: [] } },
      ['connect-timeout (info)'],
    ],
  ])('%s', (_, changes, expected) => {
    expect(codes({ clients: [client()], urls: [url(changes)] })).toEqual(expected)
  })

  test('a host that Keycloak reached counts for its other URLs too', () => {
    const urls = [
      url({ ...failed('connect-timeout'), use: 'admin', tested: { succeeded: [URL_OK], failed: [] } }),
      url(failed('connect-timeout')),
    ]
    expect(codes({ clients: [client()], urls })).toEqual(['connect-timeout (info)', 'connect-timeout (info)'])
  })
})

describe('the URLs that are checked', () => {
  const checked = (changes: Seed) => urlsToCheck([client(changes)]).map(({ use, url }) => `${use} ${url}`)
  test.each<[string, Seed, string[]]>([
    ['both', {}, [`backchannel ${URL_OK}`, 'admin https://shop.example.com/admin']],
    [
      'front channel on: the backchannel is not called',
      { frontchannelLogout: true },
      ['admin https://shop.example.com/admin'],
    ],
    ['an Admin URL alone', { backchannelLogoutUrl: undefined }, ['admin https://shop.example.com/admin']],
    [
      'relative with root',
      { backchannelLogoutUrl: '/x', rootUrl: 'https://a.example', adminUrl: undefined },
      ['backchannel https://a.example/x'],
    ],
    ['relative without root', { backchannelLogoutUrl: '/x', adminUrl: undefined }, []],
    ['disabled', { enabled: false }, []],
    ['SAML', { protocol: 'saml' }, []],
    ['a template', { adminUrl: 'https://${application.session.host}/x' }, [`backchannel ${URL_OK}`]],
    ['ftp', { backchannelLogoutUrl: 'ftp://x/y', adminUrl: undefined }, []],
    ['no host', { backchannelLogoutUrl: 'https:///y', adminUrl: undefined }, []],
  ])('%s', (_, changes, expected) => {
    expect(checked(changes)).toEqual(expected)
  })
})

describe('--accept', () => {
  test.each([
    ['no-url', { code: 'no-url', clientId: undefined }],
    ['no-url:shop', { code: 'no-url', clientId: 'shop' }],
    ['no-url:urn:x:y', { code: 'no-url', clientId: 'urn:x:y' }],
    ['', undefined],
    ['NO', undefined],
    [':shop', undefined],
    ['no-url:', undefined],
  ])('"%s"', (text, expected) => {
    expect(parseAccept(text)).toEqual(expected)
  })

  test('a code accepted for one client is not accepted for another', () => {
    const finding = { code: 'no-url', severity: 'warning' as const, clientId: 'desk' }
    expect(isAccepted(finding, [{ code: 'no-url', clientId: 'shop' }])).toBe(false)
    expect(isAccepted(finding, [{ code: 'no-url', clientId: undefined }])).toBe(true)
  })
})

describe('sentences', () => {
  test('every rule has sentences, and no sentences are unused', () => {
    const rows = new Set(
      [...REALM_RULES, ...PROVIDER_RULES, ...CLIENT_RULES, ...URL_RULES].map(({ code }) => code),
    )
    expect(CODES.toSorted()).toEqual([...rows].toSorted())
  })

  test('a shown command can be pasted, with any client id', () => {
    const { fix } = explained({ code: 'no-url', severity: 'warning', clientId: "it's; rm -rf ~" })
    expect(fix).toBe(`kc-logout configure 'it'\\''s; rm -rf ~' --backchannel-url <url>`)
    expect(explained({ code: 'no-url', severity: 'warning', clientId: '\u001b[2J' }).fix).toContain(
      '<client-id>',
    )
  })
})
