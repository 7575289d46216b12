const NARROWEST = 60
const WIDEST = 200
const NUMBERS = { stdin: 0, stdout: 1, stderr: 2 } as const

type Name = keyof typeof NUMBERS
export type OutputName = Exclude<Name, 'stdin'>

/** stdin, stdout and stderr of a process, each opened when there is no way around it. */
export interface StandardStreams {
  isTerminal(name: Name): boolean
  /** Columns that a line may take on a stream; on one that is no terminal, those of the other, or 80. */
  columns(name: OutputName): number
  write(name: OutputName, text: string): void
  /** Resolves when a slow reader has caught up. Rejects when the reader has gone or the write failed. */
  drained(name: OutputName): Promise<void>
  readonly stdin: NodeJS.ReadStream
  readonly stderr: NodeJS.WriteStream
  /** Waits until everything written has left, and lets go of stdin. */
  close(): Promise<void>
  /** What kept a part of stdout from being written, such as a full disk; a reader that has gone wanted no more. */
  lost(): Error | undefined
}

type Host = Pick<NodeJS.Process, Name | 'getBuiltinModule'>

/**
 * Opening a standard stream makes Node load its sockets or its terminals: 5 to 10 ms of CPU each, where an empty Node
 * takes 30 ms (measured). So they are written to directly, as Node itself does to files, terminals and, on Linux, pipes:
 * a slow reader makes the process wait. Whether one is a terminal is found out without opening it, too.
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
  // Asked for each line that is shown, and always the same.
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
    // Half of it is lost: what follows would look like the whole.
    if (name === 'stdout' && outGone) return
    const rest = opened.has(name) ? text : writeAtOnce(name, text)
    if (rest !== '') output(name).write(rest)
  }
  /** Without opening the stream, as far as that goes: returns what has to be written to it. */
  const writeAtOnce = (name: OutputName, text: string): string | Buffer => {
    const { writeSync } = host.getBuiltinModule('node:fs')
    const bytes = Buffer.from(text)
    let written = 0
    try {
      while (written < bytes.length) written += writeSync(NUMBERS[name], bytes, written)
      return ''
    } catch (error) {
      // Full (a pipe that does not block) or gone: the stream waits, or tells.
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
      // A pipe takes what it can and the rest later: leave only when it has all gone.
      await Promise.all(
        [...opened].map((name) => new Promise<void>((resolve) => host[name].write('', () => resolve()))),
      )
      if (stdinOpened) host.stdin.unref?.()
    },
  }
}

const isCode = (error: unknown, ...codes: string[]) =>
  error instanceof Error && 'code' in error && codes.includes(String(error.code))

/** As Node's `isTTY`. Only a device can be a terminal, and not the one that swallows all: to ask for that loads nothing. */
function isTerminalAt(number: number, host: Host): boolean {
  try {
    const { fstatSync, statSync } = host.getBuiltinModule('node:fs')
    const stats = fstatSync(number)
    if (!stats.isCharacterDevice() || stats.rdev === statSync('/dev/null').rdev) return false
  } catch {
    // A closed one is none; where it cannot be asked at all (Windows), the next line knows.
  }
  return host.getBuiltinModule('node:tty').isatty(number)
}
