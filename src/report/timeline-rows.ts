import { formatNumber } from '../util/format.ts'
import { type Cell, quoted, type Table } from './page.ts'
import { elapsed, othersText } from './texts.ts'
import type { Sample, Timeline } from './timeline.ts'

const MAX_ROWS = 13

/** The timeline as a table of a few samples, the first and the last included. */
export function timelineTable({ series, samples }: Timeline): Table {
  return {
    kind: 'table',
    heads: [
      { text: 'After', align: 'right' },
      ...series.map((one) => ({ text: seriesName(one), align: 'right' as const })),
    ],
    rows: evenlySpaced(samples).map(({ at, left }): Cell[] => [
      { text: elapsed(at) },
      ...left.map((count) => ({ text: formatNumber(count) })),
    ]),
    more: 0,
  }
}

export const seriesName = ({ clientId, clients }: Timeline['series'][number]) =>
  clientId === null ? othersText(clients) : quoted(clientId)

/** The samples that hold at evenly spaced times. */
function evenlySpaced(samples: readonly Sample[]): readonly Sample[] {
  if (samples.length <= MAX_ROWS) return samples
  const end = samples.at(-1)?.at ?? 0
  const chosen = new Set<Sample>()
  for (let row = 0; row < MAX_ROWS; row++) {
    const time = (end * row) / (MAX_ROWS - 1)
    const sample = samples.findLast(({ at }) => at <= time)
    if (sample) chosen.add(sample)
  }
  const last = samples.at(-1)
  if (last) chosen.add(last)
  return samples.filter((sample) => chosen.has(sample))
}
