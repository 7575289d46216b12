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
  /** Redraws a bar in place; otherwise prints a plain line every few seconds, even if nothing changed. */
  readonly animated: boolean
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number
}

const EVERY = { animated: 100, plain: 5_000 }
const WIPE = '\r\u001b[K'
const CURSOR = { hide: '\u001b[?25l', show: '\u001b[?25h' }

/** Progress of a long operation: done of total, rate, time left, failures. */
export function progress({ write, palette, columns, animated, now }: ProgressOptions): Progress {
  let phase: { name: string; total: number | undefined; began: number } | undefined
  let done = 0
  let failed = 0
  let detail = ''
  let shownAt = Number.NEGATIVE_INFINITY
  let onScreen = false
  // Without a bar, a phase in which nothing finishes would look stuck.
  let next: NodeJS.Timeout | undefined

  const wipe = () => {
    if (onScreen) write(`${WIPE}${CURSOR.show}`)
    onScreen = false
  }
  const draw = () => {
    if (!phase) return
    shownAt = now()
    const line = progressLine(
      { ...phase, done, failed, detail, seconds: (now() - phase.began) / 1000 },
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
      detail = ''
      shownAt = animated ? Number.NEGATIVE_INFINITY : now()
      if (animated) draw()
      else drawLater()
    },
    update(nowDone, nowFailed = 0, nowDetail = '') {
      done = nowDone
      detail = nowDetail
      failed = nowFailed
      if (now() - shownAt >= (animated ? EVERY.animated : EVERY.plain)) draw()
    },
    note(line) {
      wipe()
      // In a log file a note stays one line.
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

interface Status {
  readonly name: string
  readonly total: number | undefined
  readonly done: number
  readonly failed: number
  readonly detail?: string
  readonly seconds: number
}

/**
 * The progress line, with a bar if there is room (`columns` > 0). Parts are left out until it is narrower than the
 * columns: a line that wraps cannot be redrawn in place. Exported for tests.
 */
export function progressLine({ name, total, done, failed, detail, seconds }: Status, columns: number): Line {
  const rate = seconds > 0 ? done / seconds : 0
  const facts = countFacts(total, done, seconds)
  if (detail) facts.push(detail)
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

/** Without a count, the elapsed time. */
function countFacts(total: number | undefined, done: number, seconds: number): string[] {
  if (total !== undefined) return [`${formatNumber(done)} of ${formatNumber(total)}`]
  if (done > 0) return [formatNumber(done)]
  return seconds >= 1 ? [duration(seconds)] : []
}

function barOf(share: number, width: number): Piece[] {
  const full = Math.min(width, Math.floor(share * width))
  return ['  ', '█'.repeat(full), dim('░'.repeat(width - full))]
}
