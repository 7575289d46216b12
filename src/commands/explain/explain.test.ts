import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { LogExplainer } from './explain.ts'
import type { LogFinding } from './tally.ts'

const explained = (lines: readonly string[]) => {
  const explainer = new LogExplainer()
  for (const line of lines) explainer.push(`${line}\n`)
  explainer.end()
  return explainer.report()
}
const fixture = (name: string) =>
  explained(readFileSync(new URL(`../../../test/fixtures/${name}.log`, import.meta.url), 'utf8').split('\n'))
/** `2 logout refused app-refused` */
const short = ({ count, act, code, clientId }: LogFinding) =>
  [count === 1 ? '' : `${count}x`, act ?? '', code, clientId ?? '-'].filter(Boolean).join(' ')
const shorts = (findings: readonly LogFinding[]) => findings.map(short).sort()

describe('a log of Keycloak 26.7.4', () => {
  test('at the default level: each logged failure by client and cause, and nothing else', () => {
    const { findings, statusVisible, verdict } = fixture('keycloak-26.7.4')
    expect(shorts(findings)).toEqual([
      '2x logout read-timeout app-admin-hang',
      '2x logout refused app-admin-refused',
      '2x logout tls-untrusted app-admin-self',
      'availability-test read-timeout -',
      'availability-test refused -',
      'availability-test tls-untrusted -',
      'event-client-not-authenticated app-conf',
      'event-hint-invalid -',
      'event-hint-missing -',
      'event-hint-not-an-id-token -',
      'event-hint-of-another-client app-400',
      'event-logout-token-not-sent -',
      'event-logout-token-of-no-provider -',
      'event-logout-token-rejected -',
      'event-redirect-not-allowed app-ok',
      'event-redirect-of-no-client -',
      'event-refresh-token-invalid app-conf',
      'event-refresh-token-invalid app-ok',
      'logout connection-closed app-empty',
      'logout connection-closed app-reset',
      'logout not-notified app-front',
      'logout read-timeout app-timeout',
      'logout refused app-refused',
      'logout tls-not-spoken app-http-on-tls',
      'logout tls-old-protocol app-old-tls',
      'logout tls-untrusted app-expired',
      'logout tls-untrusted app-mtls',
      'logout tls-untrusted app-no-intermediate',
      'logout tls-untrusted app-self-signed',
      'logout tls-untrusted app-tls-good',
      'logout tls-untrusted app-wrong-name',
      'logout unknown-host app-unknown-host',
      'push-revocation read-timeout -',
      'push-revocation refused -',
      'push-revocation tls-untrusted -',
      'saml-logout refused saml-refused',
      'saml-logout tls-untrusted saml-self',
      'session-host -',
    ])
    expect(statusVisible).toBe(false)
    expect(verdict).toBe('fail')
  })

  test('with ResourceAdminManager at DEBUG: also refusals by HTTP status, with their URLs', () => {
    const { findings, statusVisible } = fixture('keycloak-26.7.4-debug')
    expect(statusVisible).toBe(true)
    expect(shorts(findings.filter(({ code }) => code.startsWith('answered')))).toEqual([
      '2x logout answered app-admin-404',
      'availability-test answered app-admin-404',
      'logout answered-302 app-302',
      'logout answered-400 app-400',
      'logout answered-403 app-403',
      'logout answered-404 app-404',
      'logout answered-405 app-405',
      'logout answered-500 app-500',
    ])
    expect(findings.find(({ clientId }) => clientId === 'app-405')?.url).toBe(
      'http://127.0.0.1:35079/notallowed/x',
    )
    // With the CA in Keycloak's trust store the faults of the certificates themselves show.
    expect(shorts(findings.filter(({ code, act }) => code.startsWith('tls') && act === 'logout'))).toEqual([
      '2x logout tls-untrusted app-admin-self',
      'logout tls-client-certificate app-mtls',
      'logout tls-expired app-expired',
      'logout tls-not-spoken app-http-on-tls',
      'logout tls-old-protocol app-old-tls',
      'logout tls-untrusted app-no-intermediate',
      'logout tls-untrusted app-self-signed',
      'logout tls-wrong-name app-wrong-name',
    ])
    expect(shorts(findings.filter(({ code }) => code === 'session-host'))).toEqual([
      'session-host app-session-host',
    ])
    expect(shorts(findings.filter(({ code }) => code === 'no-adapter-session'))).toEqual([
      '5x logout no-adapter-session -',
    ])
  })

  test('the JSON format gives the same findings as the text format of the same run', () => {
    const { findings } = fixture('keycloak-26.7.4-json')
    expect(shorts(findings)).toEqual(shorts(fixture('keycloak-26.7.4-debug').findings))
  })

  test('the ECS layout is read', () => {
    expect(shorts(fixture('keycloak-26.7.4-ecs').findings)).toEqual([
      'event-logout-token-not-sent -',
      'event-refresh-token-invalid app-ok',
      'logout read-timeout app-timeout',
      'logout tls-old-protocol app-old-tls',
      'logout tls-untrusted app-wrong-name',
      'logout unknown-host app-unknown-host',
    ])
  })
})

describe('logs of several nodes, mixed line by line', () => {
  const lines = readFileSync(
    new URL('../../../test/fixtures/keycloak-26.7.4-debug.log', import.meta.url),
    'utf8',
  ).split('\n')
  test.each([
    ['kubectl logs --prefix', (node: number) => `[pod/keycloak-${node}/keycloak] `],
    [
      'kubectl logs --prefix --timestamps',
      (node: number) => `[pod/keycloak-${node}/keycloak] 2026-11-21T05:31:34.690Z `,
    ],
    ['docker compose logs', (node: number) => `keycloak-${node}  | `],
  ])('%s: causes and clients of one node are not taken for those of another', (_, prefix) => {
    // The second node is some lines behind the first.
    const mixed = lines.flatMap((line, i) => [`${prefix(0)}${line}`, `${prefix(1)}${lines[i - 3] ?? ''}`])
    const rest = lines.slice(-3).map((line) => `${prefix(1)}${line}`)
    const once = shorts(explained(lines).findings.map((finding) => ({ ...finding, count: 1 })))
    const { findings } = explained([...mixed, ...rest])
    expect(shorts(findings.map((finding) => ({ ...finding, count: 1 })))).toEqual(once)
    expect(findings.every(({ count }) => count % 2 === 0)).toBe(true)
  })
})

describe('causes in other words of Java', () => {
  const failed = (cause: string) =>
    explained([
      `2026-11-21 05:30:42,685 WARN  [org.keycloak.services] (t-1) KC-SERVICES0057: Logout for client 'shop' failed: ${cause}`,
    ]).findings[0]
  test.each([
    ['org.apache.http.conn.UnsupportedSchemeException: ftp protocol is not supported', 'url-unusable'],
    [
      'org.apache.http.client.ClientProtocolException: URI does not specify a valid host name: https:/x',
      'url-unusable',
    ],
    [
      'java.lang.IllegalArgumentException: Illegal character in authority at index 8: https://[zz]/x',
      'url-unusable',
    ],
    [
      'org.apache.http.conn.ConnectionPoolTimeoutException: Timeout waiting for connection from pool',
      'pool-exhausted',
    ],
    ['java.net.ConnectException: Verbindungsaufbau abgelehnt', 'no-connection'],
    ['java.net.ConnectException: Connection refused', 'refused'],
    ['java.net.ConnectException: Connection timed out', 'connect-timeout'],
  ])('%s', (cause, code) => {
    expect(failed(cause)).toMatchObject({ code, why: expect.stringContaining('not notified') })
  })

  test('an unknown cause is not called missing in the log', () => {
    const finding = failed('java.lang.NullPointerException')
    expect(finding?.code).toBe('unknown')
    expect(finding?.message).not.toContain('does not say')
  })
})

test('only DEBUG lines of ResourceAdminManager show the status', () => {
  const line = (level: string) =>
    `2026-11-21 05:30:42,685 ${level} [org.keycloak.services.managers.ResourceAdminManager] (t-1) something`
  expect(explained([line('WARN')]).statusVisible).toBe(false)
  expect(explained([line('DEBUG')]).statusVisible).toBe(true)
})

describe('a log of Keycloak 12.0.4', () => {
  test('server.log at DEBUG: the clients that refused, without their status', () => {
    const { findings } = fixture('keycloak-12.0.4')
    expect(shorts(findings)).toEqual([
      '2x logout answered app-admin-404',
      '2x logout read-timeout app-admin-hang',
      '2x logout refused app-admin-refused',
      '2x logout tls-untrusted app-admin-self',
      '5x event-token-invalid -',
      '5x logout no-adapter-session -',
      'availability-test answered app-admin-404',
      'availability-test unknown app-admin-hang',
      'availability-test unknown app-admin-refused',
      'availability-test unknown app-admin-self',
      'event-client-not-authenticated app-conf',
      'event-redirect-of-no-client -',
      'event-refresh-token-invalid app-conf',
      'event-refresh-token-invalid app-ok',
      'logout answered app-302',
      'logout answered app-400',
      'logout answered app-403',
      'logout answered app-404',
      'logout answered app-405',
      'logout answered app-500',
      'logout connection-closed app-empty',
      'logout connection-closed app-reset',
      'logout not-notified app-front',
      'logout read-timeout app-timeout',
      'logout refused app-refused',
      'logout tls-not-spoken app-http-on-tls',
      'logout tls-old-protocol app-old-tls',
      'logout tls-untrusted app-expired',
      'logout tls-untrusted app-mtls',
      'logout tls-untrusted app-no-intermediate',
      'logout tls-untrusted app-self-signed',
      'logout tls-untrusted app-tls-good',
      'logout tls-untrusted app-wrong-name',
      'logout unknown-host app-unknown-host',
      'push-revocation read-timeout -',
      'push-revocation refused -',
      'push-revocation tls-untrusted -',
      'saml-logout refused -',
      'saml-logout tls-untrusted -',
      'session-host app-session-host',
    ])
  })

  test('the console, with colour codes and times without a date', () => {
    const { findings } = fixture('keycloak-12.0.4-console')
    const refused = findings.find(({ clientId }) => clientId === 'app-refused')
    expect(refused).toMatchObject({ code: 'refused', count: 1, first: '05:33:46,592' })
    expect(refused?.sample).not.toContain('\u001b')
  })
})

const PKIX =
  'javax.net.ssl.SSLHandshakeException: PKIX path building failed: sun.security.provider.certpath.SunCertPathBuilderException: unable to find valid certification path to requested target'

describe('single lines', () => {
  const HEAD = '2026-11-21 05:30:42,685 WARN  [org.keycloak.services] (executor-thread-2) '
  const refused =
    "KC-SERVICES0057: Logout for client 'shop' failed: java.net.ConnectException: Connection refused"
  const event = (message: string) => `WARN [org.keycloak.events] (default task-60) ${message}`
  const cases: [name: string, lines: string[], ...expected: string[]][] = [
    [
      'a SAML line without a time',
      [
        `WARN [org.keycloak.protocol.saml.SamlProtocol] (default task-27) failed to send saml logout: ${PKIX}`,
      ],
      'saml-logout tls-untrusted -',
    ],
    [
      'an event line without quotation marks',
      [
        event(
          'type=LOGOUT_ERROR, realmId=customers, clientId=ovirt-engine, userId=null, ipAddress=192.0.2.7, error=invalid_token, client_auth_method=client-secret',
        ),
      ],
      'event-refresh-token-invalid ovirt-engine',
    ],
    ['a prefix of docker compose', [`keycloak-1  | ${HEAD}${refused}`], 'logout refused shop'],
    [
      'the prefix of containerd',
      [`2026-11-21T05:30:42.685Z stdout F ${HEAD}${refused}`],
      'logout refused shop',
    ],
    [
      "Docker's json-file driver",
      [JSON.stringify({ log: `${HEAD}${refused}\n`, stream: 'stdout', time: '2026-11-21T05:30:42Z' })],
      'logout refused shop',
    ],
    [
      'trace ids before the level',
      [
        `2026-11-21 05:30:42,685 traceId=b6, parentId=d5, spanId=d5, sampled=true WARN  [org.keycloak.services] (t-1) ${refused}`,
      ],
      'logout refused shop',
    ],
    [
      'a client id with a quote in it',
      [`${HEAD}KC-SERVICES0057: Logout for client 'it's' failed: java.net.UnknownHostException: x`],
      "logout unknown-host it's",
    ],
    [
      'a cause that only the stack trace names',
      [
        `${HEAD}KC-SERVICES0057: Logout for client 'shop' failed: javax.net.ssl.SSLHandshakeException: PKIX path validation failed`,
        '\tat sun.x(Y.java:1)',
        'Caused by: java.security.cert.CertificateNotYetValidException: NotBefore: Fri Jan 01 00:00:00 UTC 2038',
      ],
      'logout tls-not-yet-valid shop',
    ],
    [
      'a packet-dropping firewall',
      [
        `${HEAD}KC-SERVICES0057: Logout for client 'shop' failed: org.apache.http.conn.HttpHostConnectException: Connect to 192.0.2.1:443 [/192.0.2.1] failed: Connection timed out`,
      ],
      'logout connect-timeout shop',
    ],
    [
      'several clients that were not notified',
      [
        'WARN [org.keycloak.services.managers.AuthenticationManager] (t) Some clients have been not been logged out for user ada in in customers realm: desk, shop',
      ],
      'logout not-notified desk',
      'logout not-notified shop',
    ],
    [
      'a stack trace alone',
      ['\tat org.keycloak.services.X(Y.java:1)', 'Caused by: java.net.ConnectException: Connection refused'],
    ],
    [
      'another event',
      [event('type="LOGIN_ERROR", realmName="customers", clientId="shop", error="invalid_redirect_uri"')],
    ],
    [
      'a forged event inside a value',
      [
        event(
          'type="LOGIN_ERROR", realmName="customers", clientId="shop", error="x", redirect_uri="http://x, type=LOGOUT_ERROR, error=invalid_token"',
        ),
      ],
    ],
    [
      'a forged line inside a value',
      [event(`type=LOGIN_ERROR, error=x, redirect_uri=http://x WARN [org.keycloak.services] (t) ${refused}`)],
    ],
    [
      'a successful delivery at DEBUG',
      [
        "DEBUG [org.keycloak.services.managers.ResourceAdminManager] (t) Received response for backchannel-logout from client. clientId='shop' clientSessionId='a::b' backchannelLogoutUrl='http://127.0.0.1/ok' status=204 success=true",
      ],
    ],
    [
      'another product with refused connections',
      ['2026-11-21 05:30:42,685 WARN  [com.example.Foo] (t) Logout for client refused: Connection refused'],
    ],
    [
      'an identity provider that cannot be reached',
      [
        '2026-11-21 05:30:42,685 WARN  [org.keycloak.broker.oidc.OIDCIdentityProvider] (t) Failed backchannel broker logout to: https://idp.test/logout?id_token_hint=eyJhbGciOiJSUzI1NiJ9.e30.c2ln: java.net.UnknownHostException: idp.test',
      ],
      'broker-logout unknown-host -',
    ],
    [
      'garbage',
      [
        '',
        '{"',
        '{"a":1}',
        '\u0000\u0001',
        'WARN',
        '[org.keycloak.services]',
        '{"loggerName":"org.keycloak.services","message":7}',
      ],
    ],
  ]
  test.each(cases)('%s', (_, lines, ...expected) => {
    expect(shorts(explained(lines).findings)).toEqual(expected)
  })

  test('the client of one thread is not taken for that of another', () => {
    const turn = (thread: string, client: string) =>
      `DEBUG [org.keycloak.services.managers.ResourceAdminManager] (${thread}) logout resource ${client} url: http://127.0.0.1/x sessionIds: `
    const no = (thread: string) =>
      `DEBUG [org.keycloak.services.managers.ResourceAdminManager] (${thread}) logout success for http://127.0.0.1/x: false`
    const { findings } = explained([turn('a', 'shop'), turn('b', 'desk'), no('a'), no('b'), no('a')])
    expect(shorts(findings)).toEqual(['logout answered -', 'logout answered desk', 'logout answered shop'])
  })

  test('a SAML client that was notified is not named for the next failure of its thread', () => {
    const { findings } = explained([
      "WARN [org.keycloak.protocol.saml.SamlProtocol] (t) Can't do SOAP backchannel logout. No SingleLogoutService SOAP Binding registered for client saml-ok; fallback on legacy backchannel logout",
      'WARN [org.keycloak.services] (t) KC-SERVICES0058: Failed to send revocation request: java.net.SocketTimeoutException: Read timed out',
    ])
    expect(shorts(findings)).toEqual(['push-revocation read-timeout -'])
  })

  test('the sample holds no token', () => {
    const { findings } = explained([
      '2026-11-21 05:30:42,685 WARN  [org.keycloak.broker.oidc.OIDCIdentityProvider] (t) Failed backchannel broker logout to: https://idp.test/logout?id_token_hint=eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln',
    ])
    expect(JSON.stringify(findings)).not.toContain('eyJzdWIiOiIxIn0')
  })

  test('first and last time, and how often', () => {
    const at = (time: string) => `2026-11-21 ${time} WARN  [org.keycloak.services] (t) ${refused}`
    expect(explained([at('05:00:00,000'), at('05:01:00,000'), at('05:02:00,000')]).findings).toMatchObject([
      { count: 3, first: '2026-11-21 05:00:00,000', last: '2026-11-21 05:02:00,000', severity: 'error' },
    ])
  })

  test('made-up client ids take bounded memory, and all are counted', () => {
    const explainer = new LogExplainer()
    for (let i = 0; i < 5000; i++)
      explainer.push(
        `${event(`type="LOGOUT_ERROR", realmName="customers", clientId="c${i}", error="invalid_redirect_uri"`)}\n`,
      )
    explainer.end()
    const { findings } = explainer.report()
    expect(findings.length).toBeLessThanOrEqual(2001)
    expect(findings.reduce((sum, { count }) => sum + count, 0)).toBe(5000)
  })

  test('every finding has a message, a reason and a remedy', () => {
    for (const name of ['keycloak-26.7.4-debug', 'keycloak-12.0.4'])
      for (const { message, why, fix } of fixture(name).findings) {
        expect(message).toMatch(/\.$/)
        expect(why.length).toBeGreaterThan(20)
        expect(fix.length).toBeGreaterThan(10)
      }
  })
})
