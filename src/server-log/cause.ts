/** Why a request of Keycloak's to an application failed before any answer came, by Java's exceptions. */
export type Cause =
  | 'tls-untrusted'
  | 'tls-expired'
  | 'tls-not-yet-valid'
  | 'tls-wrong-name'
  | 'tls-weak-key'
  | 'tls-anchor-not-ca'
  | 'tls-old-protocol'
  | 'tls-client-certificate'
  | 'tls-not-spoken'
  | 'tls-failed'
  | 'refused'
  | 'unreachable'
  | 'connect-timeout'
  | 'read-timeout'
  | 'unknown-host'
  | 'connection-closed'
  | 'no-connection'
  | 'pool-exhausted'
  | 'session-host-backchannel'
  | 'url-unusable'
  | 'saml-not-soap'
  | 'unknown'

/**
 * First match wins, so special causes stand before general ones: an expired certificate is also a failed handshake. Every
 * text but those marked was seen in a log of Keycloak 12.0.4 or 26.7.4 on Java 17.
 */
const CAUSES: readonly (readonly [Cause, RegExp])[] = [
  ['tls-expired', /CertificateExpiredException|NotAfter:/],
  ['tls-not-yet-valid', /CertificateNotYetValidException|NotBefore:/],
  // Without its causes the line says no more than this.
  ['tls-expired', /PKIX path validation failed: .*validity check failed/],
  // The second and third are what Java's own check says (not seen: Keycloak's client uses the first).
  [
    'tls-wrong-name',
    /doesn't match any of the subject alternative names|No subject alternative|No name matching/,
  ],
  // Java 17's own words, from its TLS client outside of Keycloak.
  [
    'tls-weak-key',
    /Algorithm constraints check failed|do(?:es)? not conform to algorithm constraints|disabled algorithm/i,
  ],
  ['tls-anchor-not-ca', /TrustAnchor with subject .* is not a CA certificate/],
  ['tls-untrusted', /PKIX path building failed|unable to find valid certification path|PKIX path validation/],
  ['tls-old-protocol', /fatal alert: protocol_version|No appropriate protocol/],
  ['tls-client-certificate', /fatal alert: (certificate_required|bad_certificate)/],
  ['tls-not-spoken', /Unsupported or unrecognized SSL message|plaintext connection/],
  ['unknown-host', /UnknownHostException/],
  ['connect-timeout', /ConnectTimeoutException|connect timed out|Connection timed out/i],
  ['refused', /Connection refused/],
  ['unreachable', /NoRouteToHostException|No route to host|Network is unreachable|Host is unreachable/],
  ['read-timeout', /Read timed out|SocketTimeoutException/],
  [
    'connection-closed',
    /Connection reset|NoHttpResponseException|failed to respond|Broken pipe|Connection closed/,
  ],
  // The next two were not seen. Java words a refusal in the language of its machine.
  ['no-connection', /java\.net\.ConnectException|HttpHostConnectException/],
  ['pool-exhausted', /ConnectionPoolTimeoutException|Timeout waiting for connection from pool/],
  ['session-host-backchannel', /Cannot resolve '\$\{application\.session\.host\}/],
  [
    'url-unusable',
    /UnsupportedSchemeException|protocol is not supported|does not specify a valid host name|(?:Illegal character|Malformed escape pair|Expected .*) (?:in|at) |URISyntaxException|Cannot resolve '/,
  ],
  ['saml-not-soap', /Is this an error message instead of a SOAP response|SOAPExceptionImpl/],
  ['tls-failed', /SSL\w*Exception|fatal alert/],
]

/** @param texts the message and the exceptions of one entry */
export function causeOf(texts: readonly string[]): Cause {
  for (const [cause, pattern] of CAUSES) if (texts.some((text) => pattern.test(text))) return cause
  return 'unknown'
}
