import { formatNumber } from '../util/format.ts'
import { bad, good, type Piece, warn } from './text.ts'

/** Whether a client is notified by every operation, by some, or by none. */
export type NotifiedBy = 'notified' | 'partly' | 'not-notified'

/** Distinguishable without colour: a bar of a client that is not notified looks empty. */
const SIGN: Readonly<Record<NotifiedBy, string>> = { notified: '█', partly: '▒', 'not-notified': '░' }
export const TONE = { notified: good, partly: warn, 'not-notified': bad } as const

/**
 * Returns a function that turns a count into two cells: `35` and `████████`.
 * @param counts all counts of the table, for a common scale. A count above 0 has a bar, at most as long as the count.
 * @param width columns of the longest bar; 0 for none
 */
export function countBar(
  counts: readonly number[],
  width: number,
): (value: number, notified: NotifiedBy) => readonly [Piece, Piece] {
  const most = Math.max(1, ...counts)
  const longest = Math.min(width, most)
  const length = (value: number) => Math.max(Math.min(value, width, 1), Math.round((value / most) * longest))
  return (value, notified) => [formatNumber(value), TONE[notified](SIGN[notified].repeat(length(value)))]
}

/** The legend of the bars. */
export const LEGEND = `${SIGN.notified} notified   ${SIGN.partly} notified by all only   ${SIGN['not-notified']} not notified`
