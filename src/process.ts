import type { Context } from './cli/context.ts'
import { sinkOf } from './cli/create-terminal.ts'
import type { Globals } from './config/global-options.ts'
import { openContext } from './create-context.ts'
import { EXIT } from './errors.ts'
import type { RunHost } from './run.ts'
import { standardStreams } from './runtime/streams.ts'
import { plain } from './ui/palette.ts'
import { reportError } from './ui/printer.ts'
import { escapeInvisibleLines } from './util/escape-invisible.ts'

/** The entry's side of this process, with what ends it. */
export interface Process extends RunHost {
  readonly argv: readonly string[]
  /** Calls this with an error that nobody caught, and ends the process with exit 1. */
  onCrash(tell: (error: unknown) => void): void
  lost(): Error | undefined
  /** Waits until everything written has left, and gives back what would keep the process alive. */
  close(): Promise<void>
}

/** The only file that touches `process`: streams, environment, signals, and its end. */
export function openProcess(): Process {
  const { env, pid } = process
  const streams = standardStreams(process)
  const signal = interruptions()
  const closing: (() => void)[] = []
  const host = { env, streams, signal, pid, isAlive, onClose: (end: () => void) => void closing.push(end) }

  return {
    argv: process.argv.slice(2),
    signal,
    get columns() {
      return streams.columns('stdout')
    },
    writeOut: (text) => streams.write('stdout', escapeInvisibleLines(text)),
    lost: streams.lost,
    report(error, how) {
      const json = how.json && !streams.lost()
      reportError(error, {
        out: sinkOf(streams, 'stdout', plain),
        err: sinkOf(streams, 'stderr', plain),
        json,
      })
      if (process.argv.includes('--debug') && error.cause instanceof Error)
        streams.write('stderr', `${escapeInvisibleLines(error.cause.stack ?? error.cause.message)}\n`)
    },

    onCrash(tell) {
      process.on('uncaughtException', (error: unknown) => {
        for (const end of closing.reverse()) end()
        tell(error)
        process.exit(EXIT.failed)
      })
    },

    context: (globals: Globals): Promise<Context> => openContext(globals, host),

    async close() {
      for (const end of closing.reverse()) end()
      await streams.close()
      if (signal.reason === 'SIGHUP') dieOf('SIGHUP')
    },
  }
}

const SIGNALS = { SIGHUP: EXIT.hungUp, SIGINT: EXIT.interrupted, SIGTERM: EXIT.terminated } as const

/** The first signal ends the command in its own way; the second one ends the process at once. */
function interruptions(): AbortSignal {
  const controller = new AbortController()
  for (const [name, code] of Object.entries(SIGNALS)) {
    process.on(name, () => {
      if (controller.signal.aborted) {
        if (process.stderr.isTTY) process.stderr.write('\u001b[?25h\n')
        process.exit(code)
      }
      controller.abort(name)
    })
  }
  return controller.signal
}

/**
 * Ends the process by a signal, as whoever started it expects. Not by leaving: Node restores its terminal on the way
 * out, and crashes (SIGABRT, with a core dump) where that terminal has gone, seen on Node 20.
 */
function dieOf(name: keyof typeof SIGNALS): void {
  process.removeAllListeners(name)
  process.kill(process.pid, name)
}

/** Does a process of this number run? One of somebody else's does, too. */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
