import { formatNumber } from '../util/format.ts'
import { bad, good, type Piece, warn } from './text.ts'

/** Whether a bar stands for people whose client is told, told by some acts only, or not told. */
export type Told = 'notified' | 'partly' | 'not-notified'

/** Told apart without colour, too: what is not told looks empty. */
const SIGN: Readonly<Record<Told, string>> = { notified: '█', partly: '▒', 'not-notified': '░' }
export const TONE = { notified: good, partly: warn, 'not-notified': bad } as const

/**
 * A count and its bar, as two cells: `35` and `████████`.
 * @param counts those of the whole table, which share one scale; whatever is not zero has a bar, and none is
 *   longer than it counts
 * @param width columns of the longest bar; 0 for none
 */
export function countBar(
  counts: readonly number[],
  width: number,
): (value: number, notified: Told) => readonly [Piece, Piece] {
  const most = Math.max(1, ...counts)
  const longest = Math.min(width, most)
  const length = (value: number) => Math.max(Math.min(value, width, 1), Math.round((value / most) * longest))
  return (value, notified) => [formatNumber(value), TONE[notified](SIGN[notified].repeat(length(value)))]
}

/** What the signs mean. */
export const LEGEND = `${SIGN.notified} told   ${SIGN.partly} told by all only   ${SIGN['not-notified']} not told`
