import { errnoCode } from '../util/errno.ts'

const NARROWEST = 60
const WIDEST = 200
const NUMBERS = { stdin: 0, stdout: 1, stderr: 2 } as const

type Name = keyof typeof NUMBERS
export type OutputName = Exclude<Name, 'stdin'>

/** stdin, stdout and stderr of a process, each opened only when necessary. */
export interface StandardStreams {
  isTerminal(name: Name): boolean
  /** Columns for a line on this stream; if it is not a terminal, those of the other one, or 80. */
  columns(name: OutputName): number
  write(name: OutputName, text: string): void
  /** Resolves when a slow reader has caught up. Rejects when the reader has gone or the write failed. */
  drained(name: OutputName): Promise<void>
  readonly stdin: NodeJS.ReadStream
  readonly stderr: NodeJS.WriteStream
  /** Waits until all output is written, and releases stdin. */
  close(): Promise<void>
  /** The error that kept part of stdout from being written, such as a full disk. A reader that has gone is not one. */
  lost(): Error | undefined
}

type Host = Pick<NodeJS.Process, Name | 'getBuiltinModule'>

/**
 * The standard streams. Opening one makes Node load its sockets or terminals: 5 to 10 ms of CPU each, while an empty Node
 * takes 30 ms (measured). So this writes synchronously to the file descriptors, as Node itself does to files, terminals
 * and, on Linux, pipes: a slow reader makes the process wait.
 */
export function standardStreams(host: Host): StandardStreams {
  const opened = new Set<OutputName>()
  let stdinOpened = false
  let outGone: Error | undefined

  const output = (name: OutputName): NodeJS.WriteStream => {
    const stream = host[name]
    if (!opened.has(name)) {
      opened.add(name)
      stream.on('error', (error) => {
        if (name === 'stdout') outGone = error
      })
    }
    return stream
  }
  // Needed for each line of output, and never changes.
  const terminals = new Map<Name, boolean>()
  const isTerminal = (name: Name) => {
    const known = terminals.get(name) ?? isTerminalAt(NUMBERS[name], host)
    terminals.set(name, known)
    return known
  }
  const widthOf = (name: OutputName) => (isTerminal(name) ? output(name).columns : undefined)
  const columns = (name: OutputName) => {
    const width = widthOf(name) ?? widthOf(name === 'stdout' ? 'stderr' : 'stdout') ?? 80
    return Math.min(WIDEST, Math.max(NARROWEST, width))
  }
  const write = (name: OutputName, text: string) => {
    // Part of the output is lost: what follows would look complete.
    if (name === 'stdout' && outGone) return
    const rest = opened.has(name) ? text : writeAtOnce(name, text)
    if (rest !== '') output(name).write(rest)
  }
  /** Writes without opening the stream. Returns the rest, for which the stream has to be opened. */
  const writeAtOnce = (name: OutputName, text: string): string | Buffer => {
    const { writeSync } = host.getBuiltinModule('node:fs')
    const bytes = Buffer.from(text)
    let written = 0
    try {
      while (written < bytes.length) written += writeSync(NUMBERS[name], bytes, written)
      return ''
    } catch (error) {
      // A full non-blocking pipe, or a reader that has gone: the stream waits, or reports it.
      if (isCode(error, 'EAGAIN', 'EPIPE')) return bytes.subarray(written)
      if (name === 'stdout') outGone ??= error as Error
      return ''
    }
  }

  return {
    isTerminal,
    columns,
    write,
    drained: (name) =>
      new Promise((resolve, reject) => {
        if (name === 'stdout' && outGone) return reject(outGone)
        if (!opened.has(name)) return resolve()
        const stream = output(name)
        if (!stream.writableNeedDrain) return resolve()
        const settle = (error?: Error) => {
          stream.off('drain', settle).off('error', settle)
          if (error) reject(error)
          else resolve()
        }
        stream.on('drain', settle).on('error', settle)
      }),
    get stdin() {
      stdinOpened = true
      return host.stdin
    },
    get stderr() {
      return output('stderr')
    },
    lost: () => (outGone && !isCode(outGone, 'EPIPE') ? outGone : undefined),
    async close() {
      // A pipe takes what fits and the rest later: wait for all of it.
      await Promise.all(
        [...opened].map((name) => new Promise<void>((resolve) => host[name].write('', () => resolve()))),
      )
      if (stdinOpened) host.stdin.unref?.()
    },
  }
}

const isCode = (error: unknown, ...codes: string[]) => codes.includes(errnoCode(error) ?? '')

/** Node's `isTTY`. A TTY is a character device other than /dev/null; checking that does not load node:tty. */
function isTerminalAt(number: number, host: Host): boolean {
  try {
    const { fstatSync, statSync } = host.getBuiltinModule('node:fs')
    const stats = fstatSync(number)
    if (!stats.isCharacterDevice() || stats.rdev === statSync('/dev/null').rdev) return false
  } catch {
    // Closed, or not supported (Windows): `isatty` decides.
  }
  return host.getBuiltinModule('node:tty').isatty(number)
}
