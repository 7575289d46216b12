import { ownProperty } from '../util/own-property.ts'
import { decodeBase64url } from './base64url.ts'
import { isObject, readJson } from './json.ts'
import { signatureLengths } from './signature-length.ts'

const utf8 = new TextDecoder()

/** What a header says about its token, as far as finding its end needs it. */
export interface Header {
  readonly signed: boolean
  /** The possible lengths of the last part; `undefined` if any is possible. */
  readonly lengths: readonly number[] | undefined
}

/** The last header: in a text with many tokens the next one is usually the same. */
let latest: { readonly part: string; readonly header: Header | undefined } | undefined

/** Parses the first part of a token; `undefined` if it is not the header of one. */
export function readHeader(part: string): Header | undefined {
  if (latest?.part !== part) latest = { part, header: parseHeader(part) }
  return latest.header
}

function parseHeader(part: string): Header | undefined {
  const bytes = decodeBase64url(part.replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_'))
  // Cheap checks first, because most words are not headers: `{"alg":""}` is the shortest, and it ends with a brace.
  if (!bytes || bytes.length < 10 || !/}\s*$/.test(String.fromCharCode(...bytes.subarray(-4))))
    return undefined
  const reading = readJson(utf8.decode(bytes))
  if (!reading.ok || !isObject(reading.value)) return undefined
  const { alg, enc } = reading.value
  if (typeof enc === 'string') return { signed: false, lengths: ownProperty(TAG_LENGTHS, enc) }
  if (typeof alg !== 'string' && !('typ' in reading.value) && !('kid' in reading.value)) return undefined
  return {
    signed: true,
    lengths: /^[RP]S(?:256|384|512)$/.test(String(alg)) ? RSA : signatureLengths(String(alg)),
  }
}

const HEADER_START = /^\{\s*"(?:alg|typ|kid|enc|cty|zip|jku|jwk|x5|crit)/

/** Whether text begins like a token's header, in its first few characters. */
export function beginsLikeHeader(text: string): boolean {
  const bytes = decodeBase64url(text.slice(0, 12))
  return bytes !== undefined && HEADER_START.test(String.fromCharCode(...bytes))
}

/** Characters of the shortest header that counts as cut off: shorter ones are masked rather than cut. */
const SHORTEST_CUT = 16

/** Returns whether text is the beginning of a token's header that was cut off. */
export function isCutHeader(text: string): boolean {
  if (text.length < SHORTEST_CUT || !beginsLikeHeader(text) || readHeader(text)) return false
  const bytes = decodeBase64url(text.slice(0, text.length - (text.length % 4)))
  return bytes !== undefined && /^[\t\n\r\x20-\x7e]+$/.test(utf8.decode(bytes))
}

/** Returns whether a token with this many parts, the last of this length, is complete. */
export function isComplete(header: Header | undefined, length: number, count: number): boolean {
  if (!header || count !== (header.signed ? 3 : 5)) return false
  return header.lengths === undefined || header.lengths.includes(length)
}

/** Like `isComplete`, also for 1024-bit RSA, whose length may be a wrapped line of a longer signature. */
export const mayEndHere = (header: Header | undefined, length: number, count: number) =>
  isComplete(header, length, count) || (header?.lengths === RSA && count === 3 && length === 171)

const RSA = [342, 512, 683, 1366]
const TAG_LENGTHS: Readonly<Record<string, readonly number[]>> = {
  A128GCM: [22],
  A192GCM: [22],
  A256GCM: [22],
  'A128CBC-HS256': [22],
  'A192CBC-HS384': [32],
  'A256CBC-HS512': [43],
}
