import { keepNumberSource } from '../util/exact-json.ts'

/** Maximum nesting depth of a token's JSON. Real tokens stay below ten. */
export const MAX_DEPTH = 64

export type JsonObject = Readonly<Record<string, unknown>>

export type JsonReading =
  | { readonly ok: true; readonly value: unknown; readonly duplicates: readonly string[] }
  | { readonly ok: false; readonly problem: 'not-json' | 'too-deep'; readonly detail: string }

/**
 * Parses untrusted JSON in linear time, with a limit on its depth, so that code that walks the value needs no limit.
 * Names members that occur twice, because parsers differ in which one they use (RFC 8725 section 2.4). `__proto__`
 * stays an ordinary member. Keeps the source text of numbers that JavaScript would write differently (`numberSource`).
 */
export function readJson(text: string): JsonReading {
  const shape = inspectShape(text)
  if (shape.depth > MAX_DEPTH) {
    return { ok: false, problem: 'too-deep', detail: `nested deeper than ${MAX_DEPTH} levels` }
  }
  try {
    const value: unknown = JSON.parse(text)
    for (const { path, source } of shape.numbers) keepSourceAt(value, path, source)
    return { ok: true, value, duplicates: shape.duplicates }
  } catch (error) {
    return { ok: false, problem: 'not-json', detail: error instanceof Error ? error.message : String(error) }
  }
}

/** Keeps the source text of the number at a path; a repeated member may have replaced it. */
function keepSourceAt(root: unknown, path: readonly string[], source: string): void {
  let holder: unknown = root
  for (const key of path.slice(0, -1)) {
    if (typeof holder !== 'object' || holder === null) return
    holder = Reflect.get(holder, key)
  }
  const key = path.at(-1)
  if (typeof holder === 'object' && holder !== null && key !== undefined)
    keepNumberSource(holder, key, source)
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What a first pass over JSON finds. */
interface Shape {
  depth: number
  readonly duplicates: string[]
  /** Numbers whose text JavaScript would change, with their path. */
  readonly numbers: { readonly path: readonly string[]; readonly source: string }[]
}

/** An open object (with the names of its members) or list. */
interface Level {
  readonly names: Names | undefined
  /** The name of the current member, or the index of the current item. */
  key: string
}

/** At most this many numbers of one text keep their source. */
const MAX_SOURCES = 1000
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y

/** Finds the nesting depth, repeated members and odd numbers in one pass; the text need not be JSON. */
function inspectShape(text: string): Shape {
  const open: Level[] = []
  const shape: Shape = { depth: 0, duplicates: [], numbers: [] }
  let last: string | undefined
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 0x22) {
      const end = endOfString(text, i)
      last = text.slice(i, end + 1)
      i = end
    } else if (code === 0x3a) {
      if (last !== undefined) nameMember(open.at(-1), last, shape)
      last = undefined
    } else if (code === 0x7b || code === 0x5b) {
      open.push(code === 0x7b ? { names: new Names(), key: '' } : { names: undefined, key: '0' })
      shape.depth = Math.max(shape.depth, open.length)
      if (shape.depth > MAX_DEPTH) break
    } else if (code === 0x7d || code === 0x5d) {
      open.pop()
    } else if (code === 0x2c) {
      const level = open.at(-1)
      if (level && !level.names) level.key = String(Number(level.key) + 1)
    } else if (code === 0x2d || (code >= 0x30 && code <= 0x39)) {
      i = endOfNumber(text, i, open, shape)
    }
  }
  return shape
}

function nameMember(level: Level | undefined, quoted: string, { duplicates }: Shape): void {
  if (!level?.names) return
  level.key = quoted.includes('\\') ? unescaped(quoted) : quoted.slice(1, -1)
  if (level.names.isKnown(level.key)) duplicates.push(level.key)
}

/** Returns the index of a number's last character; adds it to the shape if JavaScript would write it differently. */
function endOfNumber(text: string, start: number, open: readonly Level[], { numbers }: Shape): number {
  NUMBER.lastIndex = start
  const source = NUMBER.exec(text)?.[0]
  if (source === undefined) return start
  const isPlain = source.length < 16 && !/[.eE]/.test(source) && source !== '-0'
  if (!isPlain && JSON.stringify(Number(source)) !== source && numbers.length < MAX_SOURCES)
    numbers.push({ path: open.map(({ key }) => key), source })
  return start + source.length - 1
}

/** The member names of one object so far: a list while there are few (faster), then a set. */
class Names {
  #few: string[] = []
  #many: Set<string> | undefined

  /** Adds a name; returns whether it was there before. */
  isKnown(name: string): boolean {
    if (this.#many) {
      const before = this.#many.size
      return this.#many.add(name).size === before
    }
    if (this.#few.includes(name)) return true
    this.#few.push(name)
    if (this.#few.length > 32) this.#many = new Set(this.#few)
    return false
  }
}

/** Returns the index of the quote that closes the string opened at `start`, or the end of the text. */
export function endOfString(text: string, start: number): number {
  let end = start
  for (;;) {
    end = text.indexOf('"', end + 1)
    if (end < 0) return text.length
    let slashes = 0
    while (text.charCodeAt(end - 1 - slashes) === 0x5c) slashes++
    if (slashes % 2 === 0) return end
  }
}

function unescaped(quoted: string): string {
  try {
    return String(JSON.parse(quoted))
  } catch {
    return quoted.slice(1, -1)
  }
}
