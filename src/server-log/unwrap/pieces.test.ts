import { expect, test } from 'vitest'
import { Pieces } from './pieces.ts'

const LONG = 'x'.repeat(300_000)

test('lines that come in several chunks, without their line breaks', () => {
  const pieces = new Pieces()
  const texts = [...pieces.push('a\r\nb'), ...pieces.push('c\n\nd'), ...pieces.end()].map(({ text }) => text)
  expect(texts).toEqual(['a', 'bc', '', 'd'])
})

test('a line that is too long comes in pieces, and the next one is whole', () => {
  const pieces = new Pieces()
  const seen = [...pieces.push(LONG), ...pieces.push(LONG), ...pieces.push('end\nnext\n'), ...pieces.end()]
  expect(seen.map(({ text, begins, ends }) => [text.length, begins, ends])).toEqual([
    [300_000, true, false],
    [300_000, false, false],
    [3, false, true],
    [4, true, true],
  ])
})
