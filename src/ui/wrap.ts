import { escapeInvisible } from '../util/escape-invisible.ts'
import { widthOf } from './table.ts'
import type { Line, Piece } from './text.ts'

/** Breaks a line at spaces to fit the width, and indents the following lines. Never breaks words. */
export function wrapped(line: Line, { columns }: { readonly columns: number }, indent = 2): Line[] {
  const words = (Array.isArray(line) ? line : [line]).flatMap(wordsOf)
  const lines: Piece[][] = [[]]
  let used = 0
  for (const word of words) {
    const text = textOf(word)
    const width = widthOf(escapeInvisible(text))
    const current = lines.at(-1) as Piece[]
    if (used + width > columns && current.length > 0 && text !== ' ') {
      if (current.at(-1) === ' ') current.pop()
      lines.push(indent > 0 ? [' '.repeat(indent), word] : [word])
      used = indent + width
    } else {
      current.push(word)
      used += width
    }
  }
  return lines
}

/** The words and single spaces of a piece, each with its tone. */
const wordsOf = (piece: Piece): Piece[] =>
  textOf(piece)
    .split(/( )/)
    .filter((text) => text !== '')
    .map((text) => (typeof piece === 'string' || text === ' ' ? text : { ...piece, text }))

const textOf = (piece: Piece) => (typeof piece === 'string' ? piece : piece.text)
