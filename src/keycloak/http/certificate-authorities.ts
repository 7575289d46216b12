import { X509Certificate } from 'node:crypto'
import tls from 'node:tls'
import { usageError } from '../../errors.ts'
import type { Files } from '../../runtime/file-access.ts'

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g
const LARGEST = 4 * 1024 * 1024

/**
 * The certificate authorities to trust: those in the file, Node's own, and those of NODE_EXTRA_CA_CERTS, because a
 * list given to Node replaces both. Undefined without a file: then Node uses its defaults.
 * @throws {UserError} `bad-ca-file` (2)
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
      `${caFile} does not contain a readable certificate.`,
      'Give certificates in PEM format (-----BEGIN CERTIFICATE-----).',
    )
  }
  const extra = env.NODE_EXTRA_CA_CERTS
    ? // Node warns about an unreadable file and continues.
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
