import { describe, expect, it } from 'vitest'
import { commentOf, parseRunNote } from './run-note.ts'

describe('--reason and --ticket', () => {
  it.each([
    [{ ticket: 'INC-42' }, 'ticket INC-42'],
    [{ reason: ' contractors left ' }, 'reason contractors left'],
    [{ ticket: '#7', reason: 'hacked (idp); see "x"' }, 'ticket #7; reason hacked %28idp%29%3B see %22x%22'],
    [{ reason: 'Größe 李' }, 'reason Gr%C3%B6%C3%9Fe %E6%9D%8E'],
    [{ reason: '100% \\ \u202e' }, 'reason 100%25 %5C %E2%80%AE'],
    [{}, undefined],
  ])('%j is the comment %s', (given, comment) => {
    expect(commentOf(parseRunNote(given))).toBe(comment)
  })

  it.each([
    { reason: 'two\nlines' },
    { reason: 'header\r\nX-Evil: 1' },
    { ticket: 'bell\u0007' },
    { reason: '\ud800' },
    { reason: 'x'.repeat(201) },
    { ticket: 'x'.repeat(65) },
  ])('%j is refused: exit 2', (given) => {
    expect(() => parseRunNote(given)).toThrow(expect.objectContaining({ code: 'bad-note', exitCode: 2 }))
  })

  it('takes as many characters as the limit, whatever their bytes', () => {
    expect(parseRunNote({ reason: '😀'.repeat(200) }).reason).toHaveLength(400)
  })
})
