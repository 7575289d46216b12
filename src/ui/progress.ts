import { duration, formatNumber } from '../util/format.ts'
import type { Progress } from './output.ts'
import type { Palette } from './palette.ts'
import { renderLine, renderLines } from './render.ts'
import { bad, dim, type Line, type Piece } from './text.ts'
import { wrapped } from './wrap.ts'

export interface ProgressOptions {
  readonly write: (text: string) => void
  readonly palette: Palette
  readonly columns: () => number
  /** A bar that is redrawn in place; otherwise a plain line every few seconds, whether anything finishes or not. */
  readonly animated: boolean
  /** Milliseconds, of a clock that never goes back. */
  readonly now: () => number
}

const EVERY = { animated: 100, plain: 5_000 }
const WIPE = '\r\u001b[K'
const CURSOR = { hide: '\u001b[?25l', show: '\u001b[?25h' }

/** Shows how far something long has come: what is done of what was known, how fast, how long still, what failed. */
export function progress({ write, palette, columns, animated, now }: ProgressOptions): Progress {
  let phase: { name: string; total: number | undefined; began: number } | undefined
  let done = 0
  let failed = 0
  let shownAt = Number.NEGATIVE_INFINITY
  let onScreen = false
  // Where nothing is redrawn, a phase in which nothing finishes would look as if nothing went on.
  let next: NodeJS.Timeout | undefined

  const wipe = () => {
    if (onScreen) write(`${WIPE}${CURSOR.show}`)
    onScreen = false
  }
  const draw = () => {
    if (!phase) return
    shownAt = now()
    const line = progressLine(
      { ...phase, done, failed, seconds: (now() - phase.began) / 1000 },
      animated ? columns() : 0,
    )
    if (animated) write(`${CURSOR.hide}${WIPE}${renderLine(line, palette)}`)
    else write(`${renderLine(line, palette)}\n`)
    onScreen = animated
    drawLater()
  }
  const drawLater = () => {
    clearTimeout(next)
    if (!animated) next = setTimeout(draw, EVERY.plain).unref()
  }

  return {
    phase(name, total) {
      wipe()
      phase = { name, total, began: now() }
      done = 0
      failed = 0
      shownAt = animated ? Number.NEGATIVE_INFINITY : now()
      if (animated) draw()
      else drawLater()
    },
    update(nowDone, nowFailed = 0) {
      done = nowDone
      failed = nowFailed
      if (now() - shownAt >= (animated ? EVERY.animated : EVERY.plain)) draw()
    },
    note(line) {
      wipe()
      // Elsewhere a line is one line, whoever reads it.
      write(renderLines(animated ? wrapped(line, { columns: columns() }) : [line], palette))
      if (animated) draw()
    },
    stop() {
      wipe()
      clearTimeout(next)
      phase = undefined
    },
  }
}

interface Moment {
  readonly name: string
  readonly total: number | undefined
  readonly done: number
  readonly failed: number
  readonly seconds: number
}

/**
 * The words of one moment; with room for it (columns > 0) also a bar. It stays narrower than the columns, whatever has
 * to be left out: a line that breaks cannot be redrawn in place. Exported for tests.
 */
export function progressLine({ name, total, done, failed, seconds }: Moment, columns: number): Line {
  const rate = seconds > 0 ? done / seconds : 0
  const facts = countFacts(total, done, seconds)
  if (rate > 0 && seconds >= 1) {
    facts.push(`${rate < 10 ? rate.toFixed(1) : formatNumber(Math.round(rate))}/s`)
    if (total !== undefined && done < total) facts.push(`${duration((total - done) / rate)} left`)
  }
  const failures = failed > 0 ? `  ${formatNumber(failed)} failed` : ''
  const room = () => columns - 1 - name.length - failures.length - `  ${facts.join('  ')}`.length
  if (columns > 0) while (facts.length > 1 && room() < 0) facts.pop()
  if (columns > 0 && room() < 0) return name.slice(0, columns - 1)
  const bar = total && room() >= 14 ? barOf(done / total, Math.min(room() - 4, 30)) : []
  const said = facts.length > 0 ? [dim(`  ${facts.join('  ')}`)] : []
  return [name, ...bar, ...said, ...(failures ? [bad(failures)] : [])]
}

/** Of what is not counted the time is all that there is to say. */
function countFacts(total: number | undefined, done: number, seconds: number): string[] {
  if (total !== undefined) return [`${formatNumber(done)} of ${formatNumber(total)}`]
  if (done > 0) return [formatNumber(done)]
  return seconds >= 1 ? [duration(seconds)] : []
}

function barOf(share: number, width: number): Piece[] {
  const full = Math.min(width, Math.floor(share * width))
  return ['  ', '█'.repeat(full), dim('░'.repeat(width - full))]
}
