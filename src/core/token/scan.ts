import { own } from '../own.ts'
import { decodeBase64url } from './base64url.ts'
import { isObject, readJson } from './json.ts'

/** Something in a text that is shaped like a compact token, with line breaks inside it taken out. */
export interface Run {
  readonly text: string
  /** Where it begins and ends in the text that was searched. */
  readonly start: number
  readonly end: number
}

// A JSON object begins with `{` and a quote or white space: eyJ, eyA, ewo, ew0, ewk.
const START = /e[wy][A-Za-z0-9_-]/g
const WORD = /[A-Za-z0-9_-]*/y
// A break put in by a terminal, an editor, a mail program (`> `) or a shell (`\`); or its JSON escape.
const GAP = /(?:[ \t]*\\?\r?\n[ \t>]*)+|(?:\\r)?\\n|[ \t]+/y
const MAX_PARTS = 6
const MAX_JSON_TRIES = 32

/** Finds everything shaped like a compact token, in time linear in the length of the text. */
export function scanForTokens(text: string): Run[] {
  const runs: Run[] = []
  const textEnd = text.trimEnd().length
  START.lastIndex = 0
  for (let match = START.exec(text); match; match = START.exec(text)) {
    const start = match.index
    if (!isBoundary(text, start)) {
      START.lastIndex = endOfWord(text, start)
      continue
    }
    const { run, end } = readRun(text, start, textEnd)
    if (run) runs.push(run)
    // Also when it was none: what was read once is not read again, or the time would be that of its square.
    START.lastIndex = end
  }
  return runs
}

/** Does a word begin here? After `%3D` and `\n` one does, though a letter stands before it. */
function isBoundary(text: string, start: number): boolean {
  if (start === 0 || !/[A-Za-z0-9_.-]/.test(text.charAt(start - 1))) return true
  return /(?:%[0-9A-Fa-f]{2}|\\[nrt])$/.test(text.slice(Math.max(0, start - 3), start))
}

function endOfWord(text: string, from: number): number {
  WORD.lastIndex = from
  WORD.exec(text)
  return WORD.lastIndex
}

/** A part as it grows, piece by piece. Joined once: joining at every line break would cost the square of its length. */
class Part {
  readonly pieces: string[] = []
  length = 0
  /** The last four characters or fewer. */
  tail = ''

  add(piece: string): void {
    this.pieces.push(piece)
    this.length += piece.length
    this.tail = (this.tail + piece.slice(-4)).slice(-4)
  }

  get text(): string {
    return this.pieces.join('')
  }
}

/** How far a token goes if what follows a break does not belong to it. */
interface Retreat {
  readonly pieces: number
  readonly end: number
}

function readRun(text: string, start: number, textEnd: number): { run?: Run; end: number } {
  const parts: Part[] = []
  let part = new Part()
  let header: Header | undefined
  let retreat: Retreat | undefined
  let tries = 0
  let at = start
  let end = start
  for (;;) {
    end = endOfWord(text, at)
    part.add(text.slice(at, end))
    const count = parts.length + 1
    const next = text.charAt(end)
    if (next === '.' && count < MAX_PARTS && !isComplete(header, part.length, count)) {
      if (count === 1) header = readHeader(part.text)
      if (!header) return { end }
      parts.push(part)
      part = new Part()
      retreat = undefined
      at = end + 1
      continue
    }
    if (count < 3 && /[+/=]/.test(next) && /[A-Za-z0-9_.+/=-]/.test(text.charAt(end + 1))) {
      // Standard base64 or padding: not allowed, and worth saying, so it stays part of the token.
      part.add(next)
      at = end + 1
      continue
    }
    const after = endOfGap(text, end)
    if (after === end || isComplete(header, part.length, count) || beginsAnew(text, end, after)) break
    if (!/[A-Za-z0-9_.-]/.test(text.charAt(after))) break
    if (count === 2 && endsLikeJson(part) && text.charAt(after) !== '.') {
      if (++tries > MAX_JSON_TRIES || isJsonPart(part.text)) break
    }
    retreat ??= { pieces: part.pieces.length, end }
    at = after
  }
  if (retreat && !mayEndHere(header, part.length, parts.length + 1) && end < textEnd) {
    part.pieces.length = retreat.pieces
    end = retreat.end
  }
  return finish(start, end, [...parts, part], header)
}

function finish(
  start: number,
  end: number,
  parts: Part[],
  header: Header | undefined,
): { run?: Run; end: number } {
  const texts = parts.map((part) => part.text)
  // A full stop that ends the sentence, and none that belongs to the token.
  while (texts.length > 3 && texts.at(-1) === '') texts.pop()
  if (!(header ?? readHeader(texts[0] ?? ''))) return { end }
  return { run: { text: texts.join('.'), start, end }, end }
}

function endOfGap(text: string, at: number): number {
  GAP.lastIndex = at
  return GAP.exec(text) ? GAP.lastIndex : at
}

/** A line that begins like a token's header is another token, unless the part before it is still to come. */
function beginsAnew(text: string, end: number, after: number): boolean {
  if (text.charAt(end - 1) === '.' || text.charAt(after) !== 'e') return false
  const bytes = decodeBase64url(text.slice(after, after + 12))
  return bytes !== undefined && HEADER_START.test(String.fromCharCode(...bytes))
}

const HEADER_START = /^\{\s*"(?:alg|typ|kid|enc|cty|zip|jku|jwk|x5|crit)/

const utf8 = new TextDecoder()

interface Header {
  readonly signed: boolean
  /** The lengths that the last part may have; `undefined` when any will do. */
  readonly lengths: readonly number[] | undefined
}

/** The last header that was read: in a text with many tokens it is usually the next one too. */
let latest: { readonly part: string; readonly header: Header | undefined } | undefined

function readHeader(part: string): Header | undefined {
  if (latest?.part !== part) latest = { part, header: parseHeader(part) }
  return latest.header
}

function parseHeader(part: string): Header | undefined {
  const bytes = decodeBase64url(part.replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_'))
  // Most words are no header, and asking a parser is dear: `{"alg":""}` is the shortest, and JSON ends with a brace.
  if (!bytes || bytes.length < 10 || !/}\s*$/.test(String.fromCharCode(...bytes.subarray(-4))))
    return undefined
  const reading = readJson(utf8.decode(bytes))
  if (!reading.ok || !isObject(reading.value)) return undefined
  const { alg, enc } = reading.value
  if (typeof enc === 'string') return { signed: false, lengths: own(TAG_LENGTHS, enc) }
  if (typeof alg !== 'string' && !('typ' in reading.value) && !('kid' in reading.value)) return undefined
  return { signed: true, lengths: own(SIGNATURE_LENGTHS, String(alg)) }
}

function isComplete(header: Header | undefined, length: number, count: number): boolean {
  if (!header || count !== (header.signed ? 3 : 5)) return false
  return header.lengths === undefined || header.lengths.includes(length)
}

/** As `isComplete`, for a length that would mislead in the middle: that of a 1024-bit RSA signature. */
const mayEndHere = (header: Header | undefined, length: number, count: number) =>
  isComplete(header, length, count) || (header?.lengths === RSA && count === 3 && length === 171)

/** Decodes the last few characters only: does this part end with a brace? */
function endsLikeJson({ tail, length }: Part): boolean {
  return decodeBase64url(length % 4 === 0 ? tail : tail.slice(-(length % 4)))?.at(-1) === 0x7d
}

function isJsonPart(part: string): boolean {
  const bytes = decodeBase64url(part)
  return bytes !== undefined && readJson(utf8.decode(bytes)).ok
}

const RSA = [342, 512, 683, 1366]
const SIGNATURE_LENGTHS: Readonly<Record<string, readonly number[]>> = {
  HS256: [43],
  HS384: [64],
  HS512: [86],
  RS256: RSA,
  RS384: RSA,
  RS512: RSA,
  PS256: RSA,
  PS384: RSA,
  PS512: RSA,
  ES256: [86],
  ES384: [128],
  ES512: [176],
  EdDSA: [86, 152],
  Ed25519: [86],
  none: [0],
}
const TAG_LENGTHS: Readonly<Record<string, readonly number[]>> = {
  A128GCM: [22],
  A192GCM: [22],
  A256GCM: [22],
  'A128CBC-HS256': [22],
  'A192CBC-HS384': [32],
  'A256CBC-HS512': [43],
}
