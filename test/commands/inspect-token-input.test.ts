import { beforeAll, describe, expect, it } from 'vitest'
import { accessTokenHash } from '../../src/core/token/hash.ts'
import type { TokenReport } from '../../src/core/token/inspect.ts'
import { EXIT } from '../../src/errors.ts'
import { commandLine, type World } from '../support/command-line.ts'
import { FakeKeycloak } from '../support/fake-keycloak.ts'
import { accessClaims, idClaims, logoutToken, NOW, signedToken, testKeys } from '../support/tokens.ts'

let keys: string
beforeAll(async () => {
  keys = JSON.stringify((await testKeys()).jwks)
})

/** Runs inspect-token with this on stdin, the keys in keys.json and no realm configured. */
async function inspect(stdin: string | undefined, args: string[] = [], files: World['files'] = {}) {
  const ran = await commandLine(new FakeKeycloak(), {
    now: NOW * 1000,
    settings: { server: undefined, realm: undefined },
    files: { 'keys.json': keys, ...(stdin === undefined ? {} : { '-': stdin }), ...files },
  })('inspect-token', '--json', ...args)
  const { tokens = [] } = ran.json<{ tokens?: TokenReport[] }>()
  const rule = (id: string, kind = 'id') =>
    tokens
      .filter((each) => each.kind === kind)
      .map((each) => each.rules.find((rule) => rule.id === id)?.status)
  return { ...ran, tokens, rule }
}

const hash = async (accessToken: string) => (await accessTokenHash(accessToken, 'RS256')) ?? ''
const idTokenFor = async (accessToken: string, changes: Record<string, unknown> = {}) =>
  signedToken({ payload: idClaims({ at_hash: await hash(accessToken), ...changes }) })

/** A token response; each has tokens of its own. */
async function response(n: number, accessToken?: string) {
  const access_token = accessToken ?? (await signedToken({ payload: accessClaims({ jti: `a${n}` }) }))
  return { access_token, id_token: await idTokenFor(access_token, { jti: `i${n}` }) }
}

describe('an ID token and the access token that came with it', () => {
  const inLines = (all: unknown[]) => all.map((each) => `12:00 INFO got ${JSON.stringify(each)}`).join('\n')

  it.each([
    ['in a list', (all: unknown[]) => JSON.stringify(all, null, 1)],
    ['in a log', inLines],
    [
      'in a log of form bodies',
      (all: unknown[]) =>
        all.map((each) => new URLSearchParams(each as object as Record<string, string>)).join('\n'),
    ],
  ])('of two responses %s are held against each other', async (_, write) => {
    const ran = await inspect(write([await response(1), await response(2)]), ['--jwks', 'keys.json'])
    expect([ran.tokens.length, ran.rule('I13'), ran.code]).toEqual([4, ['pass', 'pass'], EXIT.ok])
  })

  it.each([
    ['in JSON', (all: unknown[]) => JSON.stringify(all)],
    ['in a log', inLines],
  ])('that were swapped with those of another response fail %s', async (_, write) => {
    const [one, two] = [await response(1), await response(2)]
    const swapped = [
      { ...one, id_token: two.id_token },
      { ...two, id_token: one.id_token },
    ]
    expect((await inspect(write(swapped))).rule('I13')).toEqual(['fail', 'fail'])
  })

  it('in a URL are held against each other', async () => {
    const [one, two] = [await response(1), await response(2)]
    const url = (access: string, id: string) => `https://app/#access_token=${access}&id_token=${id}&state=1`
    expect((await inspect(url(one.access_token, one.id_token))).rule('I13')).toEqual(['pass'])
    expect((await inspect(url(one.access_token, two.id_token))).rule('I13')).toEqual(['fail'])
  })

  it('need no JWT for it', async () => {
    const both = await response(1, 'opaque')
    expect((await inspect(JSON.stringify(both))).rule('I13')).toEqual(['pass'])
    expect((await inspect(inLines([both]))).rule('I13')).toEqual(['pass'])
    expect((await inspect(JSON.stringify({ ...both, access_token: 'other' }))).rule('I13')).toEqual(['fail'])
  })

  it('are not told apart where several may have come with it: what does not fit any is left open', async () => {
    const [one, two, three] = [await response(1), await response(2), await response(3)]
    const text = `access_token=${one.access_token}\naccess_token=${two.access_token}\nid_token=`
    expect((await inspect(text + two.id_token)).rule('I13')).toEqual(['pass'])
    expect((await inspect(text + three.id_token)).rule('I13')).toEqual(['skip'])
  })

  it('of another object are not taken for it', async () => {
    const [one, two] = [await response(1), await response(2)]
    const apart = [{ access_token: one.access_token }, { id_token: two.id_token }]
    expect((await inspect(JSON.stringify(apart))).rule('I13')).toEqual(['skip'])
  })
})

it.each([
  ['on stdin', (token: string) => [token, []] as const],
  ['as the argument', (token: string) => [undefined, [token]] as const],
])('a token with a part too many is judged as it is %s', async (_, given) => {
  const [stdin, args] = given(`${await logoutToken()}.abc`)
  const ran = await inspect(stdin, [...args, '--jwks', 'keys.json'])
  expect([ran.code, ran.rule('L01', 'logout')]).toEqual([EXIT.checkFailed, ['fail']])
})
