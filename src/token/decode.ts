import { decodeBase64url, firstForeignCharacter, isBase64url } from './base64url.ts'
import { isObject, type JsonObject, readJson } from './json.ts'

/** The longest single token that is looked at. Keycloak's are a few kilobytes. */
export const MAX_TOKEN_LENGTH = 1024 * 1024

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
  /** What is wrong, in words; may quote the token. */
  readonly detail: string
}

/** A token taken apart. Nothing in it has been verified. */
export interface Decoded {
  /** `jws`: three parts. `jwe`: five, so what it says is hidden. `claims`: a payload without its token. */
  readonly form: 'jws' | 'jwe' | 'claims' | 'broken'
  /** The compact token, or the JSON text of the claims. */
  readonly text: string
  readonly header: JsonObject | undefined
  readonly payload: JsonObject | undefined
  /** Everything wrong with its build, never only the first. */
  readonly problems: readonly Problem[]
}

/**
 * Takes a compact JWS or JWE apart (RFC 7515 section 7.1, RFC 7516 section 7.1). Never throws: what is wrong is in
 * `problems`, and what could be read is there nevertheless. Does not verify and does not decrypt.
 */
export function decodeToken(text: string): Decoded {
  if (text.length > MAX_TOKEN_LENGTH) {
    const detail = `${text.length} characters; more than ${MAX_TOKEN_LENGTH} are not looked at`
    return broken(text, [{ code: 'too-large', part: 'token', detail }])
  }
  const parts = text.split('.', 7)
  const [header = '', payload, signature] = parts
  const problems: Problem[] = []
  const headerObject = readHeader(header, problems)
  if (parts.length === 5) return { form: 'jwe', text, header: headerObject, payload: undefined, problems }
  if (parts.length !== 3) problems.push({ code: 'parts', part: 'token', detail: partsDetail(parts.length) })
  const payloadObject = payload === undefined ? undefined : readPart(payload, 'payload', problems)
  if (signature !== undefined && !isBase64url(signature)) {
    problems.push({ code: 'base64', part: 'signature', detail: foreign(signature) })
  }
  const form = parts.length === 3 ? 'jws' : 'broken'
  return { form, text, header: headerObject, payload: payloadObject, problems }
}

/** A bare claims object, such as an audit log shows: there is no header and no signature to look at. */
export function decodeClaims(text: string): Decoded {
  const problems: Problem[] = []
  const payload = readObject(text, 'payload', problems)
  return { form: 'claims', text, header: undefined, payload, problems }
}

/**
 * What was inside an encrypted token: a signed token (RFC 7519 section 11.2). Claims alone are none: anybody can
 * encrypt what he likes with a key that is public.
 */
export function decodeInner(text: string): Decoded {
  const trimmed = text.trim()
  if (!trimmed.startsWith('{')) return decodeToken(trimmed)
  const { payload, problems } = decodeClaims(trimmed)
  const detail = 'inside the encryption are claims that nobody signed'
  return {
    form: 'broken',
    text: trimmed,
    header: undefined,
    payload,
    problems: [{ code: 'parts', part: 'token', detail }, ...problems],
  }
}

const broken = (text: string, problems: Problem[]): Decoded => ({
  form: 'broken',
  text,
  header: undefined,
  payload: undefined,
  problems,
})

const partsDetail = (count: number) =>
  count < 3
    ? `${count} of 3 parts: it was cut off, or it is not a signed token`
    : `${count > 6 ? 'more than 6' : count} parts: a signed token has 3, an encrypted one 5`

/** One realm's tokens share a handful of headers, and a file of ten thousand of them should pay for one. */
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
/** Most payloads fit; getting memory for each costs more than decoding it. */
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
    problems.push({ code: 'duplicate-member', part, detail: `${JSON.stringify(name)} is there twice` })
  }
  if (isObject(reading.value)) return reading.value
  problems.push({ code: 'not-an-object', part, detail: 'it is JSON, but no object' })
  return undefined
}

function foreign(text: string): string {
  const found = firstForeignCharacter(text)
  if (!found) {
    return text.length % 4 === 1
      ? `its length (${text.length}) cannot be base64url: characters are missing`
      : 'its last character is not what an encoder writes: it was changed'
  }
  return `character ${found.at + 1} (${JSON.stringify(found.character)}) is not base64url`
}
