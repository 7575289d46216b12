import { createPrivateKey, type KeyObject, randomUUID, X509Certificate } from 'node:crypto'
import { EXIT, UserError, usageError } from '../../errors.ts'
import { isRecord } from '../../util/is-record.ts'
import { optionalText, parseJson } from '../http/json.ts'

/** A private key and its signature algorithm. */
export interface SigningKey {
  readonly key: KeyObject
  readonly alg: string
  readonly kid: string | undefined
}

const PEM_OR_JWK = 'Give one private key in PEM (-----BEGIN … PRIVATE KEY-----, not encrypted) or as a JWK.'
const CURVES: Readonly<Record<string, string>> = {
  prime256v1: 'ES256',
  secp384r1: 'ES384',
  secp521r1: 'ES512',
}

/** A private key from PEM or JWK with its signature algorithm. @throws {UserError} `bad-client-key` (2) */
export function signingKey(text: string, source: string): SigningKey {
  const { key, jwk } = privateKey(text, source)
  const alg = optionalText(jwk?.alg) ?? algorithmOf(key)
  if (alg === undefined)
    throw usageError(
      'bad-client-key',
      `The key from ${source} is of a type that is not supported.`,
      'Use RSA, EC or Ed25519.',
    )
  return { key, alg, kid: optionalText(jwk?.kid) }
}

/** A certificate and its key in PEM, as TLS takes them. @throws {UserError} `bad-client-cert`, `bad-client-key` (2) */
export function tlsIdentity(
  certificate: { text: string; source: string },
  key: { text: string; source: string },
): { cert: string; key: string } {
  const leaf = certificateOf(certificate.text)
  if (!leaf) {
    throw usageError(
      'bad-client-cert',
      `${certificate.source} does not contain a readable certificate.`,
      'Give a certificate in PEM format (-----BEGIN CERTIFICATE-----).',
    )
  }
  const own = privateKey(key.text, key.source).key
  if (!leaf.checkPrivateKey(own)) {
    throw usageError(
      'bad-client-key',
      `The private key from ${key.source} does not belong to the certificate from ${certificate.source}.`,
      'Give a key and a certificate that belong together.',
    )
  }
  return { cert: certificate.text, key: own.export({ type: 'pkcs8', format: 'pem' }).toString() }
}

/**
 * The client assertion for this issuer. The issuer comes from the server's discovery document, so it must be of that
 * server: otherwise a server could request an assertion and use it elsewhere.
 * @throws {UserError} `foreign-issuer` (4)
 */
export async function assertionFor(
  clientId: string,
  { key, alg, kid }: SigningKey,
  issuer: string | undefined,
  origin: string,
): Promise<string> {
  if (issuer === undefined || !URL.canParse(issuer) || new URL(issuer).origin !== origin) {
    throw new UserError(
      'foreign-issuer',
      `The server at ${origin} names a foreign issuer, ${issuer ?? '(none)'}: nothing is signed for it.`,
      { exitCode: EXIT.denied, hint: 'Give --server the address of the issuer.' },
    )
  }
  const { clientAssertion } = await import('./client-assertion.ts')
  const now = Math.floor(Date.now() / 1000)
  return clientAssertion({ clientId, audience: issuer, key, alg, kid, now, id: randomUUID() })
}

function privateKey(
  text: string,
  source: string,
): { key: KeyObject; jwk: Record<string, unknown> | undefined } {
  const value = parseJson(text)
  const jwk = isRecord(value) ? value : undefined
  try {
    const key = jwk ? createPrivateKey({ key: jwk, format: 'jwk' }) : createPrivateKey(text)
    return { key, jwk }
  } catch {
    throw usageError('bad-client-key', `${source} does not contain a readable private key.`, PEM_OR_JWK)
  }
}

function algorithmOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string | undefined {
  switch (asymmetricKeyType) {
    case 'rsa':
      return 'RS256'
    case 'rsa-pss':
      return 'PS256'
    case 'ec':
      return CURVES[asymmetricKeyDetails?.namedCurve ?? '']
    case 'ed25519':
      return 'EdDSA'
    default:
      return undefined
  }
}

function certificateOf(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem)
  } catch {
    return undefined
  }
}
