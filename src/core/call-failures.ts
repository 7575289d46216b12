/** What it means that an application was not notified. */
export const STAYS =
  'The application was not notified: users stay signed in there until it checks its tokens again.'

export const OPEN = 'Whether it ended the session is not known.'

/** The request may have arrived: there was no answer that would say. */
export const MAY_HAVE_ARRIVED: ReadonlySet<string> = new Set([
  'read-timeout',
  'connection-closed',
  'saml-not-soap',
  'unknown',
])

/** What a failed delivery is, and its remedy. `doctor` shows the same faults before an incident. */
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
    fix: 'Use a name of the certificate in the logout URL, or renew the certificate with this name among its subject alternative names.',
  },
  'tls-weak-key': {
    what: "Java refuses the application's certificate because its key or its signature is too weak",
    fix: 'Renew the certificate with an RSA key of at least 2048 bits, or an EC key, and a SHA-256 signature. The sample line names the weak part.',
  },
  'tls-anchor-not-ca': {
    what: "the certificate that Keycloak trusts is not marked as a CA's",
    fix: "Put the CA's own certificate (basicConstraints CA:TRUE) into Keycloak's trust store, or trust the application's certificate itself.",
  },
  'tls-old-protocol': {
    what: 'the two sides have no TLS version in common',
    fix: "Switch TLS 1.2 or 1.3 on at the application's server: Java has switched the older ones off.",
  },
  'tls-client-certificate': {
    what: "the application's server requires a client certificate",
    fix: "Except the logout URL from mutual TLS, or give Keycloak's HTTP client a key store (`--spi-connections-http-client-default-client-keystore`).",
  },
  'tls-not-spoken': {
    what: 'the URL says https, but the port does not use TLS',
    fix: 'Correct scheme or port of the logout URL.',
  },
  'tls-failed': {
    what: 'the TLS handshake failed',
    fix: "`kc-logout doctor` checks the certificates from here; the sample line has Java's message.",
  },
  refused: {
    what: 'nothing accepts connections there',
    fix: "Start the application, or correct host and port. From Keycloak's own container, localhost is the container itself.",
  },
  unreachable: {
    what: 'there is no route to that address',
    fix: "Check routing and firewall between Keycloak and the application, from Keycloak's machine.",
  },
  'connect-timeout': {
    what: 'the connection attempt timed out, mostly because a firewall drops packets',
    fix: "Open the way from Keycloak's network to the application. Each attempt delays a logout by about two minutes.",
  },
  'read-timeout': {
    what: 'it accepted the connection, and no answer came in time (5 s, unless Keycloak is set otherwise)',
    fix: 'Make the logout endpoint answer first and work afterwards. Each session delayed the logout by as much.',
  },
  'unknown-host': {
    what: "the host name does not resolve on Keycloak's machine",
    fix: "Correct the host in the URL, or add the name to the DNS that Keycloak's machine uses.",
  },
  'connection-closed': {
    what: 'the connection was closed before an answer came',
    fix: 'Look into the log of the application or of the proxy in front of it, at this time. A server that requires a client certificate, or a proxy that uses another protocol on this port, does this too.',
  },
  'no-connection': {
    what: 'no connection could be made',
    fix: "The sample line has the reason, in the machine's language. Check that the application runs, and host, port and firewall.",
  },
  'pool-exhausted': {
    what: "all connections of Keycloak's HTTP client were in use, so nothing was sent",
    fix: 'Look for applications that answer slowly or never and hold the connections; this log names them as read-timeout.',
  },
  'url-unusable': {
    what: 'Keycloak cannot call its URL',
    fix: 'Correct the logout URL: https, a host, and no characters that a URL may not hold (`${…}` included).',
  },
  'session-host-backchannel': {
    what: '${application.session.host} in its Backchannel Logout URL is filled in only for sessions of a Keycloak adapter',
    fix: 'Set a Backchannel Logout URL with a host.',
  },
  'saml-not-soap': {
    what: 'it did not answer with a SOAP message (the sample line has what came)',
    fix: 'Correct "Logout Service SOAP Binding URL" of the SAML client, or clear it to have Keycloak use the POST binding.',
  },
  'ssf-role-missing': {
    what: 'Keycloak refused to emit the security event: the role manage-clients is missing',
    fix: 'Grant your account the role manage-clients of client realm-management.',
  },
  'ssf-unavailable': {
    what: 'Keycloak does not know this SSF receiver or its stream',
    fix: 'Start Keycloak with `--features=ssf`, and check the stream of the client.',
  },
  'ssf-not-dispatched': {
    what: 'Keycloak did not take the security event into its outbox',
    fix: 'Check the stream of the client: it has to deliver CaepSessionRevoked.',
  },
  unknown: {
    what: 'the request failed for an unknown reason',
    fix: "The sample line has Java's message. `kc-logout doctor` checks the URL from here.",
  },
}

interface StatusTexts {
  readonly status: RegExp
  readonly why: string
  readonly fix: string
  /** What is known of the user's session at the application. */
  readonly outcome: string
}

/** The first that matches a status says what it means and what to do. */
export const STATUS: readonly StatusTexts[] = [
  {
    status: /^3/,
    why: 'It redirects, mostly to a sign-in page or from http to https; Keycloak does not follow.',
    fix: 'Set the final URL, and except it from sign-in: the logout token is the proof.',
    outcome: OPEN,
  },
  {
    status: /^401$/,
    why: 'It requires a sign-in.',
    fix: 'Except the logout URL from authentication: the logout token is the proof.',
    outcome: STAYS,
  },
  {
    status: /^403$/,
    why: 'The request is refused before the logout token is read, mostly by CSRF protection.',
    fix: 'Except the logout URL from CSRF protection and from the firewall.',
    outcome: STAYS,
  },
  {
    status: /^404$/,
    why: 'The URL does not exist there.',
    fix: 'Correct the URL: it is the address of the endpoint, not of the application.',
    outcome: STAYS,
  },
  {
    status: /^405$/,
    why: 'The URL exists, but does not accept POST.',
    fix: 'Correct the URL, or let it accept POST.',
    outcome: STAYS,
  },
  {
    status: /^400$/,
    why: 'It rejects the logout token, or could not log the user out.',
    fix: 'Its own answer has the reason, but Keycloak does not log it: `kc-logout listen --take-over … --forward-to …` shows it, `kc-logout inspect-token` checks the token.',
    outcome: 'By the specification no user was logged out there.',
  },
  { status: /^5/, why: 'It failed.', fix: "The application's own log has the reason.", outcome: OPEN },
  {
    status: /./,
    why: 'Keycloak takes only 200 and 204 for success.',
    fix: 'Let the endpoint answer 200 or 204.',
    outcome: OPEN,
  },
]
