import { type Decoder, decoderFor, MARK_BYTES } from './byte-order-mark.ts'

/** Splits chunks of text into lines, without their line breaks. A character may be split between two chunks. */
export class LineSplitter {
  #decoder: Decoder | undefined
  /** The first bytes, until there are enough to choose the decoder. */
  #head: Uint8Array = new Uint8Array()
  readonly #longest: number
  #rest = ''
  #isCut = false

  /** @param longest characters; longer lines are cut, so that a file without line breaks does not fill the memory */
  constructor(longest = Number.POSITIVE_INFINITY) {
    this.#longest = longest
  }

  /** The lines that this chunk completes. */
  push(chunk: Uint8Array): string[] {
    const lines = this.#decode(chunk).split('\n')
    const open = lines.pop() ?? ''
    const done = lines.map((line, i) => withoutReturn(i === 0 ? this.#take(line) : line))
    this.#keep(open)
    return done
  }

  /** The last line, if it has no line break. */
  end(): string[] {
    const rest = this.#take(this.#decoder ? '' : decoderFor(this.#head).decode(this.#head))
    return rest === '' ? [] : [rest]
  }

  #decode(chunk: Uint8Array): string {
    if (this.#decoder) return this.#decoder.decode(chunk, { stream: true })
    const bytes = new Uint8Array([...this.#head, ...chunk.subarray(0, MARK_BYTES)])
    if (this.#head.length + chunk.length < MARK_BYTES) {
      this.#head = bytes
      return ''
    }
    this.#decoder = decoderFor(bytes)
    return this.#decoder.decode(this.#head, { stream: true }) + this.#decoder.decode(chunk, { stream: true })
  }

  #take(end: string): string {
    this.#keep(end)
    const whole = this.#rest
    this.#rest = ''
    this.#isCut = false
    return whole
  }

  #keep(more: string): void {
    if (this.#isCut) return
    this.#rest += more
    if (this.#rest.length <= this.#longest) return
    this.#rest = this.#rest.slice(0, this.#longest)
    this.#isCut = true
  }
}

const withoutReturn = (line: string) => (line.endsWith('\r') ? line.slice(0, -1) : line)
