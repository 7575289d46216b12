import { describe, expect, it } from 'vitest'
import { inspect } from '../../test/support/inspecting.ts'
import {
  accessClaims,
  hmacToken,
  idClaims,
  NOW,
  refreshClaims,
  signedText,
  signedToken,
} from '../../test/support/tokens.ts'
import { stringifyExact } from '../util/exact-json.ts'
import { compareTokens } from './compare.ts'

type Claims = Record<string, unknown>

async function compare(first: Claims, second: Claims, header: Claims = {}) {
  const [a, b] = await Promise.all([
    inspect(await signedToken({ payload: accessClaims(first) })),
    inspect(await signedToken({ payload: accessClaims(second), header })),
  ])
  return compareTokens(a, b)
}
const find = ({ differences }: ReturnType<typeof compareTokens>, name: string) =>
  differences.find((each) => each.name === name)

describe('two tokens', () => {
  it('that are the same differ in nothing', async () => {
    const { differences, same, matters } = await compare({}, {})
    expect([differences, matters]).toEqual([[], false])
    expect(same).toContain('iss')
    expect(same).toContain('alg')
  })

  it.each(['jti', 'nonce', 'auth_time'])('differ in %s without effect', async (name) => {
    const comparison = await compare({ [name]: 'a' }, { [name]: 'b' })
    expect(find(comparison, name)).toMatchObject({ part: 'payload', first: 'a', second: 'b', matters: 'no' })
    expect(comparison.matters).toBe(false)
  })

  it('of other times differ without effect, but for their lifetime', async () => {
    const later = await compare({}, { iat: NOW - 10, exp: NOW + 290 })
    expect(later.differences.map(({ name, matters }) => [name, matters])).toEqual([
      ['exp', 'no'],
      ['iat', 'no'],
    ])
    const longer = await compare({}, { exp: NOW + 3000 })
    expect(find(longer, 'exp')).toMatchObject({
      matters: 'yes',
      why: 'Their lifetimes differ: 5 min and 50 min.',
    })
  })

  it.each([
    ['iss', 'https://kc.example.com/realms/b', 'Their issuers differ: the realm is b.'],
    ['sub', 'other', 'They are tokens of different users.'],
    ['sid', 'other', 'They belong to different sessions: a logout of one does not end the other.'],
    ['azp', 'other', 'They were issued to different clients.'],
    ['aud', 'account', 'A receiver accepts only a token with its own audience. Only in the first: "shop".'],
    ['scope', 'openid roles', 'Only in the first: "email", "profile". Only in the second: "roles".'],
    [
      'realm_access',
      { roles: ['admin'] },
      'Only in the first: "offline_access". Only in the second: "admin".',
    ],
    ['cnf', { jkt: 'x' }, 'They are bound to different keys, or only one of them is bound.'],
  ])('differ in %s with effect', async (name, value, why) => {
    const comparison = await compare({}, { [name]: value })
    expect(find(comparison, name)).toMatchObject({ matters: 'yes', why })
    expect(comparison.matters).toBe(true)
  })

  it('differ in claims that an application may need', async () => {
    expect(find(await compare({ department: 'a' }, {}), 'department')).toEqual({
      part: 'payload',
      name: 'department',
      first: 'a',
      second: null,
      matters: 'unknown',
      why: 'It is only in the first. Whether that matters depends on the application.',
    })
  })

  it('do not differ in the order of members, lists of strings or digits', async () => {
    expect((await compare({ aud: ['a', 'b'] }, { aud: ['b', 'a'] })).differences).toEqual([])
    expect((await compare({ x: { a: 1, b: 2 } }, { x: { b: 2, a: 1 } })).differences).toEqual([])
    expect((await compare({ aud: 'a' }, { aud: ['a'] })).differences).toMatchObject([
      { name: 'aud', matters: 'unknown' },
    ])
  })

  it('differ in digits that JavaScript would round', async () => {
    const [a, b] = await Promise.all(
      ['9007199254740993', '9007199254740992'].map(async (employee) => {
        const claims = JSON.stringify(accessClaims()).replace('{', `{"employee":${employee},`)
        return inspect(await signedText('{"alg":"RS256","kid":"rs256"}', claims))
      }),
    )
    if (!a || !b) throw new Error('no reports')
    const [difference] = compareTokens(a, b).differences
    expect(stringifyExact(difference)).toContain('"first":9007199254740993,"second":9007199254740992')
  })

  it('differ in their header', async () => {
    const comparison = await compare({}, {}, { typ: 'at+jwt', kid: 'other' })
    expect(find(comparison, 'typ')).toMatchObject({ part: 'header', matters: 'yes' })
    expect(find(comparison, 'kid')).toMatchObject({ part: 'header', matters: 'unknown' })
  })

  it('of different kinds differ in their kind first', async () => {
    const id = await inspect(await signedToken({ payload: idClaims() }))
    const refresh = await inspect(hmacToken('HS512', refreshClaims()))
    const { differences } = compareTokens(id, refresh)
    expect(differences[0]).toEqual({
      part: 'kind',
      name: 'kind',
      first: 'ID token',
      second: 'Refresh token',
      matters: 'yes',
      why: 'They are different kinds of token, for different receivers.',
    })
  })

  it('that cannot be read are compared by their kind only', async () => {
    const broken = await inspect('eyJhbGciOiJIUzUxMiIsInR5cCIgOiAiSldU')
    const { differences, matters } = compareTokens(
      broken,
      await inspect(await signedToken({ payload: idClaims() })),
    )
    expect([differences.length > 0, matters]).toEqual([true, true])
  })
})
