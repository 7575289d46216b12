import type { JsonObject } from '../../token/json.ts'
import { widthOf } from '../../ui/table.ts'
import { accent, dim, type Line, type Piece, type Screen } from '../../ui/text.ts'
import { hanging, wrappedText } from '../../ui/views/token-layout.ts'
import { escapeInvisible } from '../../util/escape-invisible.ts'
import { memberText } from '../../util/exact-json.ts'

const WIDEST_NAME = 20
const WIDEST_VALUE = 30

/**
 * Returns name, value and meaning in three columns; long names and values get their own lines. Widths are screen columns,
 * because names may use any script.
 */
export function memberLines(
  members: JsonObject,
  explain: (name: string) => string | undefined,
  { columns }: Screen,
): Line[] {
  const width = (text: string) => widthOf(escapeInvisible(text))
  const entries = Object.keys(members).map((name) => [name, memberText(members, name)] as const)
  const nameWidth = Math.min(WIDEST_NAME, Math.max(4, ...entries.map(([name]) => width(name))))
  const indent = 2 + nameWidth + 2
  const valueWidth = Math.min(
    WIDEST_VALUE,
    Math.max(12, ...entries.map(([, shown]) => width(shown)).filter((n) => n <= WIDEST_VALUE)),
  )
  const padded = (text: string, to: number) => `${text}${' '.repeat(Math.max(0, to - width(text)))}`

  return entries.flatMap(([name, shown]): Line[] => {
    const meaning = explain(name)
    const head: Piece[] = ['  ', accent(padded(name, nameWidth)), '  ']
    const fits = width(shown) <= valueWidth && width(name) <= nameWidth
    if (fits && meaning === undefined) return [[...head, shown]]
    if (fits && meaning !== undefined && width(meaning) <= columns - indent - valueWidth - 2) {
      return [[...head, padded(shown, valueWidth), '  ', dim(meaning)]]
    }
    const beside = width(name) <= columns - indent
    return [
      ...(beside
        ? hanging(head, shown, { columns }, indent)
        : [...ownLines(name, columns, 2, accent), ...hanging([' '.repeat(indent)], shown, { columns })]),
      ...(meaning === undefined ? [] : ownLines(meaning, columns, indent, dim)),
    ]
  })
}

const ownLines = (text: string, columns: number, indent: number, tone: (text: string) => Piece): Line[] =>
  wrappedText(text, columns - indent).map((line) => [' '.repeat(indent), tone(line)])
