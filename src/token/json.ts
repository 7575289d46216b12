/** Maximum nesting depth of a token's JSON. Real tokens stay below ten. */
export const MAX_DEPTH = 64

export type JsonObject = Readonly<Record<string, unknown>>

export type JsonReading =
  | { readonly ok: true; readonly value: unknown; readonly duplicates: readonly string[] }
  | { readonly ok: false; readonly problem: 'not-json' | 'too-deep'; readonly detail: string }

/**
 * Parses untrusted JSON in linear time, with a limit on its depth, so that code that walks the value needs no limit.
 * Names members that occur twice, because parsers differ in which one they use (RFC 8725 section 2.4). `__proto__`
 * stays an ordinary member.
 */
export function readJson(text: string): JsonReading {
  const shape = inspectShape(text)
  if (shape.depth > MAX_DEPTH) {
    return { ok: false, problem: 'too-deep', detail: `nested deeper than ${MAX_DEPTH} levels` }
  }
  try {
    return { ok: true, value: JSON.parse(text), duplicates: shape.duplicates }
  } catch (error) {
    return { ok: false, problem: 'not-json', detail: error instanceof Error ? error.message : String(error) }
  }
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Finds the nesting depth and repeated members in one pass; the text need not be JSON. */
function inspectShape(text: string): { depth: number; duplicates: string[] } {
  const open: (Names | undefined)[] = []
  const duplicates: string[] = []
  let depth = 0
  let last: string | undefined
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case 0x22: {
        const end = endOfString(text, i)
        last = text.slice(i, end + 1)
        i = end
        break
      }
      case 0x3a: {
        const names = open.at(-1)
        if (names !== undefined && last !== undefined) {
          const name = last.includes('\\') ? unescaped(last) : last.slice(1, -1)
          if (names.isKnown(name)) duplicates.push(name)
        }
        last = undefined
        break
      }
      case 0x7b:
        open.push(new Names())
        depth = Math.max(depth, open.length)
        break
      case 0x5b:
        open.push(undefined)
        depth = Math.max(depth, open.length)
        break
      case 0x7d:
      case 0x5d:
        open.pop()
        break
    }
    if (depth > MAX_DEPTH) break
  }
  return { depth, duplicates }
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
