import { X509Certificate } from 'node:crypto'
import tls, { type TLSSocket } from 'node:tls'
import type { CertificateFacts, TlsLook } from '../facts.ts'

/**
 * What the certificates of a connection are worth by the rules of Java: nothing that is missing is fetched, and dates,
 * name and authority are judged each by themselves, as there may be several faults at once.
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

/** Does each certificate vouch for the one before it, and a trusted one for the last? Dates do not matter here. */
function isTrusted(chain: readonly X509Certificate[], ca: readonly string[]): boolean {
  const top = chain.at(-1)
  if (!top) return false
  const vouched = chain.every((one, i) => {
    const issuer = chain[i + 1]
    return issuer === undefined || (one.checkIssued(issuer) && one.verify(issuer.publicKey))
  })
  if (!vouched) return false
  return authorities(ca).some(
    (authority) =>
      authority.fingerprint256 === top.fingerprint256 ||
      (top.checkIssued(authority) && top.verify(authority.publicKey)),
  )
}

const parsed = new WeakMap<readonly string[], X509Certificate[]>()
/** Some 140 of them, read once. */
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
