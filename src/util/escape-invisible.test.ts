import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { escapeInvisible, escapeInvisibleLines, safeJson } from './escape-invisible.ts'

/** What must never reach a terminal: it changes what the terminal does, or hides from the reader what is there. */
const HARMFUL: readonly [string, number, number][] = [
  ['C0 controls', 0x00, 0x1f],
  ['DEL and C1 controls', 0x7f, 0x9f],
  ['soft hyphen', 0xad, 0xad],
  ['combining grapheme joiner', 0x34f, 0x34f],
  ['Arabic letter mark', 0x61c, 0x61c],
  ['Hangul fillers', 0x115f, 0x1160],
  ['Khmer inherent vowels', 0x17b4, 0x17b5],
  ['Mongolian vowel separator', 0x180b, 0x180f],
  ['zero-width and directional marks', 0x200b, 0x200f],
  ['line and paragraph separators, bidi embeddings', 0x2028, 0x202e],
  ['word joiner, bidi isolates, deprecated format characters', 0x2060, 0x206f],
  ['Hangul filler', 0x3164, 0x3164],
  ['variation selectors', 0xfe00, 0xfe0f],
  ['byte order mark', 0xfeff, 0xfeff],
  ['halfwidth Hangul filler', 0xffa0, 0xffa0],
  ['interlinear annotation', 0xfff9, 0xfffb],
  ['musical format characters', 0x1d173, 0x1d17a],
  ['tag characters and more variation selectors', 0xe0000, 0xe0fff],
]
const isHarmful = (code: number) =>
  HARMFUL.some(([, first, last]) => code >= first && code <= last) || (code >= 0xd800 && code <= 0xdfff)
const harmfulIn = (text: string) =>
  [...text]
    .map((char) => char.codePointAt(0) ?? 0)
    .filter(isHarmful)
    .map((code) => code.toString(16))

const harmful = fc.oneof(
  ...HARMFUL.map(([, first, last]) =>
    fc.integer({ min: first, max: last }).map((code) => String.fromCodePoint(code)),
  ),
  fc.integer({ min: 0xd800, max: 0xdfff }).map((code) => String.fromCharCode(code)),
)
const hostile = fc
  .array(fc.oneof(harmful, fc.string({ maxLength: 5 }), fc.string({ unit: 'binary', maxLength: 5 })), {
    minLength: 1,
    maxLength: 12,
  })
  .map((parts) => parts.join(''))

describe('untrusted text', () => {
  it.each(HARMFUL)('has %s escaped', (_, first, last) => {
    for (let code = first; code <= last; code++)
      expect(escapeInvisible(`a${String.fromCodePoint(code)}b`)).toMatch(/^a(\\u[0-9a-f]{4})+b$/)
  })

  it('has no harmful characters after escaping', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(harmfulIn(escapeInvisible(text))).toEqual([])
      }),
      { numRuns: 1000 },
    )
  })

  it('does not change when escaped twice', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(escapeInvisible(escapeInvisible(text))).toBe(escapeInvisible(text))
      }),
    )
  })

  it.each([
    ['an escape sequence', '\u001b]0;title\u0007', '\\u001b]0;title\\u0007'],
    ['a line break', 'a\r\nb', 'a\\u000d\\u000ab'],
    ['a reversed name', 'exe\u202egnp', 'exe\\u202egnp'],
    ['half a character', 'a\ud83d', 'a\\ud83d'],
    ['the other half', '\udc4da', '\\udc4da'],
    ['two halves in the wrong order', '\udc4d\ud83d', '\\udc4d\\ud83d'],
    ['a tag character', '\u{e0041}', '\\udb40\\udc41'],
  ])('%s', (_, text, shown) => {
    expect(escapeInvisible(text)).toBe(shown)
  })

  it.each(['Zoë', '日本語', 'Ελληνικά', 'עברית', 'العربية', 'naïve e\u0301', '👍', 'a\u00a0b', '\\u001b'])(
    'keeps ordinary text: %s',
    (text) => {
      expect(escapeInvisible(text)).toBe(text)
    },
  )
})

describe('our own text with foreign words', () => {
  it('keeps only line breaks and tabs', () => {
    expect(escapeInvisibleLines('a\n\tb\r\u001b')).toBe('a\n\tb\\u000d\\u001b')
    fc.assert(
      fc.property(hostile, (text) => {
        expect(harmfulIn(escapeInvisibleLines(text)).filter((code) => code !== '9' && code !== 'a')).toEqual(
          [],
        )
      }),
    )
  })
})

describe('JSON', () => {
  it('contains no harmful characters and has the same value', () => {
    fc.assert(
      fc.property(fc.dictionary(hostile, hostile), fc.constantFrom(undefined, 2), (value, indent) => {
        const text = safeJson(value, indent)
        expect(harmfulIn(text).filter((code) => code !== 'a')).toEqual([])
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)))
      }),
      { numRuns: 500 },
    )
  })

  it('is one line without an indent', () => {
    expect(safeJson({ a: 'x\ny', b: ['\u2028'] })).toBe('{"a":"x\\ny","b":["\\u2028"]}')
  })

  it('has names of members escaped too', () => {
    expect(safeJson({ 'a\u202e': 1 })).toBe('{"a\\u202e":1}')
  })
})
