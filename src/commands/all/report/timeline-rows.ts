import { formatNumber } from '../../../util/format.ts'
import { type Cell, quoted, type Table } from './page.ts'
import { elapsed, othersText } from './texts.ts'
import type { Sample, Timeline } from './timeline.ts'

/** As many moments tell the story in numbers. */
const MOST_ROWS = 13

/** The timeline in numbers, at a few moments of it, the first and the last among them. */
export function timelineTable({ series, samples }: Timeline): Table {
  return {
    kind: 'table',
    heads: [
      { text: 'After', align: 'right' },
      ...series.map((one) => ({ text: seriesName(one), align: 'right' as const })),
    ],
    rows: few(samples).map(({ at, left }): Cell[] => [
      { text: elapsed(at) },
      ...left.map((count) => ({ text: formatNumber(count) })),
    ]),
    more: 0,
  }
}

export const seriesName = ({ clientId, clients }: Timeline['series'][number]) =>
  clientId === null ? othersText(clients) : quoted(clientId)

/** Those nearest to moments that are evenly apart. */
function few(samples: readonly Sample[]): readonly Sample[] {
  if (samples.length <= MOST_ROWS) return samples
  const end = samples.at(-1)?.at ?? 0
  const chosen = new Set<Sample>()
  for (let row = 0; row < MOST_ROWS; row++) {
    const wanted = (end * row) / (MOST_ROWS - 1)
    const found = samples.findLast(({ at }) => at <= wanted)
    if (found) chosen.add(found)
  }
  const last = samples.at(-1)
  if (last) chosen.add(last)
  return samples.filter((sample) => chosen.has(sample))
}
