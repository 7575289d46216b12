import { createPrivateKey, type KeyObject, randomUUID, X509Certificate } from 'node:crypto'
import { EXIT, UserError, usageError } from '../../errors.ts'
import { isRecord } from '../../util/is-record.ts'
import { optionalText, parseJson } from '../http/json.ts'

/** A private key, and how it signs. */
export interface SigningKey {
  readonly key: KeyObject
  readonly alg: string
  readonly kid: string | undefined
}

const PEM_OR_JWK =
  'It has to hold one private key in PEM (-----BEGIN … PRIVATE KEY-----, not encrypted) or as a JWK.'
const CURVES: Readonly<Record<string, string>> = {
  prime256v1: 'ES256',
  secp384r1: 'ES384',
  secp521r1: 'ES512',
}

/** A private key from PEM or JWK, with the algorithm that it signs with. @throws {UserError} `bad-client-key` (2) */
export function signingKey(text: string, source: string): SigningKey {
  const { key, jwk } = privateKey(text, source)
  const alg = optionalText(jwk?.alg) ?? algorithmOf(key)
  if (alg === undefined)
    throw usageError(
      'bad-client-key',
      `The key of ${source} is of a kind that cannot sign here.`,
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
      `${certificate.source} holds no certificate that can be read.`,
      'It has to hold a certificate in PEM form (-----BEGIN CERTIFICATE-----).',
    )
  }
  const own = privateKey(key.text, key.source).key
  if (!leaf.checkPrivateKey(own)) {
    throw usageError(
      'bad-client-key',
      `The private key of ${key.source} is not that of the certificate of ${certificate.source}.`,
      'Give the two that belong together.',
    )
  }
  return { cert: certificate.text, key: own.export({ type: 'pkcs8', format: 'pem' }).toString() }
}

/**
 * The statement by which a client with a key signs in, for this issuer alone. The issuer comes from the server's own
 * discovery document, so it has to be of the server that was named: else a server could ask for a statement that it
 * then uses elsewhere.
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
      `The server at ${origin} says that its issuer is ${issuer ?? 'nobody'}: nothing is signed for another.`,
      { exitCode: EXIT.denied, hint: 'Give --server the address that the issuer has.' },
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
    throw usageError('bad-client-key', `${source} gives no private key that can be read.`, PEM_OR_JWK)
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
