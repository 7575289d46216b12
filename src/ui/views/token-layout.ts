import { escapeInvisible } from '../../util/escape-invisible.ts'
import { widthOf } from '../table.ts'
import type { Line, Piece, Screen } from '../text.ts'

const NARROWEST = 16

/** Wraps text at spaces; breaks words that are longer than a line (tokens, URLs). */
export function wrappedText(text: string, width: number, firstWidth = width): string[] {
  const lines: string[] = []
  let line = ''
  const room = () => Math.max(NARROWEST, lines.length === 0 ? firstWidth : width)
  for (const word of escapeInvisible(text).split(' ')) {
    const joined = line === '' ? word : `${line} ${word}`
    if (widthOf(joined) <= room()) {
      line = joined
      continue
    }
    if (line !== '') lines.push(line)
    line = word
    while (widthOf(line) > room()) {
      const cut = fitting(line, room())
      lines.push(line.slice(0, cut))
      line = line.slice(cut)
    }
  }
  return [...lines, line]
}

/** Returns how many characters of a word fit; wide characters take two columns. */
function fitting(word: string, width: number): number {
  let used = 0
  let end = 0
  for (const char of word) {
    used += widthOf(char)
    if (used > width) break
    end += char.length
  }
  return Math.max(1, end)
}

/** Returns a head and wrapped text; further lines are indented by `indent`, by default the width of the head. */
export function hanging(head: readonly Piece[], text: string, { columns }: Screen, indent?: number): Line[] {
  const taken = head.reduce(
    (sum, piece) => sum + widthOf(escapeInvisible(typeof piece === 'string' ? piece : piece.text)),
    0,
  )
  const by = indent ?? taken
  const [first = '', ...rest] = wrappedText(text, columns - by, columns - taken)
  return [[...head, first], ...rest.map((line): Line => [' '.repeat(by), line])]
}
