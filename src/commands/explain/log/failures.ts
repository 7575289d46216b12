/** What becomes of people whose application is not told. */
export const STAYS =
  'The application was not notified: people stay signed in there until it looks at its tokens again.'

export const OPEN = 'Whether it ended the session is not known.'

/** The request may have arrived: nothing came back that would tell. */
export const MAY_HAVE_HEARD: ReadonlySet<string> = new Set(['read-timeout', 'connection-closed', 'unknown'])

/** How a failed delivery looks, and how it is mended. `doctor` shows the same faults before they matter. */
export const CAUSES: Readonly<Record<string, { what: string; fix: string }>> = {
  'tls-untrusted': {
    what: "Java does not trust the application's certificate (PKIX path building failed)",
    fix: "Either the application's server does not send its intermediate certificate (browsers fetch it, Java does not), or Keycloak does not know the CA: `kc-logout doctor` says which. Give Keycloak the CA with `--truststore-paths=ca.pem` (24 and later; before, the truststore SPI or Java's cacerts) and restart it.",
  },
  'tls-expired': {
    what: "the application's certificate has expired",
    fix: "Renew the certificate on the application's server.",
  },
  'tls-not-yet-valid': {
    what: "the application's certificate is not valid yet",
    fix: "Compare the clocks of both servers, then the certificate's dates.",
  },
  'tls-wrong-name': {
    what: "the application's certificate is for another name",
    fix: 'Use the name that the certificate is for in the logout URL, or renew the certificate with this name among its subject alternative names.',
  },
  'tls-old-protocol': {
    what: 'the two sides have no TLS version in common',
    fix: "Switch TLS 1.2 or 1.3 on at the application's server: Java has switched the older ones off.",
  },
  'tls-client-certificate': {
    what: "the application's server wants a client certificate",
    fix: "Except the logout URL from mutual TLS, or give Keycloak's HTTP client a key store (`--spi-connections-http-client-default-client-keystore`).",
  },
  'tls-not-spoken': {
    what: 'the URL says https, but the port does not speak TLS',
    fix: 'Correct scheme or port of the logout URL.',
  },
  'tls-failed': {
    what: 'the TLS handshake failed',
    fix: '`kc-logout doctor` looks at the certificates from here; the sample line has what Java says.',
  },
  refused: {
    what: 'nothing accepts connections there',
    fix: "Start the application, or correct host and port. From Keycloak's own container, localhost is the container itself.",
  },
  unreachable: {
    what: 'there is no way to that address',
    fix: "Look at routing and firewall between Keycloak and the application, from Keycloak's machine.",
  },
  'connect-timeout': {
    what: 'nobody answered the attempt to connect: mostly a firewall that drops packets',
    fix: "Open the way from Keycloak's network to the application. Each attempt holds a logout up for about two minutes.",
  },
  'read-timeout': {
    what: 'it accepted the connection, and no answer came in time (5 s, unless Keycloak is set otherwise)',
    fix: 'Make the logout endpoint answer first and work afterwards. Each session held the logout up for as long.',
  },
  'unknown-host': {
    what: 'the name of the host does not resolve on the machine of Keycloak',
    fix: "Correct the host in the URL, or add the name to the DNS that Keycloak's machine uses.",
  },
  'connection-closed': {
    what: 'the connection was closed before an answer came',
    fix: 'Look into the log of the application or of the proxy before it, at this moment; a server that wants a client certificate, or a proxy that speaks another protocol on this port, does this too.',
  },
  'no-connection': {
    what: 'no connection came about',
    fix: 'The sample line says why, in the language of the machine. Look whether the application runs, and at host, port and firewall.',
  },
  'pool-exhausted': {
    what: "all connections of Keycloak's HTTP client were taken, so nothing was sent",
    fix: 'Look for applications that answer slowly or never, which hold the connections; the log names them as read-timeout.',
  },
  'url-unusable': {
    what: 'its URL is no address that Keycloak can call',
    fix: 'Correct the logout URL: https, a host, and no characters that a URL may not hold.',
  },
  unknown: {
    what: 'the request failed, for a reason that is not known here',
    fix: 'The sample line has what Java says. `kc-logout doctor` looks at the URL from here.',
  },
}

/** Status, what it says, what to do, and what became of the person there. */
export const STATUS: readonly (readonly [status: RegExp, why: string, fix: string, became: string])[] = [
  [
    /^3/,
    'It redirects, mostly to a sign-in page or from http to https; Keycloak does not follow.',
    'Set the final URL, and except it from sign-in: the logout token is the proof.',
    OPEN,
  ],
  [
    /^401$/,
    'It wants a sign-in.',
    'Except the logout URL from authentication: the logout token is the proof.',
    STAYS,
  ],
  [
    /^403$/,
    'Something refuses the request before the logout token is read, mostly CSRF protection.',
    'Except the logout URL from CSRF protection and from the firewall.',
    STAYS,
  ],
  [
    /^404$/,
    'There is nothing at this URL.',
    'Correct the URL: it is the address of the endpoint, not of the application.',
    STAYS,
  ],
  [/^405$/, 'The URL is there, but takes no POST.', 'Correct the URL, or let it take POST.', STAYS],
  [
    /^400$/,
    'It rejects the logout token, or could not log out.',
    'Its own answer says why, but Keycloak throws it away: `kc-logout listen --take-over … --forward-to …` shows it, `kc-logout inspect-token` checks the token.',
    'By the specification nobody was logged out there.',
  ],
  [/^5/, 'It failed.', "The application's own log has the reason.", OPEN],
  [/./, 'Keycloak takes 200 and 204 for success.', 'Let the endpoint answer 200 or 204.', OPEN],
]
