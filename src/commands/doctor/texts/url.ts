import type { Args } from '../rules/rule.ts'
import { IF_FAILS_TOO, type Row } from './row.ts'

const certificate = ({ certificate: subject, from, until }: Args) =>
  `${subject}, valid from ${from} to ${until}`
const detail = ({ host, detail: said }: Args) => `${host}: ${said}`
const issued = ({ certificate: subject, issuer }: Args) => `${subject}, issued by ${issuer}`

/** Sentences about the connection from here to a URL. */
export const URL_FROM_HERE: Readonly<Record<string, Row>> = {
  'unknown-host': {
    message: ({ host }) => `The host of the URL does not resolve from here: ${host}.`,
    title: 'The host of a logout URL does not resolve from here.',
    why: IF_FAILS_TOO,
    fix: 'Correct the host, or add it to the DNS.',
    evidence: detail,
  },
  refused: {
    message: ({ host }) => `${host} refuses connections from here.`,
    title: 'The host of a logout URL refuses connections from here.',
    why: IF_FAILS_TOO,
    fix: 'Start the application, or correct host and port.',
    evidence: detail,
  },
  unreachable: {
    message: ({ host }) => `There is no route from here to ${host}.`,
    title: 'There is no route from here to the host of a logout URL.',
    why: IF_FAILS_TOO,
    fix: 'Check routing and firewall.',
    evidence: detail,
  },
  'connect-timeout': {
    message: ({ host }) => `The connection to ${host} times out: mostly a firewall drops packets.`,
    title: 'The connection to a logout URL times out: mostly a firewall drops packets.',
    why: 'If it does so for Keycloak too, each logout takes about two minutes longer, and fails.',
    fix: "Open the way from Keycloak's network to the application.",
    evidence: detail,
  },
  'connection-closed': {
    message: ({ host }) => `${host} closes the connection at once.`,
    title: 'The host of a logout URL closes the connection at once.',
    why: IF_FAILS_TOO,
    fix: 'Look into the log of the application, or of the proxy in front of it.',
    evidence: detail,
  },
  'tls-not-spoken': {
    message: ({ host }) => `The URL says https, but ${host} does not use TLS.`,
    title: 'A logout URL says https, but its port does not use TLS.',
    why: IF_FAILS_TOO,
    fix: 'Correct scheme or port.',
    evidence: detail,
  },
  'tls-old-protocol': {
    message: ({ host }) => `${host} supports only old versions of TLS.`,
    title: 'The host of a logout URL supports only old versions of TLS.',
    why: `Java has switched them off. ${IF_FAILS_TOO}`,
    fix: "Switch TLS 1.2 or 1.3 on at the application's server.",
    evidence: detail,
  },
  'tls-client-certificate': {
    message: ({ host }) => `${host} requires a client certificate.`,
    title: 'The host of a logout URL requires a client certificate.',
    why: `Keycloak sends none unless it was given one for all its requests. ${IF_FAILS_TOO}`,
    fix: 'Except the logout URL from mutual TLS.',
    evidence: detail,
  },
  'tls-failed': {
    message: ({ host }) => `The TLS handshake with ${host} fails.`,
    title: 'The TLS handshake with the host of a logout URL fails.',
    why: IF_FAILS_TOO,
    fix: "Check the TLS settings of the application's server.",
    evidence: detail,
  },
  'tls-expired': {
    message: ({ until }) => `A certificate expired on ${until}.`,
    title: 'A certificate has expired.',
    why: IF_FAILS_TOO,
    fix: 'Renew the certificate.',
    evidence: certificate,
  },
  'tls-not-yet-valid': {
    message: ({ from }) => `A certificate is valid only from ${from} on.`,
    title: 'A certificate is not valid yet.',
    why: IF_FAILS_TOO,
    fix: 'Compare the clocks, or use a certificate that is valid now.',
    evidence: certificate,
  },
  'tls-expires-soon': {
    message: ({ until }) => `The certificate expires on ${until}.`,
    title: 'A certificate expires soon.',
    why: 'If Keycloak gets the same certificate, logouts fail from then on without a message to anyone.',
    fix: 'Renew the certificate, and check why this does not happen automatically.',
    evidence: certificate,
  },
  'tls-wrong-name': {
    message: ({ host }) => `The certificate is not for ${host}.`,
    title: 'A certificate is for another name.',
    why: IF_FAILS_TOO,
    fix: 'Use a name of the certificate in the URL, or renew the certificate with this name.',
    evidence: ({ detail: said }) => String(said),
  },
  'tls-self-signed': {
    message: 'The certificate is self-signed.',
    why: `Java trusts it only if Keycloak was given it. ${IF_FAILS_TOO}`,
    fix: "Give the certificate to Keycloak (`--truststore-paths`) and to kc-logout (`--ca-file`), or use a CA's certificate.",
    evidence: ({ certificate: subject }) => String(subject),
  },
  'tls-missing-intermediate': {
    message: ({ issuer }) => `The server does not send the certificate of ${issuer}.`,
    title: 'A server does not send its intermediate certificate.',
    why: `Browsers fetch a missing certificate, Java does not: the URL works in browsers only. ${IF_FAILS_TOO}`,
    fix: 'Have the server send the whole chain (the "fullchain" file).',
    evidence: issued,
  },
  'tls-unknown-ca': {
    message: ({ issuer }) => `The certificate was issued by ${issuer}, which is not trusted here.`,
    title: 'A certificate was issued by a CA that is not trusted here.',
    why: `Keycloak must trust that CA, too. ${IF_FAILS_TOO}`,
    fix: 'If the CA is your own: `--ca-file ca.pem` here, `--truststore-paths=ca.pem` for Keycloak. Otherwise the server does not send its intermediate certificates.',
    evidence: issued,
  },
}
