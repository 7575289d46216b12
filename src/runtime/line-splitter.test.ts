import { expect, it } from 'vitest'
import { LineSplitter } from './line-splitter.ts'

const linesOf = (...chunks: (string | Uint8Array)[]) => {
  const splitter = new LineSplitter()
  return [...chunks.map((chunk) => splitter.push(Buffer.from(chunk))), splitter.end()]
}

it('joins a line that comes in several chunks', () => {
  expect(linesOf('abc', 'def', 'g\nx', 'y\n', 'z')).toEqual([[], [], ['abcdefg'], ['xy'], [], ['z']])
})

it('joins a character that is split between two chunks', () => {
  const bytes = Buffer.from('Zoë\n')
  expect(linesOf(bytes.subarray(0, 3), bytes.subarray(3))).toEqual([[], ['Zoë'], []])
})

it('decodes a text of one byte', () => {
  expect(linesOf('a')).toEqual([[], ['a']])
})
