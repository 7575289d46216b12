import { parse } from 'csv-parse/sync'
import { expect, it } from 'vitest'
import { csvLine } from './csv.ts'

const readBack = (text: string): string[][] => parse(text)

it('is read back by another library as it was', () => {
  const rows = [
    ['realm', 'user', 'name'],
    ['a,b', 'say "hi"', ''],
    ['Ünïcode 李', 'semi;colon', "it's"],
    ['  spaces  ', '100%', '\\back'],
  ]
  expect(readBack(rows.map(csvLine).join(''))).toEqual(rows)
})

it.each([
  '=1+1',
  '+1',
  '-LwjD-0v6ItpnYKvEl-hzlSw',
  '@SUM(A1)',
  '=HYPERLINK("https://evil.example","x")',
  '＝1',
  '＋1',
  '－1',
  '＠x',
])('%s is text', (cell) => {
  expect(readBack(csvLine([cell, 'b']))).toEqual([[`'${cell}`, 'b']])
})

it.each([
  ['\t=1', "'\\u0009=1"],
  ['\r=1', "'\\u000d=1"],
  ['a\nb', 'a\\u000ab'],
  ['bidi \u202etxt', 'bidi \\u202etxt'],
])('%j has no character that is not seen', (cell, shown) => {
  expect(readBack(csvLine([cell]))).toEqual([[shown]])
})

it('ends each line with CR LF', () => {
  expect(csvLine(['a', 'b'])).toBe('a,b\r\n')
})
