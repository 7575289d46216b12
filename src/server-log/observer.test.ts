import { describe, expect, test } from 'vitest'
import { Observer } from './observer.ts'
import { LogReader } from './reader.ts'

/** `act code client`, in the order of the log. */
function observed(...lines: string[]) {
  const [reader, observer] = [new LogReader(), new Observer()]
  const records = [...reader.push(lines.join('\n')), ...reader.end()]
  return [...records.flatMap((record) => observer.observe(record)), ...observer.flush()]
}
const short = (...lines: string[]) =>
  observed(...lines).map(({ act, code, clientId }) => [act, code, clientId ?? '-'].join(' '))

const at = (logger: string, message: string, { thread = 't-1', level = 'WARN' } = {}) =>
  `2026-11-28 15:37:06,581 ${level}  [org.keycloak.${logger}]${thread === '' ? '' : ` (${thread})`} ${message}`
const listed = (clients: string, options = {}) =>
  at(
    'services.managers.AuthenticationManager',
    `Some clients have not been logged out for user ada in pc realm: ${clients}`,
    options,
  )
const skipped = (cause: string, options = {}) =>
  at('services', `KC-SERVICES0051: Failed to logout client, continuing: ${cause}`, options)
const BAD_URL =
  'java.lang.IllegalArgumentException: Illegal character in authority at index 7: http://${nothing}.example/x'
const NO_HOST =
  "java.lang.IllegalStateException: Cannot resolve '${application.session.host}' for backchannel-logout. clientId='host' clientSessionId='_2L3::d7d9' client_session_host='null' client_session_state='null'"

// The texts are those of Keycloak 26.7.4.
describe('"Some clients have not been logged out"', () => {
  test('alone: the client is not notified, without a cause', () => {
    expect(short(listed('desk'))).toEqual(['logout not-notified desk'])
  })

  test('the failure before it in its thread is the cause, with the URL', () => {
    const [seen, ...others] = observed(
      skipped(BAD_URL),
      '\tat x.Y(Z.java:1)',
      'Caused by: java.net.URISyntaxException: Illegal character in authority at index 7: http://${nothing}.example/x',
      listed('tmpl'),
    )
    expect(others).toEqual([])
    expect(seen).toMatchObject({
      code: 'url-unusable',
      act: 'logout',
      clientId: 'tmpl',
      url: 'http://${nothing}.example/x',
      realm: 'pc',
    })
  })

  test('a failure of another thread is not the cause', () => {
    expect(short(skipped(BAD_URL, { thread: 't-2' }), listed('desk'))).toEqual([
      'logout not-notified desk',
      'logout url-unusable -',
    ])
  })

  test('a failure that names its client is of that client alone', () => {
    expect(short(skipped(BAD_URL), skipped(NO_HOST), listed('host, tmpl'))).toEqual([
      'logout session-host-backchannel host',
      'logout url-unusable tmpl',
    ])
  })

  test('more clients than failures: which client a failure is of is not claimed', () => {
    expect(short(skipped(BAD_URL), skipped(NO_HOST), listed('dis, front, host, tmpl'))).toEqual([
      'logout session-host-backchannel host',
      'logout url-unusable -',
      'logout not-notified dis',
      'logout not-notified front',
      'logout not-notified tmpl',
    ])
  })

  test('as many failures as clients, of one kind', () => {
    expect(short(skipped(BAD_URL), skipped(BAD_URL), listed('a, b'))).toEqual([
      'logout url-unusable a',
      'logout url-unusable b',
    ])
  })

  test('at DEBUG the line before names the client', () => {
    const calling =
      "Attempting backchannel-logout for client. clientId='tmpl' clientSessionId='a::b' backchannelLogoutUrl='http://${nothing}.example/x'"
    expect(
      short(
        at('services.managers.ResourceAdminManager', calling, { level: 'DEBUG' }),
        skipped(BAD_URL),
        listed('front, tmpl'),
      ),
    ).toEqual(['logout url-unusable tmpl', 'logout not-notified front'])
  })

  test('without threads the failure right before it is the cause', () => {
    const none = { thread: '' }
    expect(short(skipped(BAD_URL, none), listed('tmpl', none))).toEqual(['logout url-unusable tmpl'])
    expect(short(skipped(BAD_URL, none), at('common.Profile', 'other', none), listed('desk', none))).toEqual([
      'logout url-unusable -',
      'logout not-notified desk',
    ])
  })

  test.each([
    ['shop, desk', ['shop, desk']],
    ['desk, shop', ['desk', 'shop']],
    ['desk, shop, eu, web', ['desk', 'shop, eu', 'web']],
  ])('%s: ids are sorted, so one that is out of order has a comma', (clients, expected) => {
    expect(observed(listed(clients)).map(({ clientId }) => clientId)).toEqual(expected)
  })

  test('an id with a comma that the log names elsewhere is one client', () => {
    const event = at(
      'events',
      'type="LOGOUT_ERROR", realmName="pc", clientId="a, b", error="invalid_redirect_uri"',
    )
    expect(observed(event, listed('a, b, c')).map(({ clientId }) => clientId)).toEqual(['a, b', 'a, b', 'c'])
  })
})

describe('KC-SERVICES0051 and KC-SERVICES0057', () => {
  test('a failed logout of which no client is named', () => {
    expect(short(skipped(BAD_URL))).toEqual(['logout url-unusable -'])
  })

  test.each([
    [
      'after `failed:`',
      "KC-SERVICES0057: Logout for client 'shop' failed:\njava.net.ConnectException: Connection refused",
    ],
    [
      'before `failed`',
      "KC-SERVICES0057: Logout for client 'shop'\nfailed: java.net.ConnectException: Connection refused",
    ],
    [
      'in a word',
      "KC-SERVICES0057: Logout for cli\nent 'shop' failed: java.net.ConnectException: Connection refused",
    ],
    [
      'within the cause',
      "KC-SERVICES0057: Logout for client 'shop' failed: java.net.ConnectException:\nConnection refused",
    ],
  ])('a line that is broken %s', (_, message) => {
    expect(short(at('services', message))).toEqual(['logout refused shop'])
  })

  test('a scheme that is not http, which only the cause names', () => {
    expect(
      short(
        at(
          'services',
          "KC-SERVICES0057: Logout for client 'ftp' failed: org.apache.http.client.ClientProtocolException",
        ),
        'Caused by: org.apache.http.HttpException: ftp protocol is not supported',
      ),
    ).toEqual(['logout url-unusable ftp'])
  })
})

describe('SAML', () => {
  const saml = (message: string) => at('protocol.saml.SamlProtocol', message)
  test.each([
    [
      'refused',
      'Logout failed for client desk: jakarta.xml.soap.SOAPException: org.apache.http.conn.HttpHostConnectException: Connect to 127.0.0.1:9 [/127.0.0.1] failed: Connection refused',
    ],
    [
      'saml-not-soap',
      'Logout failed for client desk: com.sun.xml.messaging.saaj.SOAPExceptionImpl: Invalid Content-Type:text/html. Is this an error message instead of a SOAP response?',
    ],
  ])('a logout by SOAP that fails: %s', (code, message) => {
    expect(short(saml(message))).toEqual([`saml-logout ${code} desk`])
  })

  test('a client id with a colon', () => {
    expect(
      short(saml('Logout failed for client urn:a: b: java.net.ConnectException: Connection refused')),
    ).toEqual(['saml-logout refused urn:a: b'])
  })

  test('no URL at all', () => {
    expect(
      short(
        saml(
          "Can't do SOAP backchannel logout. No SingleLogoutService SOAP Binding registered for client desk; fallback on legacy backchannel logout",
        ),
        saml("Can't do backchannel logout. No SingleLogoutService POST Binding registered for client: desk"),
      ),
    ).toEqual(['saml-logout saml-no-url desk'])
  })
})

describe('identity providers', () => {
  test('a SAML provider that is not reached', () => {
    const [seen] = observed(
      at(
        'broker.saml.SAMLIdentityProvider',
        'Failed saml backchannel broker logout to: https://idp.test/slo?x=eyJhbGciOiJub25lIn0.e30.: java.net.UnknownHostException: idp.test',
      ),
    )
    expect(seen).toMatchObject({ act: 'broker-logout', code: 'unknown-host', url: 'https://idp.test/slo' })
  })

  test('one that is disabled ends a logout in the browser with 500', () => {
    const [seen] = observed(
      at(
        'services.error.KeycloakErrorHandler',
        'Uncaught server error: org.keycloak.broker.provider.IdentityBrokerException: Identity Provider [up] not found.',
        { level: 'ERROR' },
      ),
      '\tat org.keycloak.protocol.oidc.endpoints.LogoutEndpoint.initiateBrowserLogout(LogoutEndpoint.java:757)',
    )
    expect(seen).toMatchObject({ act: 'browser-logout', code: 'provider-not-found', about: 'up' })
  })

  test('one that is disabled is skipped when an administrator logs its user out', () => {
    const message = 'Skipping backchannel logout for broker up - not found'
    const [seen] = observed(at('services.managers.AuthenticationManager', message))
    expect(seen).toMatchObject({ act: 'broker-logout', code: 'provider-not-found', about: 'up' })
  })
})

describe('errors of the server', () => {
  const uncaught = at(
    'services.error.KeycloakErrorHandler',
    'Uncaught server error: java.lang.NullPointerException: x',
    {
      level: 'ERROR',
    },
  )
  test('one in the logout endpoint is a failed logout in the browser', () => {
    expect(
      short(uncaught, '\tat org.keycloak.protocol.oidc.endpoints.LogoutEndpoint.logout(L.java:1)'),
    ).toEqual(['browser-logout server-error -'])
  })

  test('one elsewhere is not', () => {
    expect(short(uncaught, '\tat org.keycloak.services.resources.LoginActionsService.x(L.java:1)')).toEqual(
      [],
    )
  })
})

test.each([
  [
    'tls-weak-key',
    'PKIX path validation failed: java.security.cert.CertPathValidatorException: Algorithm constraints check failed on keysize limits: RSA 512 bit key used with certificate: CN=localhost',
  ],
  [
    'tls-anchor-not-ca',
    'PKIX path validation failed: sun.security.validator.ValidatorException: TrustAnchor with subject "CN=NotCA" is not a CA certificate',
  ],
])('%s is not called an unknown CA', (code, cause) => {
  expect(
    short(
      at(
        'services',
        `KC-SERVICES0057: Logout for client 'shop' failed: javax.net.ssl.SSLHandshakeException: ${cause}`,
      ),
    ),
  ).toEqual([`logout ${code} shop`])
})

test.each(['eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln', 'eyJhbGciOiJSUzI1NiJ9%2EeyJzdWIiOiIxIn0%2Ec2ln'])(
  'a token in place of a client id is masked: %s',
  (token) => {
    const seen = observed(
      at('events', `type="LOGOUT_ERROR", realmName="${token}", clientId="${token}", error="invalid_client"`),
      at(
        'services',
        `KC-SERVICES0057: Logout for client '${token}' failed: java.net.ConnectException: Connection refused`,
      ),
      listed(token),
    )
    expect(seen).toHaveLength(3)
    expect(JSON.stringify(seen)).not.toContain('eyJzdWIiOiIxIn0')
  },
)
