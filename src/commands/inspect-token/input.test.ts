import { beforeAll, describe, expect, it } from 'vitest'
import { commandLine, type World } from '../../../test/support/command-line.ts'
import { FakeKeycloak } from '../../../test/support/fake-keycloak.ts'
import {
  accessClaims,
  adminActionClaims,
  encrypted,
  hmacToken,
  ISSUER,
  idClaims,
  logoutClaims,
  logoutToken,
  NOW,
  refreshClaims,
  signedToken,
  testKeys,
} from '../../../test/support/tokens.ts'
import { EXIT, UserError } from '../../errors.ts'
import { findTokens } from '../../token/find.ts'
import { accessTokenHash } from '../../token/hash.ts'
import type { TokenReport } from '../../token/inspect.ts'

let keys: string
beforeAll(async () => {
  keys = JSON.stringify((await testKeys()).jwks)
})

/** Runs inspect-token with this stdin, the keys in keys.json and no configured realm. */
async function inspect(
  stdin: string | undefined,
  args: string[] = [],
  files: World['files'] = {},
  documents: World['documents'] = {},
) {
  const ran = await commandLine(new FakeKeycloak(), {
    now: NOW * 1000,
    settings: { server: undefined, realm: undefined },
    documents,
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

const refresh = hmacToken('HS512', refreshClaims())

/** A token response with new tokens. */
async function response(n: number, accessToken?: string) {
  const access_token = accessToken ?? (await signedToken({ payload: accessClaims({ jti: `a${n}` }) }))
  return { access_token, id_token: await idTokenFor(access_token, { jti: `i${n}` }) }
}

describe('an ID token and its access token', () => {
  const inLines = (all: unknown[]) => all.map((each) => `12:00 INFO got ${JSON.stringify(each)}`).join('\n')

  it.each([
    ['in a list', (all: unknown[]) => JSON.stringify(all, null, 1)],
    ['in a log', inLines],
    [
      'in a log of form bodies',
      (all: unknown[]) =>
        all.map((each) => new URLSearchParams(each as object as Record<string, string>)).join('\n'),
    ],
  ])('are compared within each of two responses: %s', async (_, write) => {
    const ran = await inspect(write([await response(1), await response(2)]), ['--jwks', 'keys.json'])
    expect([ran.tokens.length, ran.rule('I13'), ran.code]).toEqual([4, ['pass', 'pass'], EXIT.ok])
  })

  it.each([
    ['in JSON', (all: unknown[]) => JSON.stringify(all)],
    ['in a log', inLines],
  ])('fail if swapped between two responses: %s', async (_, write) => {
    const [one, two] = [await response(1), await response(2)]
    const swapped = [
      { ...one, id_token: two.id_token },
      { ...two, id_token: one.id_token },
    ]
    expect((await inspect(write(swapped))).rule('I13')).toEqual(['fail', 'fail'])
  })

  it('are compared in a URL', async () => {
    const [one, two] = [await response(1), await response(2)]
    const url = (access: string, id: string) => `https://app/#access_token=${access}&id_token=${id}&state=1`
    expect((await inspect(url(one.access_token, one.id_token))).rule('I13')).toEqual(['pass'])
    expect((await inspect(url(one.access_token, two.id_token))).rule('I13')).toEqual(['fail'])
  })

  it('are compared if the access token is opaque', async () => {
    const both = await response(1, 'opaque')
    expect((await inspect(JSON.stringify(both))).rule('I13')).toEqual(['pass'])
    expect((await inspect(inLines([both]))).rule('I13')).toEqual(['pass'])
    expect((await inspect(JSON.stringify({ ...both, access_token: 'other' }))).rule('I13')).toEqual(['fail'])
  })

  it('are not compared if several candidates exist and none matches', async () => {
    const [one, two, three] = [await response(1), await response(2), await response(3)]
    const text = `access_token=${one.access_token}\naccess_token=${two.access_token}\nid_token=`
    expect((await inspect(text + two.id_token)).rule('I13')).toEqual(['pass'])
    expect((await inspect(text + three.id_token)).rule('I13')).toEqual(['skip'])
  })

  it('are not compared with one access token and two ID tokens, or with too many to try', async () => {
    const [one, two] = [await response(1), await response(2)]
    const text = `access_token=${one.access_token}\nid_token=${one.id_token}\nid_token=${two.id_token}`
    expect((await inspect(text)).rule('I13')).toEqual(['skip', 'skip'])
    const many = (n: number) =>
      Array.from({ length: n }, (_, i) => `access_token=${hmacToken('HS256', { n: i })}`).join('\n')
    const last = await idTokenFor(hmacToken('HS256', { n: 7 }))
    for (const [n, status] of [
      [9, 'pass'],
      [17, 'skip'],
    ] as const) {
      const { found } = findTokens(`${many(n)}\nid_token=${last}`)
      expect([n, found.at(-1)?.accessTokens?.length]).toEqual([n, status === 'pass' ? n : undefined])
    }
  })

  it('in JSON are not confused with tokens around them', async () => {
    const [one, two, three] = [await response(1), await response(2), await response(3, 'opaque')]
    const text = `#access_token=${one.access_token}&id_token=${one.id_token}\n12:00 {"a":"}{"} ${JSON.stringify({ note: '}', ...two })} ${JSON.stringify(three)}`
    expect((await inspect(text)).rule('I13')).toEqual(['pass', 'pass', 'pass'])
    const nested = { access_token: 'other', body: JSON.stringify(two) }
    expect((await inspect(JSON.stringify(nested))).rule('I13')).toEqual(['pass'])
  })

  it('are found under other names', async () => {
    const { access_token, id_token } = await response(1, 'opaque')
    const ran = await inspect(JSON.stringify({ accessToken: access_token, idToken: id_token }))
    expect(ran.rule('I13')).toEqual(['pass'])
    expect((await inspect(JSON.stringify({ access_token: '', id_token }))).rule('I13')).toEqual(['skip'])
  })

  it('are not taken from another object', async () => {
    const [one, two] = [await response(1), await response(2)]
    const apart = [{ access_token: one.access_token }, { id_token: two.id_token }]
    expect((await inspect(JSON.stringify(apart))).rule('I13')).toEqual(['skip'])
  })
})

it.each([
  ['on stdin', (token: string) => [token, []] as const],
  ['as the argument', (token: string) => [undefined, [token]] as const],
])('a token with an extra part is checked unchanged %s', async (_, given) => {
  const [stdin, args] = given(`${await logoutToken()}.abc`)
  const ran = await inspect(stdin, [...args, '--jwks', 'keys.json'])
  expect([ran.code, ran.rule('L01', 'logout')]).toEqual([EXIT.checkFailed, ['fail']])
})

describe('--access-token', () => {
  const access = signedToken({ payload: accessClaims() })
  const files: [string, () => Promise<string>][] = [
    ['alone', async () => access],
    ['next to a token of unknown kind', async () => `${hmacToken('HS256', { nonce: 'x' })}\n${await access}`],
    ['behind Bearer', async () => `Bearer ${await access}\n`],
    [
      'in a token response',
      async () => JSON.stringify({ id_token: await idTokenFor('x'), access_token: await access }),
    ],
    ['in a form body', async () => `access_token=${await access}&id_token=${await idTokenFor('x')}`],
  ]
  it.each(files)('finds a token in a file: %s', async (_, file) => {
    const ran = await inspect(await idTokenFor(await access), ['--access-token', 'at'], { at: await file() })
    expect(ran.rule('I13')).toEqual(['pass'])
  })

  it.each([
    ['alone', 'opaque-abc\n'],
    ['in quotes', '"opaque-abc"'],
    ['after Bearer', 'Bearer opaque-abc'],
    ['in a form body', 'token_type=Bearer&access_token=opaque-abc'],
    ['in a token response', '{"id_token":"ID","access_token":"opaque-abc"}'],
    ['in a captured one', 'HTTP/1.1 200 OK\r\n\r\n{"data":{"access_token":"opaque-abc","id_token":"ID"}}'],
  ])('finds an opaque token in a file: %s', async (_, file) => {
    const id = await idTokenFor('opaque-abc')
    const ran = await inspect(id, ['--access-token', 'at'], { at: file.replace('ID', id) })
    expect(ran.rule('I13')).toEqual(['pass'])
  })

  it('accepts an encrypted token', async () => {
    const access = await encrypted('x')
    const ran = await inspect(await idTokenFor(access), ['--access-token', 'at'], { at: access })
    expect(ran.rule('I13')).toEqual(['pass'])
  })

  it('takes precedence over the one in the response', async () => {
    const [one, two] = [await response(1), await response(2)]
    const ran = await inspect(JSON.stringify(one), ['--access-token', 'at'], { at: two.access_token })
    expect(ran.rule('I13')).toEqual(['fail'])
  })

  it.each([
    ['nothing', async () => '', 'no access token.'],
    ['text', async () => 'not found: see the log', 'no access token.'],
    ['an ID token', () => idTokenFor('x'), 'no access token; it contains an ID token.'],
    ['an ID token that says so by its claims', () => idTokenFor('x', { typ: undefined }), 'an ID token'],
    ['another one within a response', async () => `{"refresh_token":"${refresh}"}`, 'a refresh token'],
    ['two', async () => JSON.stringify([await response(1), await response(2)]), '2 access tokens'],
  ])('refuses a file with %s', async (_, file, why) => {
    const ran = await inspect(await idTokenFor('x'), ['--access-token', 'at'], { at: await file() })
    expect([ran.code, ran.json<{ error: object }>().error]).toEqual([
      EXIT.usage,
      expect.objectContaining({ code: 'no-access-token', message: expect.stringContaining(why) }),
    ])
  })
})

describe('--id-token', () => {
  const against = async (file: string) => inspect(await logoutToken(), ['--id-token', 'id'], { id: file })

  it.each([
    ['alone', async () => signedToken({ payload: idClaims() })],
    ['in a token response', async () => JSON.stringify(await response(1))],
    [
      'after a token that does not say what it is',
      async () => `${hmacToken('HS256', { a: 1 })}\n${await signedToken({ payload: idClaims() })}`,
    ],
    [
      'by another issuer, which marks nothing',
      () => signedToken({ payload: logoutClaims({ typ: undefined, events: undefined }) }),
    ],
    [
      'with session_state alone',
      () => signedToken({ payload: idClaims({ sid: undefined, session_state: idClaims().sid }) }),
    ],
  ])('compares with %s', async (_, file) => {
    const ran = await against(await file())
    expect(['L26', 'L27', 'L28'].flatMap((id) => ran.rule(id, 'logout'))).toEqual(['pass', 'pass', 'pass'])
  })

  it.each([
    ['nothing', async () => '', 'contains no readable ID token.'],
    ['an access token', () => signedToken({ payload: accessClaims() }), 'it contains an access token.'],
    [
      'one that marks nothing',
      () => signedToken({ payload: accessClaims({ typ: undefined }) }),
      'an access token',
    ],
    [
      'an admin action',
      () => signedToken({ payload: adminActionClaims() }),
      'contains no readable ID token.',
    ],
    ['a logout token', () => logoutToken(), 'it contains a logout token.'],
    ['a refresh token', async () => refresh, 'it contains a refresh token.'],
    [
      'a response without one',
      async () => `{"access_token":"${await signedToken({ payload: accessClaims() })}"}`,
      'an access token',
    ],
    ['two', async () => JSON.stringify([await response(1), await response(2)]), 'more than one'],
  ])('refuses a file with %s', async (_, file, why) => {
    const ran = await against(await file())
    expect([ran.code, ran.json<{ error: object }>().error]).toEqual([
      EXIT.usage,
      expect.objectContaining({ code: 'no-id-token', message: expect.stringContaining(why) }),
    ])
  })
})

it.each([
  ['', 'key.pem is empty.'],
  ['-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----', 'key.pem holds a public key.'],
])(
  '--decrypt-key that is no private key is refused, also where nothing is encrypted: %j',
  async (file, message) => {
    const ran = await inspect(await logoutToken(), ['--decrypt-key', 'key.pem'], { 'key.pem': file })
    expect([ran.code, ran.json<{ error: object }>().error]).toEqual([
      EXIT.usage,
      expect.objectContaining({ code: 'bad-decrypt-key', message }),
    ])
  },
)

describe('encrypted content without a signature', () => {
  const open = async (inside: string) => {
    const key = JSON.stringify((await testKeys()).encryption.privateJwk)
    const ran = await inspect(await encrypted(inside), ['--decrypt-key', 'key.json'], { 'key.json': key })
    return { code: ran.code, rules: ran.tokens[0]?.rules.filter(({ status }) => status === 'fail') }
  }
  it.each([
    ['claims of a logout token', logoutClaims(), 'L01'],
    ['claims of an ID token', idClaims(), 'T01'],
    ['claims of an access token', accessClaims(), 'T01'],
    ['claims of nothing', { a: 1 }, 'T01'],
  ])('%s: not a token, even without keys', async (_, claims, id) => {
    const { code, rules } = await open(` ${JSON.stringify(claims)}`)
    expect([code, rules?.[0]]).toEqual([
      EXIT.checkFailed,
      expect.objectContaining({
        id,
        message: 'The token: the encrypted content is claims without a signature.',
      }),
    ])
  })

  it.each(['hello', '', '[]', '"x"', 'a.b.c', 'a.b.c.d.e', 'I. like. dots. very. much', 'e30.b.c.d.e'])(
    '%j is not a token',
    async (text) => {
      const { code, rules } = await open(text)
      expect(code).toBe(EXIT.checkFailed)
      expect(rules?.map(({ id }) => id)).toContain('T01')
    },
  )

  it('a token that is encrypted twice is reported as that', async () => {
    const { code, rules } = await open(await encrypted(await logoutToken()))
    expect(code).toBe(EXIT.checkFailed)
    expect(rules).toMatchObject([
      { id: 'T08', message: 'Its content is encrypted again, which kc-logout does not support.' },
    ])
  })
})

it.each([
  ['--jwks', 'https://kc.example.com/certs'],
  ['--issuer', ISSUER],
])('fails if --no-network prevents fetching the keys of %s', async (option, url) => {
  for (const tokens of [1, 12]) {
    const text = Array.from({ length: tokens }, () => logoutToken())
    const ran = await inspect((await Promise.all(text)).join('\n'), [option, url, '--no-network'])
    expect([ran.code, ran.fetched, ran.tokens[0]?.verdict]).toEqual([EXIT.checkFailed, [], 'unverified'])
    expect(ran.stderr).toMatch(
      tokens === 1
        ? `No keys were fetched from ${url} because of --no-network.`
        : /12 signatures .*NOT verified/,
    )
  }
})

describe('the exit code', () => {
  it.each([
    ['a token cut off in its header', 'eyJhbGciOiJIUzUxMiIsInR5cCIgOiAiSldU', EXIT.checkFailed],
    [
      'a token cut off in its payload',
      'eyJhbGciOiJIUzUxMiIsInR5cCIgOiAiSldUIn0.eyJleHAiOjE3OT',
      EXIT.checkFailed,
    ],
    ['words without a token', 'there is no token here', EXIT.usage],
    ['one word', 'monkeyJumpsOverTheLazyDogAndTheFence', EXIT.usage],
    ['an opaque token', 'a3f8b1c29d4e5f60718293a4b5c6d7e8', EXIT.usage],
  ])('of %s', async (_, text, code) => {
    expect((await inspect(text)).code).toBe(code)
  })

  it('of a large log without a token says what was read', async () => {
    const ran = await inspect(Array.from({ length: 17_000 }, () => 'x'.repeat(100)).join('\n'))
    expect([ran.code, ran.json<{ error: { message: string } }>().error.message]).toEqual([
      EXIT.usage,
      'None of the 17,000 lines (1.7 MB) contains a token or claims.',
    ])
  })
})

describe('errors name the actual problem', () => {
  const refused = async (args: string[], documents: World['documents'] = {}) => {
    const ran = await inspect(undefined, args, {}, documents)
    return [ran.code, ran.json<{ error: object }>().error]
  }
  it('a path where a token should be', async () => {
    expect(await refused(['./token.txt'])).toEqual([
      EXIT.usage,
      expect.objectContaining({ code: 'no-token', hint: 'To read a file: --file, or < file.' }),
    ])
  })

  it('a missing file', async () => {
    const [code, error] = await refused(['--file', 'missing.txt'])
    expect([code, error]).toEqual([EXIT.usage, expect.not.objectContaining({ code: 'too-large' })])
  })

  it('a usage error while fetching keys is not reported as an unreachable server', async () => {
    const url = 'https://kc.example.com/certs'
    const error = new UserError('bad-ca', 'The file of certificates holds none.', { exitCode: EXIT.usage })
    expect(await refused([await logoutToken(), '--jwks', url], { [url]: error })).toEqual([
      EXIT.usage,
      expect.objectContaining({ code: 'bad-ca' }),
    ])
  })
})

it('finds the keys of an issuer with a trailing slash', async () => {
  const found = `${ISSUER}/.well-known/openid-configuration`
  const documents = { [found]: { jwks_uri: 'https://keys' }, 'https://keys': JSON.parse(keys) }
  const ran = await inspect(await logoutToken(), ['--issuer', `${ISSUER}/`], {}, documents)
  expect([ran.fetched, ran.tokens[0]?.signature.status]).toEqual([[found, 'https://keys'], 'valid'])
})
