import { expect, it } from 'vitest'
import { accessClaims, idClaims, logoutToken, signedToken, wrapped } from '../../../test/support/tokens.ts'
import type { FoundToken } from '../../token/found.ts'
import { findInLines, NoTokenInLines } from './split-lines.ts'

async function all(lines: Iterable<string>): Promise<FoundToken[]> {
  const found: FoundToken[] = []
  for await (const each of findInLines(lines)) found.push(each)
  return found
}

it('reads one token per line without waiting for the end', async () => {
  const token = await logoutToken()
  let read = 0
  async function* endless() {
    for (;;) {
      read++
      yield token
    }
  }
  const seen: (number | undefined)[] = []
  for await (const { line } of findInLines(endless())) {
    seen.push(line)
    if (seen.length === 1000) break
  }
  expect(seen.at(-1)).toBe(1000)
  expect(read).toBeLessThan(1010)
})

it('reports repeated tokens with their lines', async () => {
  const token = await logoutToken()
  const found = await all([token, `"${token}",`, `Bearer ${token}`, '', 'no token here', token])
  expect(found.map(({ line }) => line)).toEqual([1, 2, 3, 6])
})

it('ignores empty lines in a list, and reads other text as a whole', async () => {
  const token = await logoutToken()
  expect((await all([token, '', token, '', token])).map(({ line }) => line)).toEqual([1, 3, 5])
  expect(await all(['# mine', token, token, token])).toEqual([{ form: 'token', text: token }])
})

it('reads a wrapped token as one', async () => {
  const token = await logoutToken()
  expect(await all(wrapped(token, 64).split('\n'))).toEqual([{ form: 'token', text: token }])
})

it('reads two lines as one text', async () => {
  const [a, b] = [await logoutToken(), await signedToken({ payload: idClaims() })]
  expect((await all([a, b])).map(({ text }) => text)).toEqual([a, b])
})

it('reads multi-line JSON', async () => {
  const text = JSON.stringify(accessClaims(), null, 2)
  expect(await all(text.split('\n'))).toEqual([{ form: 'claims', text }])
})

it('reads a log of more than a megabyte line by line', async () => {
  const token = await logoutToken()
  const lines = Array.from({ length: 12_000 }, (_, i) =>
    i % 1000 === 5 ? `body: logout_token=${token}` : 'x'.repeat(120),
  )
  const found = await all(lines)
  expect(found).toHaveLength(12)
  expect(found[1]).toEqual({ form: 'token', text: token, label: 'logout_token', line: 1006 })
})

it('reports a line that is too long and continues the list', async () => {
  const token = await logoutToken()
  const found = await all([token, token, token, `ey${'x'.repeat(1_100_000)}`, token])
  expect(found.map(({ line, text }) => [line, text.length > 1_000_000])).toEqual([
    [1, false],
    [2, false],
    [3, false],
    [4, true],
    [5, false],
  ])
})

it('reads a log to its end, also if its first megabyte has no token', async () => {
  const token = await logoutToken()
  const lines = Array.from({ length: 20_000 }, (_, i) =>
    i === 19_000 ? `logout_token=${token}` : 'x'.repeat(100),
  )
  expect(await all(lines)).toEqual([{ form: 'token', text: token, label: 'logout_token', line: 19_001 }])
})

it('finds tokens in a line of several megabytes, also across its parts', async () => {
  const tokens = await Promise.all([1, 2, 3].map((n) => logoutToken({ jti: `token-${n}` })))
  const filler = (length: number) => 'x,'.repeat(length / 2)
  const line = [
    filler(100),
    `"${tokens[0]}"`,
    // Across the end of the first part.
    filler(1024 * 1024 - 1500),
    `"${tokens[1]}"`,
    filler(3_000_000),
    `"${tokens[2]}"`,
  ].join('')
  const found = await all(['{', line, '}'])
  expect(found.map(({ text, line }) => [text, line])).toEqual(tokens.map((text) => [text, 2]))
})

it('says how much it read if there is no token', async () => {
  const error = await all(Array.from({ length: 20_000 }, () => 'x'.repeat(100))).catch(
    (thrown: unknown) => thrown,
  )
  expect(error).toMatchObject({ lines: 20_000, characters: 20_000 * 101 })
})

it('refuses more than a megabyte without a token', async () => {
  await expect(all(Array.from({ length: 20_000 }, () => 'x'.repeat(100)))).rejects.toThrow(NoTokenInLines)
  await expect(all(['x'.repeat(2 * 1024 * 1024)])).rejects.toThrow(NoTokenInLines)
})
