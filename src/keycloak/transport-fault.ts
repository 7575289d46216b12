/** Why no usable answer came. */
export type FaultKind =
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
  | 'certificate-wrong-host'
  | 'tls'
  | 'proxy'
  | 'aborted'
  | 'network'

/** No answer, or none that was read to its end. What it means to a person is said in failures.ts. */
export class TransportFault extends Error {
  readonly kind: FaultKind
  readonly url: URL
  /** Node's own code, such as `ECONNREFUSED`. */
  readonly code: string | undefined

  constructor(kind: FaultKind, url: URL, code?: string, cause?: unknown) {
    super(`${kind} at ${url.host}`, cause === undefined ? undefined : { cause })
    this.name = 'TransportFault'
    this.kind = kind
    this.url = url
    this.code = code
  }
}

const KINDS: Readonly<Record<string, FaultKind>> = {
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
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'certificate-unknown-issuer',
  CERT_UNTRUSTED: 'certificate-unknown-issuer',
  ERR_TLS_CERT_ALTNAME_INVALID: 'certificate-wrong-host',
  // What a plain HTTP server answers to a TLS greeting.
  ERR_SSL_WRONG_VERSION_NUMBER: 'no-tls',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'no-tls',
}

export function faultOf(error: unknown, url: URL): TransportFault {
  const code =
    error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
  const words = error instanceof Error ? error.message : ''
  return new TransportFault(kindOf(code, words), url, code, error)
}

function kindOf(code: string | undefined, words: string): FaultKind {
  if (code === undefined) return 'network'
  const known = KINDS[code]
  if (known) return known
  if (code.startsWith('HPE_')) return 'not-http'
  // Node 20 gives OpenSSL's reason in words only.
  if (code === 'EPROTO') return /wrong version number|packet length too long/.test(words) ? 'no-tls' : 'tls'
  return code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_') ? 'tls' : 'network'
}
