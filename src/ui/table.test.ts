import { describe, expect, it } from 'vitest'
import { plain } from './palette.ts'
import { renderLines } from './render.ts'
import { firstThatFits, table, widthOf } from './table.ts'
import { bad, dim } from './text.ts'
import { wrapped } from './wrap.ts'

const shown = (lines: Parameters<typeof renderLines>[0]) => renderLines(lines, plain).split('\n').slice(0, -1)

describe('the width of a text', () => {
  it.each([
    ['', 0],
    ['plain', 5],
    ['naïve', 5],
    ['e\u0301', 1],
    ['日本語', 6],
    ['ｗｉｄｅ', 8],
    ['한국어', 6],
    ['👍', 2],
    ['a👍b', 4],
    ['𠮷', 2],
  ])('%j: %i', (text, width) => {
    expect(widthOf(text)).toBe(width)
  })
})

describe('a table', () => {
  const columns = [
    { head: 'client', least: 6 },
    { head: 'sessions', align: 'right' as const },
    { head: 'where', least: 10 },
  ]
  const rows = [
    ['shop', '1', 'https://shop.example/logout'],
    ['mytenant-cockpit', '1,234', 'no'],
  ]

  it('has columns as wide as their widest cell', () => {
    expect(shown(table(columns, rows, 80))).toEqual([
      'client            sessions  where',
      'shop                     1  https://shop.example/logout',
      'mytenant-cockpit     1,234  no',
    ])
  })

  it('cuts the widest column that may be cut first, then all alike', () => {
    expect(shown(table(columns, rows, 50))).toEqual([
      'client            sessions  where',
      'shop                     1  https://shop.example/…',
      'mytenant-cockpit     1,234  no',
    ])
    expect(shown(table(columns, rows, 30))).toEqual([
      'client    sessions  where',
      'shop             1  https://s…',
      'mytenan…     1,234  no',
    ])
  })

  it('cuts a long name rather than a short address', () => {
    const named = [['a-client-with-a-long-name-that-goes-on-and-on', '1', 'http://shop.example']]
    expect(shown(table(columns, named, 60))[1]).toBe(
      'a-client-with-a-long-name-th…         1  http://shop.example',
    )
  })

  it('leaves out a column without a head and without text', () => {
    const marked = [{ head: '' }, { head: 'a' }]
    expect(shown(table(marked, [['', 'x']], 80))).toEqual(['a', 'x'])
    expect(
      shown(
        table(
          marked,
          [
            ['', 'x'],
            ['!', 'y'],
          ],
          80,
        ),
      ),
    ).toEqual(['   a', '   x', '!  y'])
  })

  it('keeps the minimum widths on a narrower screen', () => {
    expect(shown(table(columns, rows, 5))[2]).toBe('mytenant-cockpit'.slice(0, 5).concat('…     1,234  no'))
  })

  it('has no trailing spaces, except for alignment', () => {
    expect(shown(table(columns, rows, 80)).filter((line) => line.endsWith(' '))).toEqual([])
  })

  it('counts wide characters twice, and never cuts one in half', () => {
    expect(shown(table([{ head: 'a', least: 4 }, { head: 'b' }], [['日本語テキスト', 'x']], 10))).toEqual([
      'a        b',
      '日本語…  x',
    ])
  })

  it('measures a hostile cell as escaped', () => {
    expect(shown(table([{ head: 'a' }, { head: 'b' }], [['\u001b[2J', 'x']], 80))).toEqual([
      'a          b',
      '\\u001b[2J  x',
    ])
  })

  it('keeps the colour of a cell, with dim heads', () => {
    expect(table([{ head: 'a' }, { head: 'b' }], [[bad('no'), 'x']], 80)).toEqual([
      [dim('a '), '  ', dim('b')],
      [bad('no'), '  ', 'x'],
    ])
  })

  it('has only its heads without rows', () => {
    expect(shown(table([{ head: 'a' }], [], 80))).toEqual(['a'])
  })

  it('ends a row at its last cell with text', () => {
    expect(shown(table([{ head: 'a' }, { head: 'b' }], [['x'], ['y', ''], ['', '']], 80))).toEqual([
      'a  b',
      'x',
      'y',
      '',
    ])
  })

  it('has 100,000 rows', () => {
    expect(table([{ head: 'a' }], Array(100_000).fill(['x']), 80).length).toBe(100_001)
  })
})

describe('firstThatFits', () => {
  const way = (width: number) => () => ['x'.repeat(width)]

  it('returns the first layout that fits, or the last', () => {
    expect(firstThatFits(10, way(12), way(10), way(5))).toEqual(way(10)())
    expect(firstThatFits(3, way(12), way(10), way(5))).toEqual(way(5)())
  })
})

describe('wrapped', () => {
  const wrap = (text: Parameters<typeof wrapped>[0], columns: number, indent?: number) =>
    shown(wrapped(text, { columns }, indent))

  it('breaks a long line at spaces, and indents the rest', () => {
    expect(wrap('one two three four five', 11)).toEqual(['one two', '  three', '  four five'])
    expect(wrap('one two three', 8, 0)).toEqual(['one two', 'three'])
  })

  it('keeps a line that fits exactly', () => {
    expect(wrap('one two', 7)).toEqual(['one two'])
    expect(wrap('one two', 6)).toEqual(['one', '  two'])
  })

  it('never breaks a word, so that URLs can be copied', () => {
    expect(wrap('see https://shop.example/logout now', 12)).toEqual([
      'see',
      '  https://shop.example/logout',
      '  now',
    ])
  })

  it('keeps the colours of the pieces', () => {
    expect(wrapped([bad('two words'), ' and more'], { columns: 10 })).toEqual([
      [bad('two'), ' ', bad('words')],
      ['  ', 'and', ' ', 'more'],
    ])
  })

  it('keeps leading spaces', () => {
    expect(wrap('  failed: it was so', 12)).toEqual(['  failed: it', '  was so'])
  })

  it('measures escaped text', () => {
    expect(wrap('a\u001b b', 7)).toEqual(['a\\u001b', '  b'])
  })

  it('returns one line for an empty line', () => {
    expect(wrap('', 10)).toEqual([''])
  })
})
