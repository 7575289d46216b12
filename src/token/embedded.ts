import { endOfString, isObject, type JsonObject, readJson } from './json.ts'

/** A JSON object and where it begins and ends in the text. */
export interface Embedded {
  readonly start: number
  readonly end: number
  readonly value: JsonObject
}

/** `{"a":1,"b":2}`: shorter text is neither claims nor a token response. */
const SHORTEST = 13

/** Yields the JSON objects inside other text, such as a log. Gives up after 20 braces that begin no object. */
export function* embeddedObjects(text: string): Generator<Embedded> {
  let misses = 0
  for (let start = text.indexOf('{'); start >= 0 && misses < 20; ) {
    const end = endOfObject(text, start)
    if (end !== undefined && end - start < SHORTEST) {
      start = text.indexOf('{', end)
      continue
    }
    const reading = end === undefined ? undefined : readJson(text.slice(start, end))
    if (end !== undefined && reading?.ok && isObject(reading.value)) {
      yield { start, end, value: reading.value }
      start = text.indexOf('{', end)
    } else {
      misses++
      start = text.indexOf('{', start + 1)
    }
  }
}

function endOfObject(text: string, start: number): number | undefined {
  let depth = 0
  for (let i = start; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 0x22) i = endOfString(text, i)
    else if (code === 0x7b) depth++
    else if (code === 0x7d && --depth === 0) return i + 1
  }
  return undefined
}
