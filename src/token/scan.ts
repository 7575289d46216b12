import { ownProperty } from '../util/own-property.ts'
import { decodeBase64url } from './base64url.ts'
import { readJson } from './json.ts'
import {
  beginsLikeHeader,
  type Header,
  isComplete,
  isCutHeader,
  mayEndHere,
  readHeader,
} from './scan-header.ts'

/** A compact token in a text, with the line breaks inside it removed. */
export interface Run {
  readonly text: string
  /** Where it begins and ends in the text that was searched. */
  readonly start: number
  readonly end: number
}

// A JSON object begins with `{` and a quote or white space: eyJ, eyA, ewo, ew0, ewk.
const START = /e[wy][A-Za-z0-9_-]/g
const WORD = /[A-Za-z0-9_-]*/y
// A line break inserted by a terminal, an editor, a mail program (`> `) or a shell (`\`); or its JSON escape.
const GAP = /(?:[ \t]*\\?\r?\n[ \t>]*)+|(?:\\r)?\\n|[ \t]+/y
// Further parts directly after a token. A full stop before a space ends a sentence instead.
const TAIL = /(?:\.[A-Za-z0-9_-]+){1,3}/y
const MAX_PARTS = 6
const MAX_JSON_TRIES = 32

/** Finds everything with the shape of a compact token, in time linear in the length of the text. */
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
    // Advance past it even if it was no token; otherwise scanning is quadratic.
    START.lastIndex = end
  }
  return runs
}

/** Whether a word begins here; it does after `%3D` and `\n` although a letter precedes it. */
function isBoundary(text: string, start: number): boolean {
  if (start === 0 || !/[A-Za-z0-9_.-]/.test(text.charAt(start - 1))) return true
  return /(?:%[0-9A-Fa-f]{2}|\\[nrt])$/.test(text.slice(Math.max(0, start - 3), start))
}

function endOfWord(text: string, from: number): number {
  WORD.lastIndex = from
  WORD.exec(text)
  return WORD.lastIndex
}

/** A part of a token, collected in pieces. They are joined once; joining at every line break is quadratic. */
class Part {
  readonly pieces: string[] = []
  length = 0
  /** The last four characters. */
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

/** Where a token ends if the text after a line break does not belong to it. */
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
    const complete = isComplete(header, part.length, count)
    const sign = signAt(text, end)
    if (sign?.character === '.' && count < MAX_PARTS && !complete) {
      if (count === 1) header = readHeader(part.text)
      if (!header) return cutHeader(text, start, end, part.text)
      parts.push(part)
      part = new Part()
      retreat = undefined
      at = sign.end
      continue
    }
    // Standard base64 or padding is not allowed. Keep it, so that the decoder reports it.
    if (sign && belongsToPart(sign, text, { count, complete })) {
      part.add(sign.character)
      at = sign.end
      continue
    }
    // Dots in place of what was cut off: what follows them is not part of the token.
    if (part.length === 0 && parts.at(-1)?.length === 0) break
    const after = endOfGap(text, end)
    if (after === end || complete || beginsAnew(text, end, after)) break
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
  // A receiver gets these parts too and rejects the token; without them it would be a different token.
  const tail = tailAt(text, end)
  return finish(start, end + tail.length, [...parts, part], header, tail)
}

/** A dot, or a character of standard base64, that may be percent-encoded. */
interface Sign {
  readonly character: string
  /** Where the text goes on. */
  readonly end: number
}

function signAt(text: string, at: number): Sign | undefined {
  const next = text.charAt(at)
  if (next === '.' || next === '+' || next === '/' || next === '=') return { character: next, end: at + 1 }
  const character = next === '%' ? ownProperty(ENCODED, text.slice(at + 1, at + 3).toUpperCase()) : undefined
  return character === undefined ? undefined : { character, end: at + 3 }
}

const ENCODED: Readonly<Record<string, string>> = { '2B': '+', '2E': '.', '2F': '/', '3D': '=' }

/**
 * Whether `+`, `/` or `=` is part of a token rather than of the text after it. After a complete signature only padding
 * is: a slash or a plus sign begins something else there.
 */
function belongsToPart(
  { character, end }: Sign,
  text: string,
  { count, complete }: { count: number; complete: boolean },
): boolean {
  if (character === '.') return false
  const goesOn = /[A-Za-z0-9_.+/=%-]/.test(text.charAt(end))
  if (count < 3) return goesOn
  if (complete || character === '=') return character === '=' && !/[A-Za-z0-9_-]/.test(text.charAt(end))
  return goesOn
}

function tailAt(text: string, at: number): string {
  TAIL.lastIndex = at
  return TAIL.exec(text)?.[0] ?? ''
}

function finish(
  start: number,
  end: number,
  parts: Part[],
  header: Header | undefined,
  tail: string,
): { run?: Run; end: number } {
  const texts = parts.map((part) => part.text)
  // A full stop that ends the sentence, or dots in place of what was cut off. An unsigned token ends with one dot.
  const isUnsigned = texts.length === 3 && texts[2] === '' && texts[1] !== ''
  while (!isUnsigned && texts.length > 1 && texts.at(-1) === '') texts.pop()
  const [first = ''] = texts
  if (!(header ?? readHeader(first)) && !isCutHeader(first)) return { end }
  return { run: { text: texts.join('.') + tail, start, end }, end }
}

/** A header that was cut off: nothing but dots or a space follows it. A damaged one with further parts is no run. */
function cutHeader(text: string, start: number, end: number, part: string): { run?: Run; end: number } {
  const goesOn = /[A-Za-z0-9_-]/.test(text.charAt(end + 1))
  return !goesOn && isCutHeader(part) ? { run: { text: part, start, end }, end } : { end }
}

function endOfGap(text: string, at: number): number {
  GAP.lastIndex = at
  return GAP.exec(text) ? GAP.lastIndex : at
}

/** Whether a line begins another token: it starts like a header, and the part before it is not empty. */
const beginsAnew = (text: string, end: number, after: number): boolean =>
  text.charAt(end - 1) !== '.' &&
  text.charAt(after) === 'e' &&
  beginsLikeHeader(text.slice(after, after + 12))

const utf8 = new TextDecoder()

/** Whether a part ends with a closing brace; decodes only its last characters. */
function endsLikeJson({ tail, length }: Part): boolean {
  return decodeBase64url(length % 4 === 0 ? tail : tail.slice(-(length % 4)))?.at(-1) === 0x7d
}

function isJsonPart(part: string): boolean {
  const bytes = decodeBase64url(part)
  return bytes !== undefined && readJson(utf8.decode(bytes)).ok
}
