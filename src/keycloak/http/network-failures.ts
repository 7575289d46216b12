import { EXIT, type ExitCode, UserError } from '../../errors.ts'
import { TransportError, type TransportErrorKind } from './transport-error.ts'

type Fault = readonly [code: string, exit: ExitCode, message: (host: string) => string, hint: string]
const CA = 'Give the certificate authority that signed it with --ca-file.'
const FAULTS: Readonly<Record<TransportErrorKind, Fault>> = {
  refused: [
    'refused-connection',
    EXIT.unreachable,
    (h) => `${h} refuses the connection.`,
    'Does Keycloak run there? Check --server and its port.',
  ],
  'unknown-host': [
    'unknown-host',
    EXIT.unreachable,
    (h) => `The name ${h} is not known here.`,
    'Check --server for a mistake, and the name service.',
  ],
  unreachable: [
    'unreachable',
    EXIT.unreachable,
    (h) => `There is no way from here to ${h}.`,
    'Check the network, and whether a VPN is needed.',
  ],
  'connect-timeout': [
    'connect-timeout',
    EXIT.unreachable,
    (h) => `${h} does not answer.`,
    'A firewall may drop the packets; --timeout waits longer.',
  ],
  'read-timeout': [
    'timeout',
    EXIT.unreachable,
    (h) => `${h} took the request but did not answer in time.`,
    '--timeout waits longer.',
  ],
  closed: [
    'connection-closed',
    EXIT.unreachable,
    (h) => `${h} closed the connection before its answer was complete.`,
    'Try again; look at again what was being done.',
  ],
  'too-large': [
    'bad-answer',
    EXIT.failed,
    (h) => `The answer of ${h} is larger than any that is expected.`,
    'Is this Keycloak? Check --server.',
  ],
  packed: [
    'bad-answer',
    EXIT.failed,
    (h) => `${h} answers in a compressed form that was not asked for.`,
    'Switch compression off in the proxy for this path.',
  ],
  'not-http': [
    'not-http',
    EXIT.unreachable,
    (h) => `What answers at ${h} speaks no HTTP.`,
    'Check --server: its port, and http or https.',
  ],
  'no-tls': [
    'no-tls',
    EXIT.unreachable,
    (h) => `What answers at ${h} speaks no TLS.`,
    'Check --server: is this the port for http?',
  ],
  'certificate-expired': [
    'certificate-expired',
    EXIT.unreachable,
    (h) => `The certificate of ${h} has expired.`,
    'Have it renewed; check the clock here too.',
  ],
  'certificate-not-yet-valid': [
    'certificate-not-yet-valid',
    EXIT.unreachable,
    (h) => `The certificate of ${h} is not valid yet.`,
    'Check the clock here and there.',
  ],
  'certificate-self-signed': [
    'certificate-self-signed',
    EXIT.unreachable,
    (h) => `The certificate of ${h} is signed by itself, so nothing says whose it is.`,
    'Give that certificate with --ca-file.',
  ],
  'certificate-unknown-issuer': [
    'certificate-unknown-issuer',
    EXIT.unreachable,
    (h) => `The certificate of ${h} is signed by an authority that is not trusted here.`,
    CA,
  ],
  'certificate-incomplete': [
    'certificate-incomplete',
    EXIT.unreachable,
    (h) => `${h} shows its own certificate alone, and who signed that is not known here.`,
    'If an authority in between did, have the server send its certificate along; else give the authority with --ca-file.',
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
    'Have it looked at by whoever runs the server.',
  ],
  'client-certificate-wanted': [
    'client-certificate-wanted',
    EXIT.unreachable,
    (h) => `${h} wants a client certificate.`,
    'Give one with --client-cert and its key with --client-key.',
  ],
  'tls-version': [
    'tls-version',
    EXIT.unreachable,
    (h) => `${h} speaks no version of TLS that is safe.`,
    'It has to speak TLS 1.2 or 1.3.',
  ],
  tls: [
    'tls',
    EXIT.unreachable,
    (h) => `No secure connection to ${h} came about.`,
    'Check --server; it may want a client certificate or another TLS version.',
  ],
  proxy: [
    'proxy-refused',
    EXIT.unreachable,
    (h) => `The proxy ${h} does not let this through.`,
    'Check HTTPS_PROXY and its credentials, or list the server in NO_PROXY.',
  ],
  aborted: [
    'interrupted',
    EXIT.interrupted,
    () => 'Interrupted.',
    'A request under way may go on in the server.',
  ],
  network: [
    'network',
    EXIT.unreachable,
    (h) => `The connection to ${h} failed.`,
    'Check the network and --server.',
  ],
}

const SHOW_CODE: ReadonlySet<TransportErrorKind> = new Set(['network', 'tls', 'proxy', 'certificate-refused'])

/** A connection that did not come about or broke, as a sentence; anything else stays what it is. */
export function networkFailure(error: unknown): unknown {
  if (!(error instanceof TransportError)) return error
  const [code, exitCode, message, hint] = FAULTS[error.kind]
  const detail = error.code && SHOW_CODE.has(error.kind) ? ` (${error.code})` : ''
  return new UserError(code, message(error.url.host).replace(/\.$/, `${detail}.`), {
    exitCode,
    hint,
    cause: error,
  })
}
