import { expect, test } from 'vitest'
import { showsUnicode } from './charset.ts'
import { inAscii } from './palette.ts'
import { renderLine } from './render.ts'
import { bad } from './text.ts'

test.each<[Record<string, string>, boolean]>([
  [{}, true],
  [{ LANG: '' }, true],
  [{ LANG: 'en_US.UTF-8' }, true],
  [{ LANG: 'de_DE.utf8' }, true],
  [{ LANG: 'C.UTF-8' }, true],
  [{ LANG: 'C' }, false],
  [{ LANG: 'de_DE.ISO-8859-1' }, false],
  [{ LC_ALL: 'C', LANG: 'en_US.UTF-8' }, false],
  [{ LC_CTYPE: 'en_US.UTF-8', LANG: 'C' }, true],
  [{ TERM: 'linux', LANG: 'en_US.UTF-8' }, false],
])('the terminal shows Unicode with the environment %j: %s', (env, shows) => {
  expect(showsUnicode(env)).toBe(shows)
})

test('in ASCII, our own characters are replaced by ASCII of the same width; names stay unchanged', () => {
  const palette = inAscii((text, tone) => `${tone}(${text})`)
  expect(renderLine(['✗ 3×', bad('█▒░…─'), 'naïve'], palette)).toBe('plain(x 3x)bad(#=.~-)plain(naïve)')
  expect(renderLine(['a · b ·', '· Gal·la'], palette)).toBe('plain(a - b -)plain(- Gal·la)')
})
