import type { Args } from '../rules/rule.ts'
import { NOT_TOLD, type Row } from './row.ts'

const certificate = ({ certificate: subject, from, until }: Args) =>
  `${subject}, valid from ${from} to ${until}`
const detail = ({ host, detail: said }: Args) => `${host}: ${said}`

/** What `doctor` says of the way from here to a URL. */
export const URL_FROM_HERE: Readonly<Record<string, Row>> = {
  'unknown-host': {
    message: ({ host }) => `The host of the URL does not resolve from here: ${host}.`,
    why: `If Keycloak's machine cannot resolve it either: ${NOT_TOLD}`,
    fix: 'Correct the host, or add it to the DNS.',
    evidence: detail,
  },
  refused: {
    message: ({ host }) => `Nothing accepts connections at ${host}.`,
    why: NOT_TOLD,
    fix: 'Start the application, or correct host and port.',
    evidence: detail,
  },
  unreachable: {
    message: ({ host }) => `There is no way from here to ${host}.`,
    why: `If that is so from Keycloak's machine too: ${NOT_TOLD}`,
    fix: 'Look at routing and firewall.',
    evidence: detail,
  },
  'connect-timeout': {
    message: ({ host }) => `Nobody answers at ${host}: mostly a firewall that drops packets.`,
    why: 'From Keycloak it would hold each logout up for about two minutes, and fail.',
    fix: "Open the way from Keycloak's network to the application.",
    evidence: detail,
  },
  'connection-closed': {
    message: ({ host }) => `${host} closes the connection at once.`,
    why: NOT_TOLD,
    fix: 'Look into the log of the application, or of the proxy before it.',
    evidence: detail,
  },
  'tls-not-spoken': {
    message: ({ host }) => `The URL says https, but ${host} does not speak TLS.`,
    why: NOT_TOLD,
    fix: 'Correct scheme or port.',
    evidence: detail,
  },
  'tls-old-protocol': {
    message: ({ host }) => `${host} speaks only old versions of TLS.`,
    why: `Java has switched them off. ${NOT_TOLD}`,
    fix: "Switch TLS 1.2 or 1.3 on at the application's server.",
    evidence: detail,
  },
  'tls-client-certificate': {
    message: ({ host }) => `${host} wants a client certificate.`,
    why: `Keycloak shows none unless it was given one for all its requests. ${NOT_TOLD}`,
    fix: 'Except the logout URL from mutual TLS.',
    evidence: detail,
  },
  'tls-failed': {
    message: ({ host }) => `The TLS handshake with ${host} fails.`,
    why: NOT_TOLD,
    fix: "Look at the TLS settings of the application's server.",
    evidence: detail,
  },
  'tls-expired': {
    message: ({ until }) => `A certificate has expired on ${until}.`,
    why: NOT_TOLD,
    fix: 'Renew it.',
    evidence: certificate,
  },
  'tls-not-yet-valid': {
    message: ({ from }) => `A certificate is valid only from ${from} on.`,
    why: NOT_TOLD,
    fix: 'Compare the clocks, or use a certificate that is valid now.',
    evidence: certificate,
  },
  'tls-expires-soon': {
    message: ({ until }) => `The certificate expires on ${until}.`,
    why: 'From then on logouts fail without anybody noticing.',
    fix: 'Renew it, and look why that does not happen by itself.',
    evidence: certificate,
  },
  'tls-wrong-name': {
    message: ({ host }) => `The certificate is not for ${host}.`,
    why: NOT_TOLD,
    fix: 'Use the name that it is for, or renew it with this name.',
    evidence: ({ detail: said }) => String(said),
  },
  'tls-self-signed': {
    message: () => 'The certificate is signed by itself.',
    why: `Java trusts it only if it was told to. ${NOT_TOLD}`,
    fix: "Give Keycloak the certificate (`--truststore-paths`) and this program too (`--ca-file`), or use a CA's.",
    evidence: ({ certificate: subject }) => String(subject),
  },
  'tls-missing-intermediate': {
    message: ({ issuer }) => `The server does not send the certificate of ${issuer}.`,
    why: `Browsers fetch what is missing, Java does not: it works there and fails from Keycloak. ${NOT_TOLD}`,
    fix: 'Have the server send the whole chain (the "fullchain" file).',
    evidence: ({ certificate: subject, issuer }) => `${subject}, issued by ${issuer}`,
  },
  'tls-unknown-ca': {
    message: ({ issuer }) => `The certificate was issued by ${issuer}, which is not trusted here.`,
    why: `Keycloak must know that CA, too. ${NOT_TOLD}`,
    fix: 'If the CA is your own: `--ca-file ca.pem` here, `--truststore-paths=ca.pem` at Keycloak. Else the server does not send its intermediate certificates.',
    evidence: ({ certificate: subject, issuer }) => `${subject}, issued by ${issuer}`,
  },
}
