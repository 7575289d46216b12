import { createReadStream } from 'node:fs'
import { open, rename, rm, stat } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import type { Files } from './context.ts'
import { EXIT, UserError, usageError } from './errors.ts'
import { fileLines, streamedLines } from './log-lines.ts'

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
      if (path !== '-') await refuseUnreadable(path, maxBytes)
      const chunks: Buffer[] = []
      let size = 0
      for await (const chunk of path === '-' ? take() : createReadStream(path)) {
        chunks.push(Buffer.from(chunk))
        size += chunk.length
        if (size > maxBytes) throw tooLarge(path, maxBytes)
      }
      return withoutBom(Buffer.concat(chunks).toString('utf8'))
    },

    async *lines(path) {
      if (path !== '-') await refuseUnreadable(path, Number.POSITIVE_INFINITY)
      const input = path === '-' ? take() : createReadStream(path)
      let first = true
      for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
        yield first ? withoutBom(line) : line
        first = false
      }
    },

    async *logLines(path, { follow }) {
      if (path === '-') yield* streamedLines(take(), signal)
      else {
        await refuseUnreadable(path, Number.POSITIVE_INFINITY)
        yield* fileLines(path, { follow, signal })
      }
    },

    async write(path, text) {
      // Written beside its place and then moved: a full disk or a crash leaves no half file under the name.
      const temporary = `${path}.${Math.random().toString(36).slice(2)}.tmp`
      try {
        const file = await open(temporary, 'wx', 0o644)
        try {
          await file.writeFile(text)
          await file.sync()
        } finally {
          await file.close()
        }
        await rename(temporary, path)
      } catch (error) {
        await rm(temporary, { force: true })
        throw new UserError('not-written', `Cannot write ${path}: ${reason(error)}`, {
          exitCode: EXIT.failed,
          hint: 'Name a file in a folder that exists, is writable and has room.',
          cause: error,
        })
      }
    },
  }
}

async function refuseUnreadable(path: string, maxBytes: number) {
  try {
    const { size } = await stat(path)
    if (size > maxBytes) throw tooLarge(path, maxBytes)
    await (await open(path)).close()
  } catch (error) {
    if (error instanceof UserError) throw error
    throw usageError('not-readable', `Cannot read ${path}: ${reason(error)}`)
  }
}

const tooLarge = (path: string, maxBytes: number) =>
  usageError(
    'too-large',
    `${path === '-' ? 'stdin' : path} holds more than ${Math.floor(maxBytes / MEGABYTE)} MB.`,
  )

const withoutBom = (text: string) => (text.startsWith('\ufeff') ? text.slice(1) : text)

const REASONS: Record<string, string> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'permission denied',
  EISDIR: 'it is a folder',
  ENOSPC: 'no space left on the disk',
  EROFS: 'the file system is read-only',
}
const reason = (error: unknown) => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return REASONS[code] ?? (error instanceof Error ? error.message : String(error))
}
