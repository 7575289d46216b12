import { errorFields, type UserError } from '../errors.ts'
import { csvLine } from '../util/csv.ts'
import { safeJson } from '../util/escape-invisible.ts'
import type { Print, Progress } from './output.ts'
import type { Palette } from './palette.ts'
import { renderLine, renderLines } from './render.ts'
import { bad, dim, type Line, type Screen, type View, warn } from './text.ts'
import { wrapped } from './wrap.ts'

/** A stream that the printer writes to. */
export interface Sink {
  write(text: string): void
  /** Resolves when a slow reader has caught up. Rejects with EPIPE if the reader has gone. */
  drained(): Promise<void>
  readonly palette: Palette
  readonly screen: Screen
  /** A terminal: messages break at words. */
  readonly wraps?: boolean
}

export interface PrinterOptions {
  readonly out: Sink
  readonly err: Sink
  readonly json: boolean
  readonly quiet: boolean
  readonly progress: () => Progress
}

/** Writes only the result to stdout, everything else to stderr. */
export function printer({ out, err, json, quiet, progress }: PrinterOptions): Print {
  const show = <T>(sink: Sink, value: T, view: View<T>) =>
    sink.write(renderLines(view(value, sink.screen), sink.palette))
  return {
    json,
    progress,
    result(document, view) {
      if (json) out.write(`${safeJson({ schemaVersion: 1, ...document }, 2)}\n`)
      else show(out, document, view)
    },
    async item(document, view) {
      if (json) out.write(`${safeJson({ schemaVersion: 1, ...document })}\n`)
      else show(out, document, view)
      await out.drained()
    },
    async row(cells) {
      out.write(csvLine(cells))
      await out.drained()
    },
    async list(name, items, view, end, endView) {
      const lines = new Batch(out)
      let first = true
      try {
        if (json) lines.add(`{"schemaVersion":1,${safeJson(name)}:[`)
        for await (const item of items) {
          lines.add(
            json
              ? `${first ? '' : ','}\n${safeJson(item)}`
              : renderLines(view(item, out.screen), out.palette),
          )
          first = false
          if (lines.isFull) await lines.flush()
        }
      } finally {
        await lines.flush()
      }
      const last = end()
      // The other members, without their opening brace.
      if (json) out.write(`\n]${Object.keys(last).length > 0 ? ',' : ''}${safeJson(last).slice(1)}\n`)
      else show(out, last, endView)
    },
    raw: (text) => out.write(text),
    plan: (value, view) => show(err, value, view),
    note(line) {
      if (!quiet) err.write(`${renderLine(line, err.palette)}\n`)
    },
    warn(line) {
      writeMessage(err, [warn('warning: '), ...pieces(line)], 9)
    },
  }
}

/** Reports an error and its hint: two lines on stderr, or JSON on stdout. */
export function reportError(error: UserError, { out, err, json }: { out: Sink; err: Sink; json: boolean }) {
  if (json) {
    out.write(`${safeJson({ schemaVersion: 1, error: errorFields(error) }, 2)}\n`)
    return
  }
  const { message, hint } = error
  writeMessage(err, [bad('error: '), message], 7)
  if (hint) writeMessage(err, [dim('hint:  '), hint], 7)
}

/** On a terminal broken at words, the following lines below the first word after the label. */
const writeMessage = (sink: Sink, line: Line, indent: number) =>
  sink.write(renderLines(sink.wraps ? wrapped(line, sink.screen, indent) : [line], sink.palette))

const pieces = (line: Line) => (Array.isArray(line) ? line : [line])

/** Characters of a batch. */
const FULL = 16_384
/** A line waits at most this long for others, in milliseconds. */
const LATENCY = 20

/** Writes many lines at once, because each write is a system call; a line on its own waits for `LATENCY` at most. */
class Batch {
  readonly #out: Sink
  #text = ''
  #timer: NodeJS.Timeout | undefined

  constructor(out: Sink) {
    this.#out = out
  }

  get isFull(): boolean {
    return this.#text.length >= FULL
  }

  add(text: string): void {
    this.#text += text
    this.#timer ??= setTimeout(() => this.#write(), LATENCY)
  }

  /** Writes what waits. Resolves when a slow reader has caught up. */
  async flush(): Promise<void> {
    this.#write()
    await this.#out.drained()
  }

  #write(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#text !== '') this.#out.write(this.#text)
    this.#text = ''
  }
}
