import { type CryptoKey, importJWK, importPKCS8 } from 'jose'
import { isObject, type JsonObject, readJson } from './json.ts'

/** A private key that is imported for the algorithm of a token. */
export interface DecryptionKey {
  readonly kid: string | undefined
  /** The only algorithm it is for; without it, any algorithm of its key type. */
  readonly alg: string | undefined
  import(alg: string): Promise<CryptoKey | Uint8Array>
}

/** The keys, or what is wrong with the text, as the end of a sentence about the file. */
export type DecryptionKeys =
  | { readonly keys: readonly DecryptionKey[] }
  | { readonly problem: string; readonly hint: string }

const EXPECTED = 'Give a private key: JWK, JWK Set, or PKCS #8 as PEM.'
const PRIVATE_HINT = 'Give the private key; a public key can only encrypt.'
const CONVERT = 'Convert it: openssl pkey -in FILE -out KEY.pem'

/** Reads private keys from JWK, JWK Set or PEM. Does not check whether an algorithm can use them. */
export async function readDecryptionKeys(text: string): Promise<DecryptionKeys> {
  const trimmed = text.trim()
  if (trimmed === '') return { problem: 'is empty', hint: EXPECTED }
  return trimmed.includes('-----BEGIN ') ? readPem(trimmed) : readJwks(trimmed)
}

/** Ignores text around the PEM block, such as the `Bag Attributes` that openssl writes. */
async function readPem(text: string): Promise<DecryptionKeys> {
  const blocks = [...text.matchAll(/-----BEGIN ([A-Z0-9 ]{1,40})-----[^-]*-----END \1-----/g)]
  const [block = ''] = blocks.find(([, name]) => name === 'PRIVATE KEY') ?? []
  if (block === '') return notUsable(text)
  for (const alg of ['RSA-OAEP', 'ECDH-ES']) {
    const isOne = await importPKCS8(block, alg).then(Boolean, () => false)
    if (!isOne) continue
    return {
      keys: [{ kid: undefined, alg: undefined, import: (alg) => importPKCS8(block, alg) }],
    }
  }
  return { problem: 'holds a private key that cannot be read', hint: EXPECTED }
}

function notUsable(pem: string): DecryptionKeys {
  if (/-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(pem))
    return { problem: 'holds an encrypted private key', hint: `Encrypted keys are not supported. ${CONVERT}` }
  if (/-----BEGIN (?:RSA|EC) PRIVATE KEY-----/.test(pem))
    return { problem: 'holds a private key that is not PKCS #8', hint: CONVERT }
  if (/-----BEGIN (?:RSA )?PUBLIC KEY-----/.test(pem))
    return { problem: 'holds a public key', hint: PRIVATE_HINT }
  if (pem.includes('-----BEGIN CERTIFICATE-----'))
    return { problem: 'holds a certificate, which has the public key only', hint: PRIVATE_HINT }
  return { problem: 'holds no private key that can be read', hint: EXPECTED }
}

async function readJwks(text: string): Promise<DecryptionKeys> {
  const reading = readJson(text)
  if (!reading.ok || !isObject(reading.value))
    return { problem: 'holds no key that can be read', hint: EXPECTED }
  const { value } = reading
  const jwks = Array.isArray(value.keys) ? value.keys.filter(isObject) : [value]
  const own = jwks.filter(isPrivate)
  const isUsable = await Promise.all(own.map(canBeImported))
  const usable = own.filter((_, index) => isUsable[index])
  if (usable.length > 0) return { keys: usable.map(ofJwk) }
  if (own.length > 0) return { problem: 'holds a private key that cannot be read', hint: EXPECTED }
  return jwks.some(({ kty }) => typeof kty === 'string')
    ? { problem: `holds ${jwks.length > 1 ? 'public keys' : 'a public key'} only`, hint: PRIVATE_HINT }
    : { problem: 'holds no key', hint: EXPECTED }
}

const isPrivate = ({ kty, d, k }: JsonObject) => typeof (kty === 'oct' ? k : d) === 'string'

const canBeImported = (jwk: JsonObject) =>
  importJWK(bare(jwk), jwk.kty === 'RSA' ? 'RSA-OAEP' : 'ECDH-ES').then(Boolean, () => false)

const ofJwk = (jwk: JsonObject): DecryptionKey => ({
  kid: text(jwk.kid),
  alg: text(jwk.alg),
  import: (alg) => importJWK(bare(jwk), alg),
})

const text = (value: unknown) => (typeof value === 'string' ? value : undefined)

/** The key without its usage restrictions: it was given for decryption. */
function bare({ use: _use, key_ops: _ops, alg: _alg, ext: _ext, ...jwk }: JsonObject): JsonObject {
  return jwk
}
