import { describe, expect, it } from 'vitest'
import { plain } from './palette.ts'
import { renderLines } from './render.ts'
import { firstThatFits, table, widthOf } from './table.ts'
import { bad, dim } from './text.ts'
import { wrapped } from './wrap.ts'

const shown = (lines: Parameters<typeof renderLines>[0]) => renderLines(lines, plain).split('\n').slice(0, -1)

describe('how many columns a text takes', () => {
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

  it('gives each column the width of its widest cell', () => {
    expect(shown(table(columns, rows, 80))).toEqual([
      'client            sessions  where',
      'shop                     1  https://shop.example/logout',
      'mytenant-cockpit     1,234  no',
    ])
  })

  it('cuts the widest of the columns that may be cut, then all of them alike', () => {
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

  it('leaves out a column without a head that says nothing', () => {
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

  it('keeps to its least widths even where the screen is narrower', () => {
    expect(shown(table(columns, rows, 5))[2]).toBe('mytenant-cockpit'.slice(0, 5).concat('…     1,234  no'))
  })

  it('leaves no space at the end of a line, but for what is aligned', () => {
    expect(shown(table(columns, rows, 80)).filter((line) => line.endsWith(' '))).toEqual([])
  })

  it('counts wide characters twice, and cuts none of them in half', () => {
    expect(shown(table([{ head: 'a', least: 4 }, { head: 'b' }], [['日本語テキスト', 'x']], 10))).toEqual([
      'a        b',
      '日本語…  x',
    ])
  })

  it('measures a hostile cell as it will be shown', () => {
    expect(shown(table([{ head: 'a' }, { head: 'b' }], [['\u001b[2J', 'x']], 80))).toEqual([
      'a          b',
      '\\u001b[2J  x',
    ])
  })

  it('keeps the colour of a cell, and the headings dim', () => {
    expect(table([{ head: 'a' }, { head: 'b' }], [[bad('no'), 'x']], 80)).toEqual([
      [dim('a '), '  ', dim('b')],
      [bad('no'), '  ', 'x'],
    ])
  })

  it('has its headings alone when there is no row', () => {
    expect(shown(table([{ head: 'a' }], [], 80))).toEqual(['a'])
  })

  it('ends a row with its last cell that says something', () => {
    expect(shown(table([{ head: 'a' }, { head: 'b' }], [['x'], ['y', ''], ['', '']], 80))).toEqual([
      'a  b',
      'x',
      'y',
      '',
    ])
  })

  it('takes a hundred thousand rows', () => {
    expect(table([{ head: 'a' }], Array(100_000).fill(['x']), 80).length).toBe(100_001)
  })
})

describe('one of several ways to lay something out', () => {
  const way = (width: number) => () => ['x'.repeat(width)]

  it('is the first that fits, or else the last', () => {
    expect(firstThatFits(10, way(12), way(10), way(5))).toEqual(way(10)())
    expect(firstThatFits(3, way(12), way(10), way(5))).toEqual(way(5)())
  })
})

describe('a line that is too long', () => {
  const wrap = (text: Parameters<typeof wrapped>[0], columns: number, indent?: number) =>
    shown(wrapped(text, { columns }, indent))

  it('is broken at its spaces, and indented', () => {
    expect(wrap('one two three four five', 11)).toEqual(['one two', '  three', '  four five'])
    expect(wrap('one two three', 8, 0)).toEqual(['one two', 'three'])
  })

  it('that fits stays one, to the last column', () => {
    expect(wrap('one two', 7)).toEqual(['one two'])
    expect(wrap('one two', 6)).toEqual(['one', '  two'])
  })

  it('has no word cut: people copy URLs', () => {
    expect(wrap('see https://shop.example/logout now', 12)).toEqual([
      'see',
      '  https://shop.example/logout',
      '  now',
    ])
  })

  it('keeps the colours of its pieces', () => {
    expect(wrapped([bad('two words'), ' and more'], { columns: 10 })).toEqual([
      [bad('two'), ' ', bad('words')],
      ['  ', 'and', ' ', 'more'],
    ])
  })

  it('keeps the space that it begins with', () => {
    expect(wrap('  failed: it was so', 12)).toEqual(['  failed: it', '  was so'])
  })

  it('is measured as it will be shown', () => {
    expect(wrap('a\u001b b', 7)).toEqual(['a\\u001b', '  b'])
  })

  it('that is empty stays one line', () => {
    expect(wrap('', 10)).toEqual([''])
  })
})
