import { type CryptoKey, exportJWK, importPKCS8, importSPKI, importX509, type JWK } from 'jose'
import { isObject, type JsonObject, readJson } from './json.ts'

/** Public keys as JWKs, or what is wrong with the text, as the end of a sentence about its source. */
export type PublicKeys =
  | { readonly keys: readonly JsonObject[] }
  | { readonly problem: string; readonly hint: string }

const EXPECTED =
  "Give a JWK Set, a JWK, a PEM public key or certificate, or the base64 of Keycloak's key buttons."
const CONVERT = 'Convert it: openssl pkey -pubin -in FILE -out KEY.pem'

/**
 * Reads public keys from a JWK Set, JWKs, PEM (public key, certificate, PKCS #8), the bare base64 of the buttons Public
 * key and Certificate of the Keycloak console, the keys of its Admin API, or an object of PEMs by kid.
 */
export async function readPublicKeys(text: string): Promise<PublicKeys> {
  const trimmed = text.trim()
  if (trimmed === '') return { problem: 'is empty', hint: EXPECTED }
  const reading = readJson(trimmed)
  if (reading.ok) return publicKeysIn(reading.value)
  if (trimmed.includes('-----BEGIN ')) return keysOfPem(trimmed)
  const key = await keyOfBase64(trimmed)
  return key ? { keys: [key] } : NO_KEY
}

const NO_KEY: PublicKeys = { problem: 'contains no key', hint: EXPECTED }

/** Reads public keys from parsed JSON. A JWK Set stays as it is, except for keys that have only a certificate. */
export async function publicKeysIn(value: unknown): Promise<PublicKeys> {
  if (typeof value === 'string') return value.trim().startsWith('-----BEGIN ') ? keysOfPem(value) : NO_KEY
  if (Array.isArray(value)) return keysOfList(value.filter(isObject))
  if (!isObject(value)) return NO_KEY
  if (Array.isArray(value.keys)) {
    return { keys: await Promise.all(value.keys.filter(isObject).map(completed)) }
  }
  if (typeof value.kty === 'string' || value.x5c !== undefined) return keysOfList([value])
  return keysByKid(value)
}

async function keysOfList(list: readonly JsonObject[]): Promise<PublicKeys> {
  const keys = await Promise.all(list.map(completed))
  return keys.some(({ kty }) => typeof kty === 'string') ? { keys } : NO_KEY
}

/** The members of a public key by its type (RFC 7518 section 6, RFC 8037 section 2). */
const MEMBERS: readonly string[] = ['n', 'x', 'k']

/** A key as a JWK: itself, or with the members of its certificate or of the Admin API's base64. */
async function completed(key: JsonObject): Promise<JsonObject> {
  if (MEMBERS.some((name) => typeof key[name] === 'string')) return key
  const [certificate] = Array.isArray(key.x5c) ? key.x5c : []
  const source = certificate ?? key.publicKey ?? key.certificate
  const read = typeof source === 'string' ? await keyOfText(source) : undefined
  if (!read) return key
  const { kid, alg = key.algorithm, use } = key
  return {
    ...read,
    ...(typeof kid === 'string' ? { kid } : {}),
    ...(typeof alg === 'string' ? { alg } : {}),
    ...(typeof use === 'string' ? { use: use.toLowerCase() } : {}),
  }
}

async function keysByKid(value: JsonObject): Promise<PublicKeys> {
  const keys = await Promise.all(
    Object.entries(value).map(async ([kid, text]) => {
      const isPem = typeof text === 'string' && text.includes('-----BEGIN ')
      const key = isPem ? await keyOfText(text) : undefined
      return key && { ...key, kid }
    }),
  )
  const found = keys.filter((key) => key !== undefined)
  return found.length > 0 ? { keys: found } : NO_KEY
}

async function keyOfText(text: string): Promise<JsonObject | undefined> {
  if (!text.includes('-----BEGIN ')) return keyOfBase64(text)
  const read = await keysOfPem(text)
  return 'keys' in read ? read.keys[0] : undefined
}

async function keysOfPem(text: string): Promise<PublicKeys> {
  const blocks = [...text.matchAll(/-----BEGIN ([A-Z0-9 ]{1,40})-----[^-]*-----END \1-----/g)]
  const keys: JsonObject[] = []
  let problem: PublicKeys | undefined
  for (const [block, name = ''] of blocks) {
    const key = await keyOfBlock(block.replaceAll('\r\n', '\n'), name)
    if (key) keys.push(key)
    else problem ??= problemOf(name)
  }
  return keys.length > 0 ? { keys } : (problem ?? NO_KEY)
}

function problemOf(name: string): PublicKeys {
  if (name === 'RSA PUBLIC KEY') return { problem: 'contains a public key that is not SPKI', hint: CONVERT }
  const what =
    name === 'CERTIFICATE' ? 'a certificate' : name.endsWith('PRIVATE KEY') ? 'a private key' : 'a public key'
  return { problem: `contains ${what} that cannot be read`, hint: EXPECTED }
}

/** Bare base64 does not say whether it is a key or a certificate. */
async function keyOfBase64(text: string): Promise<JsonObject | undefined> {
  const base64 = text.replace(/\s/g, '')
  if (!/^[A-Za-z0-9+/]{40,}={0,2}$/.test(base64)) return undefined
  for (const name of ['PUBLIC KEY', 'CERTIFICATE']) {
    const lines = base64.match(/.{1,64}/g)?.join('\n')
    const key = await keyOfBlock(`-----BEGIN ${name}-----\n${lines}\n-----END ${name}-----`, name)
    if (key) return key
  }
  return undefined
}

const IMPORTS: Readonly<Record<string, (pem: string, alg: string) => Promise<CryptoKey>>> = {
  'PUBLIC KEY': (pem, alg) => importSPKI(pem, alg, { extractable: true }),
  CERTIFICATE: (pem, alg) => importX509(pem, alg, { extractable: true }),
  'PRIVATE KEY': (pem, alg) => importPKCS8(pem, alg, { extractable: true }),
}

/** One algorithm for each type of key; the import fails for other types. */
const ALGS = ['RS256', 'ES256', 'ES384', 'ES512', 'EdDSA']

async function keyOfBlock(pem: string, name: string): Promise<JsonObject | undefined> {
  const read = Object.hasOwn(IMPORTS, name) ? IMPORTS[name] : undefined
  if (!read) return undefined
  for (const alg of ALGS) {
    const jwk = await read(pem, alg).then(exportJWK, () => undefined)
    if (jwk) return publicPart(jwk)
  }
  return undefined
}

function publicPart({ kty, n, e, crv, x, y }: JWK): JsonObject {
  const members = Object.entries({ kty, n, e, crv, x, y })
  return Object.fromEntries(members.filter(([, value]) => value !== undefined))
}
