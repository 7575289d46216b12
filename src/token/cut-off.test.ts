import { describe, expect, it } from 'vitest'
import { inspect } from '../../test/support/inspecting.ts'
import {
  accessClaims,
  hmacToken,
  logoutToken,
  refreshClaims,
  signedToken,
} from '../../test/support/tokens.ts'
import { findTokens } from './find.ts'

const token = hmacToken('HS512', refreshClaims())
const [header = '', payload = ''] = token.split('.')
const fragments: [where: string, text: string, message: string][] = [
  ['in its header', header.slice(0, 40), 'it ends in its header, after 40 characters: it was cut off'],
  ['after its header', header, 'it ends after its header: it was cut off, or it is not a token'],
  ['after the dot', `${header}.`, 'it ends after its header: it was cut off, or it is not a token'],
  [
    'in its payload',
    `${header}.${payload.slice(0, 60)}`,
    `it ends in its payload, after ${header.length + 61} characters: it was cut off`,
  ],
  ['after its payload', `${header}.${payload}`, 'it ends after its payload: its signature was cut off'],
]

describe('a token that was cut off', () => {
  it.each(fragments)('is found and says where it ends: %s', async (_, text, message) => {
    for (const [before, after] of [
      ['', ''],
      ['Authorization: Bearer ', '\n'],
      ['the token "', '..." was too long'],
      ['token=', '… (truncated)'],
      ['{"access_token":"', '"}'],
      ['{"a":[{"t":"', '..."}]}'],
    ]) {
      const { found } = findTokens(`${before}${text}${after}`)
      expect([before, found.map((each) => each.text)]).toEqual([before, [text.replace(/\.$/, '')]])
    }
    const report = await inspect(text.replace(/\.$/, ''))
    expect(report.verdict).toBe('fail')
    expect(report.rules.find(({ id }) => id === 'T01' || id === 'L01')).toMatchObject({
      status: 'fail',
      message: `The token: ${message}.`,
    })
  })

  it('in its signature says so by its length', async () => {
    const report = await inspect(token.slice(0, -20))
    expect(report.signature.reason).toBe(
      'Its signature has 66 characters, and every HS512 signature has 86: it was cut off. Copy the whole token.',
    )
  })

  it('is left out next to a whole token if only a part of its header is there', async () => {
    const whole = await logoutToken()
    expect(findTokens(`masked: ${header.slice(0, 20)}...\n${whole}`).found.map(({ text }) => text)).toEqual([
      whole,
    ])
    const two = findTokens(`${header}.${payload.slice(0, 60)}...\n${whole}`)
    expect(two.found).toHaveLength(2)
  })

  it('is a token only if it begins like a header', async () => {
    const text = (await signedToken({ payload: accessClaims() })).split('.')[1] ?? ''
    for (const other of [
      'eyJhb',
      'eyJub3RoaW5nIjoxLCJvdGhlciI6MiwibW9yZSI6',
      text.slice(0, 50),
      'monkeyJumpsOverTheFence',
    ])
      expect(findTokens(`see ${other}... or not`).found).toEqual([])
  })
})
