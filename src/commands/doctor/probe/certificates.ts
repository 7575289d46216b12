import { X509Certificate } from 'node:crypto'
import tls, { type TLSSocket } from 'node:tls'
import type { CertificateFacts, TlsLook } from '../facts.ts'

/**
 * Checks the certificates of a connection by the rules of Java: no missing certificate is fetched. Dates, name and
 * authority are checked one by one, because there may be several faults at once.
 * @param ca every authority to trust, in PEM
 */
export function verifyChain(socket: TLSSocket, host: string, ca: readonly string[]): TlsLook {
  const certificate = socket.getPeerCertificate(true)
  const chain = chainOf(certificate)
  return {
    protocol: socket.getProtocol() ?? '',
    chain: chain.map(factsOf),
    trusted: isTrusted(chain, ca),
    nameProblem: tls
      .checkServerIdentity(host, certificate)
      ?.message.replace(/^Hostname\/IP does not match certificate's altnames: /, ''),
  }
}

function chainOf(leaf: tls.DetailedPeerCertificate): X509Certificate[] {
  const chain: X509Certificate[] = []
  const seen = new Set<string>()
  for (
    let current: tls.DetailedPeerCertificate | undefined = leaf;
    current?.raw && !seen.has(current.fingerprint256) && chain.length < 10;
    current = current.issuerCertificate
  ) {
    seen.add(current.fingerprint256)
    chain.push(new X509Certificate(current.raw))
  }
  return chain
}

/** Is each certificate signed by the next one, and the last one by a trusted one? Dates are not checked here. */
function isTrusted(chain: readonly X509Certificate[], ca: readonly string[]): boolean {
  const top = chain.at(-1)
  if (!top) return false
  const isSigned = chain.every((one, i) => {
    const issuer = chain[i + 1]
    return issuer === undefined || (one.checkIssued(issuer) && one.verify(issuer.publicKey))
  })
  if (!isSigned) return false
  return authorities(ca).some(
    (authority) =>
      authority.fingerprint256 === top.fingerprint256 ||
      (top.checkIssued(authority) && top.verify(authority.publicKey)),
  )
}

const parsed = new WeakMap<readonly string[], X509Certificate[]>()
/** About 140 certificates, parsed once. */
function authorities(ca: readonly string[]): X509Certificate[] {
  const known = parsed.get(ca)
  if (known) return known
  const read = ca.map((pem) => new X509Certificate(pem))
  parsed.set(ca, read)
  return read
}

function factsOf(certificate: X509Certificate): CertificateFacts {
  return {
    subject: oneLine(certificate.subject),
    issuer: oneLine(certificate.issuer),
    from: Date.parse(certificate.validFrom),
    until: Date.parse(certificate.validTo),
    selfSigned: certificate.checkIssued(certificate) && certificate.verify(certificate.publicKey),
    namesIssuerUrl: /CA Issuers - URI:/.test(certificate.infoAccess ?? ''),
  }
}

/** `C=DE\nO=Example\nCN=localhost` */
const oneLine = (name: string | undefined) => (name ?? '').split('\n').join(', ')
