import { describe, expect, it } from 'vitest'
import { inspect } from '../../../test/support/inspecting.ts'
import { logoutToken } from '../../../test/support/tokens.ts'
import { inAscii, plain } from '../../ui/palette.ts'
import { renderLines } from '../../ui/render.ts'
import { widthOf } from '../../ui/table.ts'
import { memberLines } from './claims.view.ts'
import { tokensView } from './view.ts'

const members = (claims: Record<string, unknown>, columns = 80) =>
  renderLines(
    memberLines(claims, () => 'a meaning', { columns }),
    plain,
  )
    .split('\n')
    .filter((line) => line !== '')

describe('the claims table', () => {
  it.each([
    ['wide', { 名前: 'x', sub: 'y' }],
    ['combined', { 'e\u0301te\u0301': 'x', sub: 'y' }],
    ['hidden', { 'a\u202eb': 'x', sub: 'y' }],
    ['wide as a value', { sub: '名前', azp: 'y' }],
  ])('aligns columns by screen width: %s', (_, claims) => {
    const at = members(claims).map((line) => widthOf(line.slice(0, line.indexOf('a meaning'))))
    expect(new Set(at).size).toBe(1)
  })

  it('gives long names and values their own lines', () => {
    const name = 'https://example.com/claims/organisation/department/groups'
    for (const line of members({ [name]: 'x'.repeat(100) }, 60)) expect(widthOf(line)).toBeLessThanOrEqual(60)
    expect(
      members({ [name]: 'x' }, 60)
        .join('')
        .replaceAll(' ', ''),
    ).toBe(`${name}xameaning`)
  })
})

describe('the explanation of a token', () => {
  const bad = () => logoutToken({ aud: 'other', nonce: 'n', sid: undefined, 名前: '名前'.repeat(30) })
  const lines = async (columns: number, palette = plain) => {
    const report = await inspect(await bad())
    return renderLines(tokensView({ tokens: [report, report], verdict: 'fail' }, { columns }), palette).split(
      '\n',
    )
  }

  it.each([60, 72, 80, 120])('fits %i columns, except for commands', async (columns) => {
    const wide = (await lines(columns)).filter(
      (line) => widthOf(line) > columns && !line.startsWith('  kc-logout '),
    )
    expect(wide).toEqual([])
  })

  it('uses only ASCII if the terminal requires it', async () => {
    const drawn = (await lines(80, inAscii(plain))).map((line) => line.replaceAll(/[名前]/g, ''))
    expect(drawn.join('')).not.toMatch(/[^\x00-\x7f]/)
    expect(drawn).toContain('-'.repeat(80))
  })
})

it('the verdicts of several tokens stand once more at the end', async () => {
  const token = await inspect(await logoutToken())
  const text = (list: readonly (typeof token)[]) =>
    renderLines(tokensView({ tokens: list, verdict: 'pass' }, { columns: 80 }), plain)
  expect(text([token, token]).trimEnd().split('\n').slice(-2)).toEqual(
    Array(2).fill(text([token]).split('\n')[0]),
  )
  expect(text([token]).match(/^Logout token/gm)).toHaveLength(1)
})
