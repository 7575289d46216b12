import type { Globals } from '../config/global-options.ts'
import type { OutputName, StandardStreams } from '../runtime/streams.ts'
import { asker } from '../ui/ask.ts'
import { showsUnicode } from '../ui/charset.ts'
import { hasColour } from '../ui/colour.ts'
import type { Ask, Print } from '../ui/output.ts'
import { colourful, inAscii, type Palette, plain } from '../ui/palette.ts'
import { printer, type Sink } from '../ui/printer.ts'
import { progress } from '../ui/progress.ts'
import { escapeInvisibleLines } from '../util/escape-invisible.ts'
import type { ProcessHost } from './host.ts'

/** The terminal of a command: its output and its prompts. */
export interface Terminal {
  readonly print: Print
  readonly ask: Ask
  /** Asks for a value without showing it; undefined if stdin or stderr is not a terminal. */
  readonly askSecret: ((question: string) => Promise<string>) | undefined
  /** Writes a line of `--debug` to stderr. */
  debugLine(line: string): void
}

/** A stream for the printer: it writes in this palette. */
export const sinkOf = (streams: StandardStreams, name: OutputName, palette: Palette): Sink => ({
  palette,
  get screen() {
    return { columns: streams.columns(name) }
  },
  wraps: streams.isTerminal(name),
  write: (text) => streams.write(name, text),
  drained: () => streams.drained(name),
})

/** Output, prompts and progress on the standard streams, as the options and the terminal allow. */
export async function openTerminal(
  globals: Globals,
  { env, streams, signal, onClose }: Pick<ProcessHost, 'env' | 'streams' | 'signal' | 'onClose'>,
): Promise<Terminal> {
  const noColor = globals.color === false
  const paletteFor = async (name: OutputName) => {
    const isColourful = hasColour({ isTerminal: streams.isTerminal(name), env, noColor })
    const palette = isColourful ? await colourful() : plain
    return showsUnicode(env) ? palette : inAscii(palette)
  }
  const out = sinkOf(streams, 'stdout', await paletteFor('stdout'))
  const err = sinkOf(streams, 'stderr', await paletteFor('stderr'))
  const ask = asker({
    isTerminal: { input: streams.isTerminal('stdin'), output: streams.isTerminal('stderr') },
    terminals: () => ({ input: streams.stdin, output: streams.stderr }),
    signal,
  })
  const animated = streams.isTerminal('stderr') && env.TERM !== 'dumb'
  const bars: (() => void)[] = []
  const print = printer({
    out,
    err,
    json: globals.json ?? false,
    quiet: globals.quiet ?? false,
    progress() {
      const { palette, write } = err
      const shown = progress({
        palette,
        write: globals.quiet ? () => {} : write,
        // Some terminals report 0 columns.
        columns: () => streams.stderr.columns || 80,
        animated,
        now: () => performance.now(),
      })
      onClose(shown.stop)
      bars.push(shown.stop)
      return shown
    },
  })
  const askSecret = ask.possible
    ? (question: string) => {
        // A bar would be drawn over the question.
        for (const stop of bars) stop()
        return ask.secret(question)
      }
    : undefined
  return { print, ask, askSecret, debugLine: (line) => err.write(`${escapeInvisibleLines(line)}\n`) }
}
