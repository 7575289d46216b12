import { bad, good, type Piece, warn } from './text.ts'
import { number } from '../util/format.ts'

/** Whether a bar stands for people whose client is told, told by some acts only, or not told. */
export type Told = 'told' | 'partly' | 'not-told'

/** Told apart without colour, too: what is not told looks empty. */
const SIGN: Readonly<Record<Told, string>> = { told: '█', partly: '▒', 'not-told': '░' }
export const TONE = { told: good, partly: warn, 'not-told': bad } as const

/**
 * A count and its bar, as two cells: `35` and `████████`.
 * @param counts those of the whole table, which share one scale; whatever is not zero has a bar, and none is
 *   longer than it counts
 * @param width columns of the longest bar; 0 for none
 */
export function countBar(
  counts: readonly number[],
  width: number,
): (value: number, told: Told) => readonly [Piece, Piece] {
  const most = Math.max(1, ...counts)
  const longest = Math.min(width, most)
  const length = (value: number) => Math.max(Math.min(value, width, 1), Math.round((value / most) * longest))
  return (value, told) => [number(value), TONE[told](SIGN[told].repeat(length(value)))]
}

/** What the signs mean. */
export const LEGEND = `${SIGN.told} told   ${SIGN.partly} told by all only   ${SIGN['not-told']} not told`
