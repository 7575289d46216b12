import { duration, formatNumber } from '../util/format.ts'
import { roundTicks, timeTicks } from './scale.ts'
import type { Mark, Timeline } from './timeline.ts'

const SIZE = { width: 800, height: 340 }
const PLOT = { left: 66, right: 776, top: 48, bottom: 286 }
const PHASES = { top: 4, height: 20 }
/** Width of a letter in the strip of phases; a name that does not fit is left out. */
const LETTER = 6.7

/**
 * The timeline as an SVG, for a page that styles its classes: stacked areas, one for each series, the largest at the
 * bottom; the phases above them, numbered lines for marks across them. A sample holds until the next one, so the areas
 * have steps. Contains no text of others.
 */
export function timelineChart({ began, series, samples, marks }: Timeline): string {
  const end = Math.max(samples.at(-1)?.at ?? 0, 1)
  const sum = (left: readonly number[]) => left.reduce((total, count) => total + count, 0)
  const counts = roundTicks(Math.max(...samples.map(({ left }) => sum(left))), 5)
  const x = (at: number) => round(PLOT.left + (Math.min(at, end) / end) * (PLOT.right - PLOT.left))
  const y = (count: number) => round(PLOT.bottom - (count / (counts.at(-1) ?? 1)) * (PLOT.bottom - PLOT.top))

  const heights = (below: number) => samples.map(({ left }) => y(sum(left.slice(0, below))))
  const xs = samples.map(({ at }) => x(at))
  const areas = series.map(
    (_, index) => `<path class="s${index}" d="${area(xs, heights(index + 1), heights(index))}"/>`,
  )
  const events = marks.filter(({ what }) => what !== 'phase')
  return [
    `<svg class="timeline" viewBox="0 0 ${SIZE.width} ${SIZE.height}" role="img" aria-label="Remaining client sessions by client during the run. The table below has the numbers.">`,
    ...phaseStrip(
      marks.filter(({ what }) => what === 'phase'),
      end,
      x,
    ),
    ...counts.map(
      (count) =>
        `<path class="grid" d="M${PLOT.left} ${y(count)}H${PLOT.right}"/><text class="axis" text-anchor="end" x="${PLOT.left - 8}" y="${y(count) + 4}">${formatNumber(count)}</text>`,
    ),
    ...areas,
    `<path class="total" d="${steps(xs, heights(series.length))}"/>`,
    `<path class="base" d="M${PLOT.left} ${PLOT.bottom}H${PLOT.right}"/>`,
    ...timeTicks(end / 1000, 8).map(
      (seconds) =>
        `<path class="base" d="M${x(seconds * 1000)} ${PLOT.bottom}v5"/><text class="axis" text-anchor="middle" x="${x(seconds * 1000)}" y="${PLOT.bottom + 20}">${tick(seconds)}</text>`,
    ),
    `<text class="axis" x="${PLOT.left}" y="${PLOT.bottom + 42}">${clock(began, 0)}</text>`,
    `<text class="axis" text-anchor="end" x="${PLOT.right}" y="${PLOT.bottom + 42}">${clock(began, end)}</text>`,
    ...events.map((mark, index) => markLine(mark, index + 1, x(mark.at))),
    '</svg>',
  ].join('\n')
}

/** A step line from left to right: each y holds until the next x. */
function steps(xs: readonly number[], ys: readonly number[]): string {
  return xs.map((at, index) => (index === 0 ? `M${at} ${ys[0]}` : `H${at}V${ys[index]}`)).join('')
}

function area(xs: readonly number[], upper: readonly number[], lower: readonly number[]): string {
  const back = [...xs.keys()]
    .reverse()
    .map((index) => (index === xs.length - 1 ? `V${lower[index]}` : `V${lower[index]}H${xs[index]}`))
  // On the way back, the y before a step holds up to it.
  return `${steps(xs, upper)}${back.join('')}Z`
}

function phaseStrip(phases: readonly Mark[], end: number, x: (at: number) => number): string[] {
  return phases.map(({ at, detail }, index) => {
    const from = x(at)
    const width = round(x(phases[index + 1]?.at ?? end) - from)
    const label =
      detail.length * LETTER + 8 <= width
        ? `<text class="axis" x="${from + 5}" y="${PHASES.top + 14}">${detail}</text>`
        : ''
    return `<rect class="phase${index % 2}" x="${from}" y="${PHASES.top}" width="${width}" height="${PHASES.height}"><title>${detail}</title></rect>${label}`
  })
}

const markLine = ({ what }: Mark, count: number, at: number): string => {
  const kind = what === 'interrupted' || what === 'stopped' || what === 'failure' ? 'bad' : 'unsure'
  return `<g class="mark ${kind}"><path d="M${at} ${PLOT.top - 8}V${PLOT.bottom}"/><circle cx="${at}" cy="${PLOT.top - 10}" r="9"/><text text-anchor="middle" x="${at}" y="${PLOT.top - 6}">${count}</text></g>`
}

const tick = (seconds: number): string =>
  seconds < 10 ? `${Number(seconds.toFixed(1))} s` : duration(seconds)
const clock = (began: string, at: number): string =>
  `${new Date(Date.parse(began) + at).toISOString().slice(11, 19)} UTC`
const round = (value: number): number => Math.round(value * 10) / 10
