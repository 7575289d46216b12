import { type Decoder, decoderFor, MARK_BYTES } from './byte-order-mark.ts'

/** Decodes text that comes in chunks, by its byte order mark. A character may be split between two chunks. */
export class ChunkDecoder {
  #decoder: Decoder | undefined
  /** The first bytes, until there are enough to choose the decoder. */
  #head: Uint8Array = new Uint8Array()

  push(chunk: Uint8Array): string {
    if (this.#decoder) return this.#decoder.decode(chunk, { stream: true })
    const bytes = Buffer.concat([this.#head, chunk])
    if (bytes.length < MARK_BYTES) {
      this.#head = bytes
      return ''
    }
    this.#decoder = decoderFor(bytes)
    return this.#decoder.decode(bytes, { stream: true })
  }

  /** The text of the last bytes. */
  end(): string {
    return this.#decoder ? this.#decoder.decode() : decoderFor(this.#head).decode(this.#head)
  }
}
