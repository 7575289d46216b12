import { EXIT, type ExitCode, UserError } from '../../errors.ts'
import { TransportError, type TransportErrorKind } from './transport-error.ts'

type Failure = readonly [code: string, exit: ExitCode, message: (host: string) => string, hint: string]
const CA = 'Give the certificate authority that signed it: --ca-file.'
const FAILURES: Readonly<Record<TransportErrorKind, Failure>> = {
  refused: [
    'refused-connection',
    EXIT.unreachable,
    (h) => `${h} refuses the connection.`,
    'Does Keycloak run there? Check the address (--server) and its port.',
  ],
  'unknown-host': [
    'unknown-host',
    EXIT.unreachable,
    (h) => `The host name ${h} is unknown.`,
    'Check --server for a typo, and DNS.',
  ],
  unreachable: [
    'unreachable',
    EXIT.unreachable,
    (h) => `${h} is unreachable from here.`,
    'Check the network, and whether a VPN is needed.',
  ],
  'connect-timeout': [
    'connect-timeout',
    EXIT.unreachable,
    (h) => `${h} does not respond.`,
    'A firewall may drop the packets. --timeout waits longer.',
  ],
  'read-timeout': [
    'timeout',
    EXIT.unreachable,
    (h) => `${h} accepted the request but did not answer in time.`,
    '--timeout waits longer.',
  ],
  closed: [
    'connection-closed',
    EXIT.unreachable,
    (h) => `${h} closed the connection before its answer was complete.`,
    'Run the command again, and check what has been done.',
  ],
  'too-large': [
    'bad-answer',
    EXIT.failed,
    (h) => `The answer of ${h} is too large.`,
    'Is this Keycloak? Check --server.',
  ],
  packed: [
    'bad-answer',
    EXIT.failed,
    (h) => `${h} sends a compressed answer that was not requested.`,
    'Switch off compression for this path in the proxy.',
  ],
  'not-http': [
    'not-http',
    EXIT.unreachable,
    (h) => `The server at ${h} does not use HTTP.`,
    'Check --server: its port, and http or https.',
  ],
  'no-tls': [
    'no-tls',
    EXIT.unreachable,
    (h) => `The server at ${h} does not use TLS.`,
    'Check --server: is this the port for http?',
  ],
  'certificate-expired': [
    'certificate-expired',
    EXIT.unreachable,
    (h) => `The certificate of ${h} has expired.`,
    'Renew it, and check the clock of this machine.',
  ],
  'certificate-not-yet-valid': [
    'certificate-not-yet-valid',
    EXIT.unreachable,
    (h) => `The certificate of ${h} is not valid yet.`,
    'Check the clocks of both machines.',
  ],
  'certificate-self-signed': [
    'certificate-self-signed',
    EXIT.unreachable,
    (h) => `The certificate of ${h} is self-signed, so it does not prove whose it is.`,
    'Give this certificate: --ca-file.',
  ],
  'certificate-unknown-issuer': [
    'certificate-unknown-issuer',
    EXIT.unreachable,
    (h) => `The certificate of ${h} is signed by an authority that is not trusted.`,
    CA,
  ],
  'certificate-incomplete': [
    'certificate-incomplete',
    EXIT.unreachable,
    (h) => `${h} sends only its own certificate, and its issuer is unknown.`,
    'Have the server send the intermediate certificate, too; or give the authority: --ca-file.',
  ],
  'certificate-wrong-host': [
    'certificate-wrong-host',
    EXIT.unreachable,
    (h) => `The certificate is not for the name ${h.replace(/:\d+$/, '')}.`,
    'Give --server the name that the certificate is for.',
  ],
  'certificate-refused': [
    'certificate-refused',
    EXIT.unreachable,
    (h) => `The certificate of ${h} cannot be trusted.`,
    'Ask the administrator of the server to check it.',
  ],
  'client-certificate-wanted': [
    'client-certificate-wanted',
    EXIT.unreachable,
    (h) => `${h} requires a client certificate.`,
    'Give one with --client-cert and its key with --client-key.',
  ],
  'tls-version': [
    'tls-version',
    EXIT.unreachable,
    (h) => `${h} supports no secure version of TLS.`,
    'It must support TLS 1.2 or 1.3.',
  ],
  tls: [
    'tls',
    EXIT.unreachable,
    (h) => `A secure connection to ${h} failed.`,
    'Check --server; it may require a client certificate or another TLS version.',
  ],
  proxy: [
    'proxy-refused',
    EXIT.unreachable,
    (h) => `The proxy ${h} refuses the request.`,
    'Check HTTPS_PROXY and its credentials, or list the server in NO_PROXY.',
  ],
  aborted: [
    'interrupted',
    EXIT.interrupted,
    () => 'Interrupted.',
    'A request in flight may continue in the server.',
  ],
  network: [
    'network',
    EXIT.unreachable,
    (h) => `The connection to ${h} failed.`,
    'Check the network and --server.',
  ],
}

const SHOW_CODE: ReadonlySet<TransportErrorKind> = new Set(['network', 'tls', 'proxy', 'certificate-refused'])

/** A transport error as a `UserError`; any other error unchanged. */
export function networkFailure(error: unknown): unknown {
  if (!(error instanceof TransportError)) return error
  const [code, exitCode, message, hint] = FAILURES[error.kind]
  const detail = error.code && SHOW_CODE.has(error.kind) ? ` (${error.code})` : ''
  return new UserError(code, message(error.url.host).replace(/\.$/, `${detail}.`), {
    exitCode,
    hint,
    cause: error,
  })
}
