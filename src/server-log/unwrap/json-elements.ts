/** `broken`: the text is not JSON, or its end is missing; `rest` must then be read again. */
export interface Scanned {
  readonly state: 'open' | 'closed' | 'broken'
  /** What follows the end of the JSON, or what broke it. */
  readonly rest: string
}

interface Container {
  readonly type: '{' | '['
  /** Where it begins in the buffer. */
  start: number
  /** Is it the element of a list, or the whole document? Members of objects are parts of those. */
  readonly isOffered: boolean
  /** May the elements of lists inside it be entries? */
  readonly mayHoldEntries: boolean
  /** An entry inside it was taken, or it has grown too long to be held. */
  isSettled: boolean
}

const LONGEST_ELEMENT = 1024 * 1024
/** Lists of these names are parts of one entry. */
const PARTS_OF_ENTRIES = new Set(['attributes', 'frames', 'labels', 'tags', 'suppressed', 'sort'])
const IN_STRING = /["\\]/g
const OUTSIDE = /["{}[\]:,]/g

/**
 * Finds the entries in JSON that spans lines or holds many of them in one document, such as the export of a log store. It
 * offers every object or list that is the element of a list, the innermost first, and holds none that an entry was found
 * in; so its memory does not grow with the document.
 */
export class JsonElements {
  readonly #isEntry: (raw: string) => boolean
  readonly #stack: Container[] = []
  #buffer = ''
  #inString = false
  /** The text ended with a backslash, whose character is still to come. */
  #isEscaped = false
  #stringStart = 0
  /** The last sign outside of strings; `"` stands for a string. */
  #last = ''
  /** The last string before a colon. */
  #name = ''

  /** @param isEntry takes the raw JSON of an element, and says whether an entry was found in it */
  constructor(isEntry: (raw: string) => boolean) {
    this.#isEntry = isEntry
  }

  /** What is held of an element that has not ended. */
  get held(): string {
    return this.#buffer
  }

  push(text: string, { begins, ends }: { readonly begins: boolean; readonly ends: boolean }): Scanned {
    if (begins && this.#stack.length > 0 && this.#cannotFollow(text)) return { state: 'broken', rest: text }
    let at = this.#buffer.length + (this.#isEscaped && text !== '' ? 1 : 0)
    if (text !== '') this.#isEscaped = false
    this.#buffer += text
    while (at < this.#buffer.length) {
      at = this.#inString ? this.#readString(at) : this.#readSign(at)
      if (this.#stack.length === 0) return { state: 'closed', rest: this.#buffer.slice(at) }
    }
    // No string goes on in another line.
    if (ends && this.#inString) return { state: 'broken', rest: '' }
    this.#drop()
    return { state: 'open', rest: '' }
  }

  /** Does this line begin with what cannot stand here? Then the end of the line before is missing, or it was no JSON. */
  #cannotFollow(line: string): boolean {
    const [first] = line.trimStart()
    if (first === undefined || /[}\],:]/.test(first)) return false
    if (!/["{[\dtfn-]/.test(first)) return true
    const isKeyExpected = this.#stack.at(-1)?.type === '{' && this.#last !== ':'
    return isKeyExpected ? first !== '"' : !/[[,:]/.test(this.#last)
  }

  #readString(from: number): number {
    IN_STRING.lastIndex = from
    const match = IN_STRING.exec(this.#buffer)
    if (!match) return this.#buffer.length
    if (match[0] === '\\') {
      this.#isEscaped = match.index + 1 === this.#buffer.length
      return match.index + 2
    }
    this.#inString = false
    this.#name = this.#buffer.slice(this.#stringStart + 1, Math.min(match.index, this.#stringStart + 100))
    this.#last = '"'
    return match.index + 1
  }

  #readSign(from: number): number {
    OUTSIDE.lastIndex = from
    const match = OUTSIDE.exec(this.#buffer)
    if (!match) return this.#buffer.length
    const [sign] = match
    if (sign === '"') {
      this.#inString = true
      this.#stringStart = match.index
    } else if (sign === '{' || sign === '[') this.#open(sign, match.index)
    else if (sign === '}' || sign === ']') this.#close(match.index + 1)
    if (sign !== '"') this.#last = sign
    return match.index + 1
  }

  #open(type: '{' | '[', start: number): void {
    const parent = this.#stack.at(-1)
    const isMember = parent?.type === '{'
    const mayHoldEntries =
      parent === undefined ||
      (parent.mayHoldEntries && !(isMember && type === '[' && PARTS_OF_ENTRIES.has(this.#name)))
    const isOffered = parent === undefined || (!isMember && parent.mayHoldEntries)
    this.#stack.push({ type, start, isOffered, mayHoldEntries, isSettled: false })
  }

  #close(end: number): void {
    const closed = this.#stack.pop()
    if (!closed?.isOffered || closed.isSettled) return
    if (!this.#isEntry(this.#buffer.slice(closed.start, end))) return
    for (const around of this.#stack) around.isSettled = true
  }

  /** Lets go of what no element needs any more. */
  #drop(): void {
    const { length } = this.#buffer
    for (const container of this.#stack)
      if (length - container.start > LONGEST_ELEMENT) container.isSettled = true
    const needed = this.#stack.find(({ isOffered, isSettled }) => isOffered && !isSettled)?.start ?? length
    const from = this.#inString
      ? Math.min(needed, Math.max(this.#stringStart, length - LONGEST_ELEMENT))
      : needed
    if (from === 0) return
    this.#buffer = this.#buffer.slice(from)
    this.#stringStart -= from
    for (const container of this.#stack) container.start -= from
  }
}
