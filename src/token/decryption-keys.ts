import { type CryptoKey, importJWK, importPKCS8 } from 'jose'
import { isObject, type JsonObject, readJson } from './json.ts'

/** A private key, imported for the algorithm that a token names. */
export interface DecryptionKey {
  readonly kid: string | undefined
  /** The algorithm that it is for; any that its type can do where this is left out. */
  readonly alg: string | undefined
  import(alg: string): Promise<CryptoKey | Uint8Array>
}

/** The keys, or what the text is instead: the end of a sentence about the file. */
export type DecryptionKeys =
  | { readonly keys: readonly DecryptionKey[] }
  | { readonly problem: string; readonly hint: string }

const WANTED = 'It has to be a private key: JWK, JWK Set, or PKCS #8 as PEM.'
const PRIVATE_HINT = 'Give the private half; who has the public one can only encrypt.'
const CONVERT = '`openssl pkey -in FILE -out KEY.pem` writes it so that it can be read here.'

/** Reads private keys from JWK, JWK Set or PEM. Whether an algorithm can use them shows when a token names one. */
export async function readDecryptionKeys(text: string): Promise<DecryptionKeys> {
  const trimmed = text.trim()
  if (trimmed === '') return { problem: 'is empty', hint: WANTED }
  return trimmed.includes('-----BEGIN ') ? readPem(trimmed) : readJwks(trimmed)
}

/** What stands around a PEM block, such as the `Bag Attributes` that openssl writes, is no part of it. */
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
  return { problem: 'holds a private key that cannot be read', hint: WANTED }
}

function notUsable(pem: string): DecryptionKeys {
  if (/-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(pem))
    return { problem: 'holds an encrypted private key', hint: `No password is asked for here. ${CONVERT}` }
  if (/-----BEGIN (?:RSA|EC) PRIVATE KEY-----/.test(pem))
    return { problem: 'holds a private key that is not PKCS #8', hint: CONVERT }
  if (/-----BEGIN (?:RSA )?PUBLIC KEY-----/.test(pem))
    return { problem: 'holds a public key', hint: PRIVATE_HINT }
  if (pem.includes('-----BEGIN CERTIFICATE-----'))
    return { problem: 'holds a certificate, which has the public key only', hint: PRIVATE_HINT }
  return { problem: 'holds no private key that can be read', hint: WANTED }
}

async function readJwks(text: string): Promise<DecryptionKeys> {
  const reading = readJson(text)
  if (!reading.ok || !isObject(reading.value))
    return { problem: 'holds no key that can be read', hint: WANTED }
  const { value } = reading
  const jwks = Array.isArray(value.keys) ? value.keys.filter(isObject) : [value]
  const own = jwks.filter(isPrivate)
  const isUsable = await Promise.all(own.map(canBeImported))
  const usable = own.filter((_, index) => isUsable[index])
  if (usable.length > 0) return { keys: usable.map(ofJwk) }
  if (own.length > 0) return { problem: 'holds a private key that cannot be read', hint: WANTED }
  return jwks.some(({ kty }) => typeof kty === 'string')
    ? { problem: `holds ${jwks.length > 1 ? 'public keys' : 'a public key'} only`, hint: PRIVATE_HINT }
    : { problem: 'holds no key', hint: WANTED }
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

/** Without what it says that it may be used for: whoever gave it wants it used for this. */
function bare({ use: _use, key_ops: _ops, alg: _alg, ext: _ext, ...jwk }: JsonObject): JsonObject {
  return jwk
}
