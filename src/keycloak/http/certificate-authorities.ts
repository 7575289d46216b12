import { X509Certificate } from 'node:crypto'
import tls from 'node:tls'
import { usageError } from '../../errors.ts'
import type { Files } from '../../runtime/file-access.ts'

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g
const LARGEST = 4 * 1024 * 1024

/**
 * The authorities to trust: those in the file besides Node's own. A list given to Node replaces its own and what
 * NODE_EXTRA_CA_CERTS adds, so both are put into it. Undefined without a file: then Node decides by itself.
 */
export async function trustedAuthorities(
  caFile: string | undefined,
  files: Pick<Files, 'read'>,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string[] | undefined> {
  if (caFile === undefined) return undefined
  const named = certificatesIn(await files.read(caFile, { maxBytes: LARGEST }))
  if (named.length === 0 || !named.every(isCertificate)) {
    throw usageError(
      'bad-ca-file',
      `${caFile} holds no certificate that can be read.`,
      'It has to hold certificates in PEM form (-----BEGIN CERTIFICATE-----).',
    )
  }
  const extra = env.NODE_EXTRA_CA_CERTS
    ? // Node itself warns of one that cannot be read, and goes on.
      certificatesIn(await files.read(env.NODE_EXTRA_CA_CERTS, { maxBytes: LARGEST }).catch(() => ''))
    : []
  return [...tls.rootCertificates, ...extra, ...named]
}

const certificatesIn = (pem: string): string[] => pem.match(CERTIFICATE) ?? []

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== undefined
  } catch {
    return false
  }
}
