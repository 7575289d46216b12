import { expect, it } from 'vitest'
import { base64url } from '../../test/support/tokens.ts'
import { decodeClaims, decodeToken } from './decode.ts'

const HEADER = base64url('{"alg":"RS256"}')
const token = (payload: string | Uint8Array, header = HEADER) => `${header}.${base64url(payload)}.AAAA`

it.each([
  ['nothing', '', ['parts'], 'token'],
  ['one part', HEADER, ['parts'], 'token'],
  ['two parts', `${HEADER}.e30`, ['parts'], 'token'],
  ['four parts', `${HEADER}.e30.AAAA.AAAA`, ['parts'], 'token'],
  ['a foreign character in the payload', `${HEADER}.e!0.AAAA`, ['base64'], 'payload'],
  ['a length that cannot be', `${HEADER}.e30.AAAAA`, ['base64'], 'signature'],
  ['stray bits at the end', `${HEADER}.e31.AAAA`, ['base64'], 'payload'],
  ['stray bits at the end of the signature', `${HEADER}.e30.AAB`, ['base64'], 'signature'],
  ['padding', `${HEADER}.e30=.AAAA`, ['base64'], 'payload'],
  [
    'bytes that are no UTF-8',
    token(new Uint8Array([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x7d])),
    ['utf8'],
    'payload',
  ],
  ['invalid JSON', token('{"a":'), ['not-json'], 'payload'],
  ['a list', token('[]'), ['not-an-object'], 'payload'],
  ['null', token('null'), ['not-an-object'], 'payload'],
  ['a claim twice', token('{"a":1,"a":2}'), ['duplicate-member'], 'payload'],
  ['a claim twice, once escaped', token('{"a":1,"\\u0061":2}'), ['duplicate-member'], 'payload'],
  ['a claim twice, deeper', token('{"b":{"a":1,"a":2}}'), ['duplicate-member'], 'payload'],
  [
    'a member of the header twice',
    token('{}', base64url('{"alg":"RS256","alg":"none"}')),
    ['duplicate-member'],
    'header',
  ],
  ['a hundred thousand brackets', token(`${'['.repeat(100_000)}`), ['too-deep'], 'payload'],
  ['nested too deep', token(`{"a":${'['.repeat(70)}${']'.repeat(70)}}`), ['too-deep'], 'payload'],
  ['more than a megabyte', 'x'.repeat(1024 * 1024 + 1), ['too-large'], 'token'],
])('reports problems: %s', (_, text, codes, part) => {
  const { problems } = decodeToken(text)
  expect(problems.map(({ code }) => code)).toEqual(expect.arrayContaining(codes))
  expect(problems.at(-1)?.part).toBe(part)
})

it('does not report a name in two objects as a repeated claim', () => {
  const text = '{"a":{"a":1},"b":[{"a":1},{"a":2}],"c":"a","d":"\\"a\\":1"}'
  expect(decodeToken(token(text))).toMatchObject({ problems: [], payload: JSON.parse(text) })
})

it('keeps __proto__ as ordinary data', () => {
  const { payload } = decodeToken(token('{"__proto__":{"admin":true},"sub":"x"}'))
  expect(Object.keys(payload ?? {})).toEqual(['__proto__', 'sub'])
  expect((payload as { admin?: unknown }).admin).toBeUndefined()
  expect(({} as { admin?: unknown }).admin).toBeUndefined()
})

it('returns readable parts of a broken token', () => {
  expect(decodeToken(`${HEADER}.e30`)).toMatchObject({
    form: 'broken',
    header: { alg: 'RS256' },
    payload: {},
  })
})

it('recognises an encrypted token without reading its content', () => {
  const text = `${base64url('{"alg":"RSA-OAEP","enc":"A256GCM"}')}.AAAA.AAAA.AAAA.AAAA`
  expect(decodeToken(text)).toMatchObject({ form: 'jwe', payload: undefined, problems: [] })
})

it('reads bare claims', () => {
  expect(decodeClaims('{"iss":"x"}')).toMatchObject({
    form: 'claims',
    header: undefined,
    payload: { iss: 'x' },
  })
  expect(decodeClaims('[').problems).toHaveLength(1)
})

it('reports the problems of a header each time it is decoded', () => {
  const twice = token('{}', base64url('{"alg":"RS256","kid":"a","kid":"b"}'))
  for (const _ of [1, 2]) expect(decodeToken(twice).problems).toHaveLength(1)
})
