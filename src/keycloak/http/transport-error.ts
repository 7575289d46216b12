import { errnoCode } from '../../util/errno.ts'

/** Why there is no usable answer. */
export type TransportErrorKind =
  | 'refused'
  | 'unknown-host'
  | 'unreachable'
  | 'connect-timeout'
  | 'read-timeout'
  | 'closed'
  | 'too-large'
  | 'packed'
  | 'not-http'
  | 'no-tls'
  | 'certificate-expired'
  | 'certificate-not-yet-valid'
  | 'certificate-self-signed'
  | 'certificate-unknown-issuer'
  | 'certificate-incomplete'
  | 'certificate-wrong-host'
  | 'certificate-refused'
  | 'client-certificate-wanted'
  | 'tls-version'
  | 'tls'
  | 'proxy'
  | 'aborted'
  | 'network'

/** No answer, or an incomplete one. network-failures.ts has the messages. */
export class TransportError extends Error {
  readonly kind: TransportErrorKind
  readonly url: URL
  /** Node's code, such as `ECONNREFUSED`. */
  readonly code: string | undefined

  constructor(kind: TransportErrorKind, url: URL, code?: string, cause?: unknown) {
    super(`${kind} at ${url.host}`, cause === undefined ? undefined : { cause })
    this.name = 'TransportError'
    this.kind = kind
    this.url = url
    this.code = code
  }
}

const KINDS: Readonly<Record<string, TransportErrorKind>> = {
  ECONNREFUSED: 'refused',
  ENOTFOUND: 'unknown-host',
  EAI_AGAIN: 'unknown-host',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  ETIMEDOUT: 'connect-timeout',
  ECONNRESET: 'closed',
  ECONNABORTED: 'closed',
  EPIPE: 'closed',
  ERR_STREAM_PREMATURE_CLOSE: 'closed',
  CERT_HAS_EXPIRED: 'certificate-expired',
  CERT_NOT_YET_VALID: 'certificate-not-yet-valid',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'certificate-self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'certificate-unknown-issuer',
  UNABLE_TO_GET_ISSUER_CERT: 'certificate-unknown-issuer',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'certificate-unknown-issuer',
  // The server sends only its own certificate, and its issuer is unknown.
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'certificate-incomplete',
  CERT_UNTRUSTED: 'certificate-unknown-issuer',
  ERR_TLS_CERT_ALTNAME_INVALID: 'certificate-wrong-host',
}

/** Rare problems that OpenSSL reports: revoked, not for servers, invalid signature. */
const OTHER_CERTIFICATE_PROBLEMS =
  /^(CERT_|CRL_|INVALID_(CA|PURPOSE|NON_CA)|PATH_LENGTH|ERROR_IN_C|UNABLE_TO_|HOSTNAME_)/

/** Classifies an error of Node. */
export function transportErrorOf(error: unknown, url: URL): TransportError {
  const code = errnoCode(error)
  const words = error instanceof Error ? error.message : ''
  return new TransportError(kindOf(code, words), url, code, error)
}

function kindOf(code: string | undefined, words: string): TransportErrorKind {
  if (code === undefined) return 'network'
  const known = KINDS[code]
  if (known) return known
  if (code.startsWith('HPE_')) return 'not-http'
  if (OTHER_CERTIFICATE_PROBLEMS.test(code)) return 'certificate-refused'
  // OpenSSL's reason is in the code or, on Node 20, only in the message.
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_'))
    return tlsKindOf(`${code} ${words}`.replaceAll('_', ' '))
  return code.startsWith('ERR_TLS_') ? 'tls' : 'network'
}

function tlsKindOf(said: string): TransportErrorKind {
  if (/wrong version number|packet length too long/i.test(said)) return 'no-tls'
  if (/protocol version|unsupported protocol|no protocols available/i.test(said)) return 'tls-version'
  return /certificate required/i.test(said) ? 'client-certificate-wanted' : 'tls'
}
