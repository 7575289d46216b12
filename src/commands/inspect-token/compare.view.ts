import type { Comparison, Difference } from '../../token/compare.ts'
import type { TokenReport } from '../../token/inspect.ts'
import {
  accent,
  bold,
  dim,
  good,
  type Line,
  type Piece,
  type Screen,
  type Styled,
  warn,
} from '../../ui/text.ts'
import { hanging } from '../../ui/views/token-layout.ts'
import { memberText } from '../../util/exact-json.ts'
import { headline } from './view.ts'

/** The result of `inspect-token --compare`. */
export interface CompareResult {
  readonly tokens: readonly TokenReport[]
  readonly comparison: Comparison
}

const MARKS: Readonly<Record<Difference['matters'], Styled>> = {
  yes: warn('matters'),
  unknown: accent('may matter'),
  no: dim('does not matter'),
}

const ORDER: readonly Difference['matters'][] = ['yes', 'unknown', 'no']

/** Returns what two tokens have in common and how they differ, differences that matter first. */
export function compareView({ tokens, comparison }: CompareResult, screen: Screen): Line[] {
  const { differences, same, matters } = comparison
  const sorted = ORDER.flatMap((each) => differences.filter((difference) => difference.matters === each))
  return [
    ...tokens.map(
      (token, index): Line => [index === 0 ? 'first   ' : 'second  ', ...pieces(headline(token))],
    ),
    '',
    ...sorted.flatMap((each) => [...differenceLines(each, screen), '']),
    ...hanging([good('same    ')], same.join(' ') || 'nothing', screen, 8),
    '',
    matters ? warn('The tokens differ in a way that matters.') : good('No difference is known to matter.'),
  ]
}

const pieces = (line: Line): readonly Piece[] => (typeof line === 'string' || 'text' in line ? [line] : line)

function differenceLines(difference: Difference, screen: Screen): Line[] {
  const { name, part, matters, why } = difference
  const row = (label: string, text: string) => hanging(['     ', dim(label.padEnd(10))], text, screen, 15)
  const value = (place: 'first' | 'second') =>
    difference[place] === null ? 'missing' : memberText(difference, place)
  return [
    [bold(name), part === 'header' ? ' (header)' : '', '  ', MARKS[matters]],
    ...row('first', value('first')),
    ...row('second', value('second')),
    ...row('why', why),
  ]
}
