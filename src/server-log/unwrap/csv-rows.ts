/** Names of fields in exports of log stores: one of them is in the first line of a table. */
const FIELD =
  /^(?:@?timestamp|_?time|date|ts|@?message|msg|log|line|_?raw|body|content|text_?payload|jsonpayload[\w.]*|event|level|host|service|source|insertid)$/i
const NAME = /^[\w@.$#: /()[\]-]{1,80}$/
const SEPARATORS = [',', ';', '\t', '|']
const LONGEST_ROW = 1024 * 1024

/** Reads a table (RFC 4180, also with `;`, tab or `|`) line by line; a quoted field may hold line breaks. */
export class CsvRows {
  readonly #separator: string
  readonly names: readonly string[]
  #open = ''
  /** Is a quoted field open? */
  #isInside = false

  private constructor(separator: string, names: readonly string[]) {
    this.#separator = separator
    this.names = names
  }

  /** A reader for a table with these heads; undefined where this line names no columns. */
  static from(line: string): CsvRows | undefined {
    for (const separator of SEPARATORS) {
      const names = split(line, separator)
      if (names?.every((name) => NAME.test(name)) && names.some((name) => FIELD.test(name.trim())))
        return new CsvRows(separator, names)
    }
    return undefined
  }

  /** What is held of a row that has not ended. */
  get held(): string {
    return this.#open
  }

  /** @returns the row that this line ends, as an object; `open` where a quoted field goes on, `broken` for no row */
  push(line: string): Readonly<Record<string, string>> | 'open' | 'broken' {
    const text = this.#isInside ? `${this.#open}\n${line}` : line
    if (line.split('"').length % 2 === 0) this.#isInside = !this.#isInside
    if (this.#isInside && text.length <= LONGEST_ROW) {
      this.#open = text
      return 'open'
    }
    this.#open = ''
    this.#isInside = false
    const fields = split(text, this.#separator)
    if (fields === undefined || fields.length !== this.names.length) return 'broken'
    return Object.fromEntries(this.names.map((name, i) => [name, fields[i] ?? '']))
  }
}

/** The fields of a row; undefined where a quoted one has not ended. */
function split(text: string, separator: string): string[] | undefined {
  const fields: string[] = []
  let at = 0
  for (;;) {
    if (text[at] === '"') {
      const end = closing(text, at + 1)
      if (end < 0) return undefined
      fields.push(text.slice(at + 1, end).replaceAll('""', '"'))
      at = end + 1
    } else {
      const end = text.indexOf(separator, at)
      fields.push(text.slice(at, end < 0 ? undefined : end))
      at = end < 0 ? text.length : end
    }
    if (text[at] !== separator) return fields
    at++
  }
}

function closing(text: string, from: number): number {
  for (let at = text.indexOf('"', from); at >= 0; at = text.indexOf('"', at + 2))
    if (text[at + 1] !== '"') return at
  return -1
}
