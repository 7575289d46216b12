import { decodeBase64url, firstForeignCharacter, isBase64url } from './base64url.ts'
import { isObject, type JsonObject, readJson } from './json.ts'

/** Characters of the longest token that is read. Keycloak's tokens have a few kilobytes. */
export const MAX_TOKEN_LENGTH = 1024 * 1024

/** Something wrong with the encoding of a token. */
export type Problem = {
  readonly code:
    | 'too-large'
    | 'parts'
    | 'base64'
    | 'utf8'
    | 'not-json'
    | 'too-deep'
    | 'not-an-object'
    | 'duplicate-member'
  readonly part: 'token' | 'header' | 'payload' | 'signature'
  /** May quote the token. */
  readonly detail: string
}

/** A decoded token. Nothing in it has been verified. */
export interface Decoded {
  /** `jws`: three parts. `jwe`: five, its content is encrypted. `claims`: a payload without its token. */
  readonly form: 'jws' | 'jwe' | 'claims' | 'opaque' | 'broken'
  /** The compact token, or the JSON text of the claims. */
  readonly text: string
  readonly header: JsonObject | undefined
  readonly payload: JsonObject | undefined
  /** All problems, not only the first. */
  readonly problems: readonly Problem[]
}

/**
 * Decodes a compact JWS or JWE (RFC 7515 section 7.1, RFC 7516 section 7.1). Never throws: `problems` lists what is
 * wrong, and readable parts are returned anyway. Does not verify and does not decrypt.
 */
export function decodeToken(text: string): Decoded {
  if (text.length > MAX_TOKEN_LENGTH) {
    const detail = `${text.length} characters; at most ${MAX_TOKEN_LENGTH} are read`
    return broken(text, [{ code: 'too-large', part: 'token', detail }])
  }
  const parts = text.split('.', 7)
  const [header = '', payload, signature] = parts
  const problems: Problem[] = []
  const headerObject = readHeader(header, problems)
  if (parts.length === 5) return { form: 'jwe', text, header: headerObject, payload: undefined, problems }
  const payloadObject = payload === undefined ? undefined : readPart(payload, 'payload', problems)
  if (parts.length < 3) {
    // What is wrong with the part in which it ends follows from that.
    const last = payload === undefined ? 'header' : 'payload'
    const others = problems.filter(({ part }) => part !== last)
    const detail = cutDetail(text, payload, headerObject, payloadObject)
    return {
      form: 'broken',
      text,
      header: headerObject,
      payload: payloadObject,
      problems: [...others, { code: 'parts', part: 'token', detail }],
    }
  }
  if (parts.length > 3) {
    problems.push({ code: 'parts', part: 'token', detail: partsDetail(parts.length) })
  }
  if (signature !== undefined && !isBase64url(signature)) {
    problems.push({ code: 'base64', part: 'signature', detail: foreign(signature) })
  }
  const form = parts.length === 3 ? 'jws' : 'broken'
  return { form, text, header: headerObject, payload: payloadObject, problems }
}

/** An opaque token: nothing can be decoded. */
export const opaqueToken = (text: string): Decoded => ({
  form: 'opaque',
  text,
  header: undefined,
  payload: undefined,
  problems: [],
})

/** Decodes a bare claims object, such as one from an audit log. It has no header and no signature. */
export function decodeClaims(text: string): Decoded {
  const problems: Problem[] = []
  const payload = readObject(text, 'payload', problems)
  return { form: 'claims', text, header: undefined, payload, problems }
}

/**
 * Decodes the content of an encrypted token: a signed token (RFC 7519 section 11.2). Bare claims are `broken`, because
 * anybody can encrypt anything with a public key.
 */
export function decodeInner(text: string): Decoded {
  const trimmed = text.trim()
  if (!trimmed.startsWith('{')) {
    const inner = decodeToken(trimmed)
    // Text with four dots is not an encrypted token.
    return inner.form === 'jwe' && typeof inner.header?.enc !== 'string'
      ? { ...inner, form: 'broken', problems: [NOT_A_TOKEN] }
      : inner
  }
  const { payload, problems } = decodeClaims(trimmed)
  const detail = 'the encrypted content is claims without a signature'
  return {
    form: 'broken',
    text: trimmed,
    header: undefined,
    payload,
    problems: [{ code: 'parts', part: 'token', detail }, ...problems],
  }
}

const NOT_A_TOKEN: Problem = {
  code: 'parts',
  part: 'token',
  detail: 'the encrypted content is not a token',
}

const broken = (text: string, problems: Problem[]): Decoded => ({
  form: 'broken',
  text,
  header: undefined,
  payload: undefined,
  problems,
})

const partsDetail = (count: number) =>
  `${count > 6 ? 'more than 6' : count} parts: a signed token has 3, an encrypted one 5`

/** Says where a token with fewer than three parts ends. */
function cutDetail(
  text: string,
  payload: string | undefined,
  header: JsonObject | undefined,
  claims: JsonObject | undefined,
): string {
  if (payload === undefined && !header)
    return `it ends in its header, after ${text.length} characters: it was cut off`
  if (!payload) return 'it ends after its header: it was cut off, or it is not a token'
  return claims
    ? 'it ends after its payload: its signature was cut off'
    : `it ends in its payload, after ${text.length} characters: it was cut off`
}

/** Decoded headers by their text: the tokens of one realm share a few of them. */
const headers = new Map<string, JsonObject>()

function readHeader(text: string, problems: Problem[]): JsonObject | undefined {
  const known = headers.get(text)
  if (known) return known
  const before = problems.length
  const header = readPart(text, 'header', problems)
  if (header && problems.length === before && text.length < 1024) {
    if (headers.size >= 32) headers.clear()
    headers.set(text, Object.freeze(header))
  }
  return header
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
/** Reused buffer: allocating memory for each payload costs more than decoding it. */
const scratch = new Uint8Array(8192)

function readPart(text: string, part: 'header' | 'payload', problems: Problem[]): JsonObject | undefined {
  const bytes = decodeBase64url(text, scratch)
  if (!bytes) {
    problems.push({ code: 'base64', part, detail: foreign(text) })
    return undefined
  }
  let json: string
  try {
    json = utf8.decode(bytes)
  } catch {
    problems.push({ code: 'utf8', part, detail: 'its bytes are not UTF-8' })
    return undefined
  }
  return readObject(json, part, problems)
}

function readObject(json: string, part: 'header' | 'payload', problems: Problem[]): JsonObject | undefined {
  const reading = readJson(json)
  if (!reading.ok) {
    const detail = reading.problem === 'too-deep' ? reading.detail : 'it is not JSON'
    problems.push({ code: reading.problem, part, detail })
    return undefined
  }
  for (const name of reading.duplicates) {
    problems.push({ code: 'duplicate-member', part, detail: `${JSON.stringify(name)} occurs twice` })
  }
  if (isObject(reading.value)) return reading.value
  problems.push({ code: 'not-an-object', part, detail: 'it is JSON, but not an object' })
  return undefined
}

function foreign(text: string): string {
  const found = firstForeignCharacter(text)
  if (!found) {
    return text.length % 4 === 1
      ? `its length (${text.length}) cannot be base64url: characters are missing`
      : 'its last character cannot come from an encoder: it was changed or cut off'
  }
  return `character ${found.at + 1} (${JSON.stringify(found.character)}) is not base64url`
}
