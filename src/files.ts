import { open } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { addAbortSignal, type Readable } from 'node:stream'
import type { Files } from './context.ts'
import { EXIT, UserError, usageError } from './errors.ts'
import { reason } from './file-reason.ts'
import { fileLines, streamedLines } from './log-lines.ts'
import { requireFree, write } from './new-file.ts'

const MEGABYTE = 1024 * 1024

/** Reads and writes files for commands; `-` is stdin, which one reader alone may have. */
export function files(stdin: Readable & { isTTY?: boolean }, signal: AbortSignal): Files {
  let stdinTaken = false
  const take = () => {
    if (stdinTaken)
      throw usageError(
        'stdin-twice',
        'stdin is read twice.',
        'Give one of them a file: --password-file, for example.',
      )
    stdinTaken = true
    return stdin
  }
  return {
    stdinIsPiped: !stdin.isTTY,

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
      return withoutBom(Buffer.concat(chunks).toString('utf8'))
    },

    async *lines(path) {
      const input = path === '-' ? take() : await opened(path, Number.POSITIVE_INFINITY)
      let first = true
      for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY, signal })) {
        yield first ? withoutBom(line) : line
        first = false
      }
      if (signal.aborted) throw new UserError('interrupted', 'Interrupted.', { exitCode: EXIT.interrupted })
    },

    async *logLines(path, { follow }) {
      if (path === '-') yield* streamedLines(take(), signal)
      else {
        const readable = await opened(path, Number.POSITIVE_INFINITY)
        readable.destroy()
        yield* fileLines(path, { follow, signal })
      }
    },

    requireFree,
    write,
  }
}

/** A file as a stream. It is opened once only, as what comes out of a pipe (`<(…)`) is gone then. */
async function opened(path: string, maxBytes: number): Promise<Readable> {
  try {
    const file = await open(path)
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
      'Check its name, and who may read it; - stands for stdin where a file is optional.',
    )
  }
}

const tooLarge = (path: string, maxBytes: number) => {
  const most =
    maxBytes < MEGABYTE ? `${Math.floor(maxBytes / 1024)} KB` : `${Math.floor(maxBytes / MEGABYTE)} MB`
  return usageError(
    'too-large',
    `${path === '-' ? 'stdin' : path} holds more than ${most}.`,
    'Is it the right file? What belongs into it is far smaller.',
  )
}

const withoutBom = (text: string) => (text.startsWith('\ufeff') ? text.slice(1) : text)
