import { open, stat } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { usageError } from '../errors.ts'
import { ChunkDecoder } from './chunk-decoder.ts'
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
  const decoder = new ChunkDecoder()
  const file = await open(path)
  try {
    const { ino } = await file.stat()
    let position = from
    let isReplaced = false
    let endsLine = true
    while (!signal.aborted) {
      const { bytesRead } = await file.read(buffer, 0, CHUNK, position)
      if (position === 0 && packingOf(buffer.subarray(0, bytesRead))) throw cannotFollow()
      position += bytesRead
      if (bytesRead > 0) {
        const text = decoder.push(buffer.subarray(0, bytesRead))
        if (text !== '') endsLine = text.endsWith('\n')
        yield* nonEmpty(text)
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
      if ((isReplaced || position === 0) && !endsLine) {
        endsLine = true
        yield '\n'
      }
    }
    yield* nonEmpty(decoder.end())
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
  const decoder = new ChunkDecoder()
  for await (const chunk of bytes) yield* nonEmpty(decoder.push(chunk))
  yield* nonEmpty(decoder.end())
}

function* nonEmpty(text: string): Generator<string> {
  if (text !== '') yield text
}

const cannotFollow = () =>
  usageError('packed-log', 'A packed log does not grow.', 'Leave --follow out, or follow the log itself.')
