import { escapeInvisible } from '../util/escape-invisible.ts'
import type { Line, Piece } from './text.ts'

export interface Column {
  readonly head: string
  readonly align?: 'left' | 'right'
  /** Minimum width. On a narrow screen cells are cut (with …) down to it, in the widest column first. */
  readonly least?: number
}

type Row = readonly Piece[]
const GAP = 2

/**
 * A table as lines. Columns are as wide as their widest cell; some are cut if the screen is too narrow. A column without
 * a head and without text is left out.
 */
export function table(given: readonly Column[], givenRows: readonly Row[], width: number): Line[] {
  const used = (c: number) => given[c]?.head !== '' || givenRows.some((row) => textOf(row[c] ?? '') !== '')
  const columns = given.filter((_, c) => used(c))
  const rows =
    columns.length === given.length ? givenRows : givenRows.map((row) => row.filter((_, c) => used(c)))
  const cells = rows.map((row) => row.map(shown))
  const widths = narrowed(widthsOf(columns, cells), columns, width)
  const line = (row: Row, tone?: 'dim'): Line => {
    // No padding after the last cell with text.
    const end = columns.findLastIndex((_, c) => textOf(row[c] ?? '') !== '')
    return columns.slice(0, end + 1).flatMap(({ align }, c) => {
      const last = c === end
      const piece = fitted(row[c] ?? '', widths[c] ?? 0, align ?? 'left', last)
      const toned = tone ? { text: textOf(piece), tone } : piece
      return last ? [toned] : [toned, ' '.repeat(GAP)]
    })
  }
  return [
    line(
      columns.map(({ head }) => head),
      'dim',
    ),
    ...cells.map((row) => line(row)),
  ]
}

/** The first layout that fits the width, or the last one. */
export function firstThatFits(width: number, ...ways: readonly (() => Line[])[]): Line[] {
  let lines: Line[] = []
  for (const way of ways) {
    lines = way()
    if (lines.every((line) => widthOfLine(line) <= width)) break
  }
  return lines
}

const widthOfLine = (line: Line) =>
  (Array.isArray(line) ? line : [line]).reduce(
    (sum: number, piece: Piece) => sum + widthOf(textOf(shown(piece))),
    0,
  )

const widthsOf = (columns: readonly Column[], cells: readonly Row[]): number[] =>
  columns.map(({ head }, c) =>
    cells.reduce((widest, row) => Math.max(widest, widthOf(textOf(row[c] ?? ''))), widthOf(head)),
  )

/** Narrows the widest column that may shrink, until all columns fit or none may shrink. */
function narrowed(widths: readonly number[], columns: readonly Column[], width: number): number[] {
  const narrow = [...widths]
  for (let over = total(widths) - width; over > 0; over--) {
    const widest = columns.reduce((found, { least }, c) => {
      const mayShrink = least !== undefined && (narrow[c] ?? 0) > least
      return mayShrink && (narrow[c] ?? 0) >= (narrow[found] ?? 0) ? c : found
    }, -1)
    if (widest < 0) break
    narrow[widest] = (narrow[widest] ?? 0) - 1
  }
  return narrow
}

const total = (widths: readonly number[]) => widths.reduce((sum, width) => sum + width + GAP, -GAP)

function fitted(piece: Piece, width: number, align: 'left' | 'right', last: boolean): Piece {
  const text = textOf(piece)
  const cut = widthOf(text) > width ? `${cutTo(text, width - 1)}…` : text
  const pad = ' '.repeat(Math.max(0, width - widthOf(cut)))
  const padded = align === 'right' ? pad + cut : last ? cut : cut + pad
  return typeof piece === 'string' ? padded : { ...piece, text: padded }
}

/** Makes text safe before it is measured: an escaped `\u001b` is six columns wide. */
const shown = (piece: Piece): Piece =>
  typeof piece === 'string' ? escapeInvisible(piece) : { ...piece, text: escapeInvisible(piece.text) }
const textOf = (piece: Piece) => (typeof piece === 'string' ? piece : piece.text)

/** Wide East Asian characters and emoji take two columns, combining marks none. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u
const columnsOf = (char: string) => (/\p{Mn}|\p{Me}/u.test(char) ? 0 : WIDE.test(char) ? 2 : 1)
export const widthOf = (text: string): number =>
  // Most cells are ASCII, one column per character.
  /^[\u0020-\u007e]*$/.test(text) ? text.length : [...text].reduce((sum, char) => sum + columnsOf(char), 0)

function cutTo(text: string, width: number): string {
  let used = 0
  let kept = ''
  for (const char of text) {
    used += columnsOf(char)
    if (used > width) break
    kept += char
  }
  return kept
}
