type Json = Readonly<Record<string, unknown>>
type Texts = readonly (readonly [path: string, text: string])[]

/** Docker cuts lines at 16 KB; a member without a line break and of less than this is whole. */
const SHORTEST_CUT = 16_000
const LONGEST_WHOLE = 256 * 1024

/** Joins lines that a container runtime cut, for each node and stream: CRI (`logtag`, `_p`), Docker (16 KB). */
export class PartialTexts {
  readonly #open = new Map<string, string>()

  /** @returns the texts, that of a cut line in full; `waits` where the rest of the line is still to come */
  take(value: Json, texts: Texts, source: string): Texts | 'waits' {
    const found = texts.find(([path]) => /\.(?:log|message|MESSAGE)$/.test(path))
    if (!found) return texts
    const [path, text] = found
    const whole = this.join(`${source}${String(value.stream ?? '')}`, text, isCut(value, text))
    return whole === undefined ? 'waits' : texts.map((pair) => (pair === found ? [path, whole] : pair))
  }

  /** @returns the whole line, or undefined where its rest is still to come */
  join(key: string, text: string, isCutHere: boolean): string | undefined {
    const before = this.#open.get(key)
    if (!isCutHere) {
      if (before === undefined) return text
      this.#open.delete(key)
      return before + text
    }
    this.#open.set(key, ((before ?? '') + text).slice(0, LONGEST_WHOLE))
    return undefined
  }
}

function isCut(value: Json, text: string): boolean {
  if (value.logtag === 'P' || value._p === 'P') return true
  if (String(value.partial_message) === 'true') return String(value.partial_last) !== 'true'
  const isDockers = typeof value.stream === 'string' && typeof value.log === 'string'
  return isDockers && value.logtag === undefined && text.length >= SHORTEST_CUT && !text.endsWith('\n')
}
