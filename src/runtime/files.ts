import { promises as fs, readFileSync, statSync } from 'node:fs'
import { addAbortSignal, type Readable } from 'node:stream'
import { interrupted, UserError, usageError } from '../errors.ts'
import { decoderFor } from './byte-order-mark.ts'
import type { Files } from './file-access.ts'
import { reason } from './fs-error.ts'
import { LineSplitter } from './line-splitter.ts'

const MEGABYTE = 1024 * 1024
/** Files up to this size are read synchronously: a stream takes a twentieth of an empty Node's start. */
const AT_ONCE = MEGABYTE

/** Reads and writes files for commands. `-` is stdin, which is opened for its only reader. */
export function files(openStdin: () => Readable, signal: AbortSignal): Omit<Files, 'stdinIsPiped'> {
  let stdinTaken = false
  const take = () => {
    if (stdinTaken)
      throw usageError(
        'stdin-twice',
        'Two options read stdin.',
        'Use a file for one of them, for example --password-file.',
      )
    stdinTaken = true
    return openStdin()
  }
  return {
    async read(path, { maxBytes = 10 * MEGABYTE } = {}) {
      const chunks: Buffer[] = []
      let size = 0
      for await (const chunk of path === '-'
        ? addAbortSignal(signal, take())
        : await opened(path, maxBytes)) {
        chunks.push(Buffer.from(chunk))
        size += chunk.length
        if (size > maxBytes) throw tooLarge(path, maxBytes)
      }
      const bytes = Buffer.concat(chunks)
      return decoderFor(bytes).decode(bytes)
    },

    async *lines(path) {
      const input = path === '-' ? take() : await opened(path, Number.POSITIVE_INFINITY)
      const splitter = new LineSplitter()
      for await (const chunk of Symbol.asyncIterator in input ? addAbortSignal(signal, input) : input)
        yield* splitter.push(Buffer.from(chunk))
      yield* splitter.end()
      if (signal.aborted) throw interrupted(signal)
    },

    async *logText(path, { follow }) {
      const { fileText, streamedText } = await import('./log-text.ts')
      if (path === '-') yield* streamedText(take(), signal)
      else {
        const readable = await opened(path, Number.POSITIVE_INFINITY)
        const isPipe = 'destroy' in readable && !statSync(path).isFile()
        if (isPipe) yield* streamedText(readable, signal)
        else {
          if ('destroy' in readable) readable.destroy()
          yield* fileText(path, { follow, signal })
        }
      }
    },

    async followFromEnd(path, until) {
      const { fileText, streamedText } = await import('./log-text.ts')
      if (path === '-') return streamedText(take(), until)
      const readable = await opened(path, Number.POSITIVE_INFINITY)
      const found = statSync(path)
      if (!found.isFile() && 'destroy' in readable) return streamedText(readable, until)
      if ('destroy' in readable) readable.destroy()
      return fileText(path, { follow: true, signal: until, from: found.size })
    },

    requireFree: async (path) => (await import('./write-new-file.ts')).requireFree(path),
    write: async (path, text) => (await import('./write-new-file.ts')).write(path, text),
  }
}

/** A file in chunks. A pipe (`<(…)`) must be opened only once, because its content can be read only once. */
async function opened(path: string, maxBytes: number): Promise<Readable | readonly Buffer[]> {
  try {
    const found = statSync(path)
    if (found.isFile() && found.size <= Math.min(maxBytes, AT_ONCE)) return [readFileSync(path)]
    const file = await fs.open(path)
    const stats = await file.stat()
    if (!stats.isDirectory() && stats.size <= maxBytes) return file.createReadStream()
    await file.close()
    if (!stats.isDirectory()) throw tooLarge(path, maxBytes)
    throw Object.assign(new Error('EISDIR'), { code: 'EISDIR' })
  } catch (error) {
    if (error instanceof UserError) throw error
    throw usageError(
      'not-readable',
      `Cannot read ${path}: ${reason(error)}.`,
      'Check the path and its permissions. - reads stdin.',
    )
  }
}

const tooLarge = (path: string, maxBytes: number) => {
  const most =
    maxBytes < MEGABYTE ? `${Math.floor(maxBytes / 1024)} KB` : `${Math.floor(maxBytes / MEGABYTE)} MB`
  return usageError(
    'too-large',
    `${path === '-' ? 'stdin' : path} is larger than ${most}.`,
    'Check that it is the right file: this option takes small files.',
  )
}
