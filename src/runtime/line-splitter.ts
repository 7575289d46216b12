import { ChunkDecoder } from './chunk-decoder.ts'

/** Splits chunks of text into lines, without their line breaks. A character may be split between two chunks. */
export class LineSplitter {
  readonly #decoder = new ChunkDecoder()
  #open = ''

  /** The lines that this chunk completes. */
  push(chunk: Uint8Array): string[] {
    const lines = (this.#open + this.#decoder.push(chunk)).split('\n')
    this.#open = lines.pop() ?? ''
    return lines.map(withoutReturn)
  }

  /** The last line, if it has no line break. */
  end(): string[] {
    const rest = this.#open + this.#decoder.end()
    this.#open = ''
    return rest === '' ? [] : [rest]
  }
}

const withoutReturn = (line: string) => (line.endsWith('\r') ? line.slice(0, -1) : line)
