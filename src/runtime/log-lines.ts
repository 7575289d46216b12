import { open, stat } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { LineSplitter } from './line-splitter.ts'

/** A line longer than this is cut: a file without line breaks must not fill the memory. */
const LONGEST = 256 * 1024
const CHUNK = 256 * 1024
const POLL_MS = 250

/** Lines of a stream, in batches as they come, until it ends or the signal is aborted. */
export async function* streamedLines(
  input: Readable,
  signal: AbortSignal,
): AsyncGenerator<readonly string[]> {
  const splitter = new LineSplitter(LONGEST)
  const stop = () => input.destroy()
  signal.addEventListener('abort', stop)
  try {
    for await (const chunk of input) yield splitter.push(Buffer.from(chunk))
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    signal.removeEventListener('abort', stop)
  }
  yield splitter.end()
}

/**
 * Lines of a file, in batches. With `follow` it goes on at the end of the file until the signal is aborted, also when
 * the file is rotated (renamed and begun anew, or emptied in place), and yields an empty batch whenever nothing has
 * come for a moment.
 */
export async function* fileLines(
  path: string,
  { follow, signal }: { readonly follow: boolean; readonly signal: AbortSignal },
): AsyncGenerator<readonly string[]> {
  const buffer = Buffer.alloc(CHUNK)
  while (!signal.aborted) {
    const file = await open(path)
    const splitter = new LineSplitter(LONGEST)
    try {
      const { ino } = await file.stat()
      let position = 0
      let isReplaced = false
      while (!signal.aborted) {
        const { bytesRead } = await file.read(buffer, 0, CHUNK, position)
        position += bytesRead
        if (bytesRead > 0) {
          yield splitter.push(buffer.subarray(0, bytesRead))
          continue
        }
        // A new file under the name: whatever was written to the old one meanwhile has been read by now.
        if (!follow || isReplaced) break
        yield []
        await sleep(POLL_MS, undefined, { signal }).catch(() => {})
        const now = await stat(path).catch(() => undefined)
        if (now && now.ino !== ino) isReplaced = true
        else if (now && now.size < position) position = 0
      }
      yield splitter.end()
    } finally {
      await file.close()
    }
    if (!follow) return
  }
}
