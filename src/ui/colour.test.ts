import { describe, expect, it } from 'vitest'
import { hasColour } from './colour.ts'
import { colourful, plain } from './palette.ts'
import { renderLine, renderLines } from './render.ts'
import { accent, bad, bold, dim, good, warn } from './text.ts'

describe('hasColour', () => {
  it.each<[boolean, string, boolean, Record<string, string>, boolean]>([
    [true, 'a terminal', true, {}, false],
    [false, 'no terminal', false, {}, false],
    [false, 'a terminal with --no-color', true, {}, true],
    [false, 'a terminal with NO_COLOR', true, { NO_COLOR: '1' }, false],
    [false, 'NO_COLOR wins, whatever it says', true, { NO_COLOR: '0' }, false],
    [true, 'an empty NO_COLOR says nothing', true, { NO_COLOR: '' }, false],
    [false, 'a dumb terminal', true, { TERM: 'dumb' }, false],
    [true, 'any other terminal', true, { TERM: 'xterm-256color' }, false],
    [true, 'FORCE_COLOR without a terminal', false, { FORCE_COLOR: '1' }, false],
    [true, 'FORCE_COLOR on a dumb one', true, { FORCE_COLOR: '1', TERM: 'dumb' }, false],
    [false, 'FORCE_COLOR=0 without a terminal', false, { FORCE_COLOR: '0' }, false],
    [true, 'FORCE_COLOR=0 takes nothing from a terminal', true, { FORCE_COLOR: '0' }, false],
    [false, 'an empty FORCE_COLOR', false, { FORCE_COLOR: '' }, false],
    [false, 'NO_COLOR and FORCE_COLOR', true, { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
    [false, '--no-color and FORCE_COLOR', true, { FORCE_COLOR: '1' }, true],
  ])('%s: %s', (colour, _, isTerminal, env, noColor) => {
    expect(hasColour({ isTerminal, env, noColor })).toBe(colour)
  })
})

describe('a rendered line', () => {
  const line = ['a ', bold('b'), dim('c'), good('d'), warn('e'), bad('f'), accent('g')]

  it('has no colour codes without colour', () => {
    expect(renderLine(line, plain)).toBe('a bcdefg')
  })

  it('has the 16 basic colours, which follow the terminal theme', async () => {
    expect(renderLine(line, await colourful())).toMatchInlineSnapshot(
      `"a [1mb[22m[2mc[22m[32md[39m[33me[39m[31mf[39m[36mg[39m"`,
    )
  })

  it('has no colour codes from server text, with or without colour', async () => {
    const hostile = ['\u001b[31m', bad('\u001b[0m')]
    expect(renderLine(hostile, plain)).toBe('\\u001b[31m\\u001b[0m')
    expect(renderLine(hostile, await colourful())).toBe('\\u001b[31m\u001b[31m\\u001b[0m\u001b[39m')
  })

  it('can be a single piece', () => {
    expect(renderLines(['a', bad('b'), ['c', 'd']], plain)).toBe('a\nb\ncd\n')
  })
})
