import { join } from 'node:path'
import type { Context } from './cli/context.ts'
import { sinkOf } from './cli/create-terminal.ts'
import type { Globals } from './config/global-options.ts'
import { openContext } from './create-context.ts'
import { EXIT } from './errors.ts'
import type { RunHost } from './run.ts'
import { standardStreams } from './runtime/streams.ts'
import { plain } from './ui/palette.ts'
import { reportError } from './ui/printer.ts'
import { errnoCode } from './util/errno.ts'
import { escapeInvisibleLines } from './util/escape-invisible.ts'

/** This process: what a run uses, and how it ends. */
export interface Process extends RunHost {
  readonly argv: readonly string[]
  /** Calls `report` with an error that was not caught, then exits with 1. */
  onCrash(report: (error: unknown) => void): void
  lost(): Error | undefined
  /** Waits until all output is written, and closes what would keep the process alive. */
  close(): Promise<void>
}

/** The only file that uses `process`: streams, environment, signals and exit. */
export function openProcess(docs?: string): Process {
  const { env, pid } = process
  const streams = standardStreams(process)
  const signal = interruptions()
  const closing: (() => void | Promise<void>)[] = []
  const host = {
    env,
    streams,
    signal,
    pid,
    isAlive,
    onClose: (close: () => void | Promise<void>) => void closing.push(close),
  }

  return {
    argv: process.argv.slice(2),
    signal,
    get columns() {
      return streams.columns('stdout')
    },
    manual: (command) => manual(docs, command),
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

    onCrash(report) {
      process.on('uncaughtException', (error: unknown) => {
        for (const close of closing.reverse()) void close()
        report(error)
        process.exit(EXIT.failed)
      })
    },

    context: (globals: Globals): Promise<Context> => openContext(globals, host),

    async close() {
      for (const close of closing.reverse()) await close()
      await streams.close()
      if (signal.reason === 'SIGHUP') endWithSignal('SIGHUP')
    },
  }
}

/** The page of a command, or the first page: a file, or the name of a man page. */
function manual(docs: string | undefined, command: string | undefined): string | undefined {
  if (docs !== undefined) return join(docs, command === undefined ? 'README.md' : `reference/${command}.md`)
  if (process.platform === 'win32') return undefined
  return command === undefined ? 'man kc-logout' : `man kc-logout-${command}`
}

const SIGNALS = { SIGHUP: EXIT.hungUp, SIGINT: EXIT.interrupted, SIGTERM: EXIT.terminated } as const

/** The first signal lets the command end by itself; the second one ends the process at once. */
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
 * Ends the process with a signal, as its parent expects. `process.exit` would crash (SIGABRT, with a core dump) if the
 * terminal is gone, because Node restores it on exit (seen on Node 20).
 */
function endWithSignal(name: keyof typeof SIGNALS): void {
  process.removeAllListeners(name)
  process.kill(process.pid, name)
}

/** Is this pid alive? EPERM means alive, owned by another user. */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return errnoCode(error) === 'EPERM'
  }
}
