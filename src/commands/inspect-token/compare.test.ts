import { beforeAll, describe, expect, it } from 'vitest'
import { commandLine } from '../../../test/support/command-line.ts'
import { FakeKeycloak } from '../../../test/support/fake-keycloak.ts'
import { accessClaims, NOW, signedToken, testKeys } from '../../../test/support/tokens.ts'
import { EXIT } from '../../errors.ts'
import type { Comparison } from '../../token/compare.ts'

let a: string
let b: string
let newer: string
let keys: string
beforeAll(async () => {
  keys = JSON.stringify((await testKeys()).jwks)
  a = await signedToken({ payload: accessClaims() })
  b = await signedToken({ payload: accessClaims({ aud: 'account', department: 'sales' }) })
  newer = await signedToken({ payload: accessClaims({ jti: 'x', iat: NOW - 10, exp: NOW + 290 }) })
})

const run = (args: string[], files: Record<string, string> = {}) =>
  commandLine(new FakeKeycloak(), {
    now: NOW * 1000,
    settings: { server: undefined, realm: undefined },
    files: { 'keys.json': keys, ...files },
  })('inspect-token', '--jwks', 'keys.json', '--compare', ...args)
const compared = async (args: string[], files: Record<string, string> = {}) => {
  const ran = await run([...args, '--json'], files)
  const { comparison } = ran.json<{ comparison: Comparison }>()
  return [ran.code, comparison.differences.map(({ name }) => name)]
}

describe('--compare', () => {
  it('shows what differs and whether it matters', async () => {
    const { code, stdout } = await run([a, b])
    expect(code).toBe(EXIT.checkFailed)
    expect(stdout).toMatchInlineSnapshot(`
      "first   Access token: PASS
      second  Access token: PASS

      aud  matters
           first     ["account","shop"]
           second    account
           why       A receiver accepts only a token with its own audience. Only in
                     the first: "shop".

      department  may matter
           first     missing
           second    sales
           why       It is only in the second. Whether that matters depends on the
                     application.

      same    alg typ kid exp iat jti iss sub typ azp sid acr allowed-origins
              realm_access scope preferred_username

      The tokens differ in a way that matters.
      "
    `)
  })

  it('ends with 0 if nothing is known to matter', async () => {
    const { code, stdout } = await run([a, newer])
    expect([code, stdout.trimEnd().split('\n').at(-1)]).toEqual([
      EXIT.ok,
      'No difference is known to matter.',
    ])
  })

  it('reads tokens, files, stdin and one input with two tokens', async () => {
    const expected = [EXIT.checkFailed, ['aud', 'department']]
    expect(await compared([a, b])).toEqual(expected)
    expect(await compared(['a.txt', 'b.txt'], { 'a.txt': `Bearer ${a}`, 'b.txt': b })).toEqual(expected)
    expect(await compared([a, '-'], { '-': b })).toEqual(expected)
    expect(await compared([], { '-': `${a}\n${b}` })).toEqual(expected)
    expect(await compared(['--file', 'both'], { both: JSON.stringify({ a, b }) })).toEqual(expected)
  })

  it.each([
    ['one token', () => [a], 'The input contains 1 of two tokens.'],
    ['three tokens', () => [`${a} ${b} ${newer}`], 'The input contains more than two tokens.'],
    ['two in an argument', () => [a, `${b} ${newer}`], 'An argument contains more than one token.'],
    ['a file without a token', () => [a, 'keys.json'], 'keys.json contains no token.'],
  ])('exit 2 for %s', async (_, args, message) => {
    const ran = await run([...args(), '--json'])
    expect([ran.code, ran.json<{ error: { message: string } }>().error.message]).toEqual([
      EXIT.usage,
      message,
    ])
  })
})

it('two arguments without --compare are a mistake', async () => {
  const ran = await commandLine(new FakeKeycloak())('inspect-token', a, b)
  expect([ran.code, ran.stderr]).toEqual([EXIT.usage, expect.stringContaining('Two tokens are given.')])
})
