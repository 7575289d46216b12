import { open, stat } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { usageError } from '../errors.ts'
import { type Decoder, decoderFor, MARK_BYTES } from './byte-order-mark.ts'
import { mayBePacked, packingOf, unpacked } from './packed.ts'

const CHUNK = 256 * 1024
const POLL_MS = 250

export interface LogTextOptions {
  /** Go on at the end of the log, as it grows. */
  readonly follow: boolean
  readonly signal: AbortSignal
  /** With `follow`: the byte to begin at. */
  readonly from?: number
}

/**
 * The text of a stream in chunks, until it ends or the signal is aborted; gzip is unpacked.
 * @throws {UserError} exit 2 where it is packed in another way, or damaged
 */
export async function* streamedText(input: Readable, signal: AbortSignal): AsyncGenerator<string> {
  const stop = () => input.destroy()
  signal.addEventListener('abort', stop)
  try {
    yield* decoded(unpackedStream(input))
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

/**
 * The text of a file in chunks; gzip is unpacked. With `follow` it goes on at the end of the file until the signal is
 * aborted, also when the file is rotated (renamed and begun anew, or emptied in place), and yields an empty chunk
 * whenever nothing has come for a moment.
 * @throws {UserError} exit 2 as {@link streamedText}, and for a packed file with `follow`
 */
export async function* fileText(
  path: string,
  { follow, signal, from = 0 }: LogTextOptions,
): AsyncGenerator<string> {
  if (!follow) {
    const file = await open(path)
    yield* streamedText(file.createReadStream({ highWaterMark: CHUNK }), signal)
    return
  }
  for (let start = from; !signal.aborted; start = 0) yield* followed(path, signal, start)
}

/** Of one file, until another one stands under its name. */
async function* followed(path: string, signal: AbortSignal, from: number): AsyncGenerator<string> {
  const buffer = Buffer.alloc(CHUNK)
  const text = new TextOf()
  const file = await open(path)
  try {
    const { ino } = await file.stat()
    let position = from
    let isReplaced = false
    while (!signal.aborted) {
      const { bytesRead } = await file.read(buffer, 0, CHUNK, position)
      if (position === 0 && packingOf(buffer.subarray(0, bytesRead))) throw cannotFollow()
      position += bytesRead
      if (bytesRead > 0) {
        yield* nonEmpty(text.push(buffer.subarray(0, bytesRead)))
        continue
      }
      // All that was written to the old file before it was replaced has been read by now.
      if (isReplaced) break
      yield ''
      await sleep(POLL_MS, undefined, { signal }).catch(() => {})
      const now = await stat(path).catch(() => undefined)
      if (now && now.ino !== ino) isReplaced = true
      else if (now && now.size < position) position = 0
      // An unfinished line does not go on in what comes now.
      if (isReplaced || position === 0) yield* nonEmpty(text.endLine())
    }
    yield* nonEmpty(text.end())
  } finally {
    await file.close()
  }
}

async function* unpackedStream(input: Readable): AsyncGenerator<Uint8Array> {
  const chunks = input[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>
  let head: Uint8Array = new Uint8Array()
  while (mayBePacked(head)) {
    const { value, done } = await chunks.next()
    if (done) break
    head = Buffer.concat([head, value])
  }
  const packing = packingOf(head)
  const all = restored(head, chunks)
  yield* packing === undefined ? all : unpacked(all, packing)
}

async function* restored(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (first.length > 0) yield first
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value
}

async function* decoded(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const text = new TextOf()
  for await (const chunk of bytes) yield* nonEmpty(text.push(chunk))
  yield* nonEmpty(text.end())
}

function* nonEmpty(text: string): Generator<string> {
  if (text !== '') yield text
}

/** Decodes bytes that come in chunks, by their byte order mark. */
class TextOf {
  #decoder: Decoder | undefined
  /** The first bytes, until there are enough to choose the decoder. */
  #head: Uint8Array = new Uint8Array()
  #endsLine = true

  push(chunk: Uint8Array): string {
    const bytes = this.#decoder ? chunk : Buffer.concat([this.#head, chunk])
    this.#head = this.#decoder ? this.#head : bytes
    if (!this.#decoder && bytes.length < MARK_BYTES) return ''
    this.#decoder ??= decoderFor(bytes)
    return this.#given(this.#decoder.decode(bytes, { stream: true }))
  }

  end(): string {
    return this.#given(this.#decoder ? this.#decoder.decode() : decoderFor(this.#head).decode(this.#head))
  }

  /** A line break, where the last line has none. */
  endLine(): string {
    return this.#endsLine ? '' : this.#given('\n')
  }

  #given(text: string): string {
    if (text !== '') this.#endsLine = text.endsWith('\n')
    return text
  }
}

const cannotFollow = () =>
  usageError('packed-log', 'A packed log does not grow.', 'Leave --follow out, or follow the log itself.')
