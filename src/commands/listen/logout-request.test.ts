import { describe, expect, it } from 'vitest'
import { inspect } from '../../../test/support/inspecting.ts'
import { encrypted, logoutToken, NOW } from '../../../test/support/tokens.ts'
import { answerOf, answerTo, plainAnswer } from './answers.ts'
import { type Answer, forwardUrl, type IncomingRequest, parseRequest } from './logout-request.ts'
import type { TokenState } from './rules/answer.ts'
import { checkExchange, EXCHANGE_RULES, tokenStateOf } from './rules/run.ts'
import { SeenTokens } from './seen-tokens.ts'

const FORM = 'application/x-www-form-urlencoded'
const post = (body: string, more: Partial<IncomingRequest> = {}): IncomingRequest => ({
  method: 'POST',
  path: '/backchannel',
  headers: { 'content-type': FORM },
  body,
  tooLarge: false,
  ...more,
})

describe('parseRequest reads', () => {
  it.each([
    ['a form', post('logout_token=eyJ.x.y'), 'logout', 'eyJ.x.y'],
    [
      'a form with a charset',
      post('logout_token=a', { headers: { 'content-type': `${FORM}; charset=UTF-8` } }),
      'logout',
      'a',
    ],
    ['a form with more in it', post('a=1&logout_token=x&b=2'), 'logout', 'x'],
    ['an empty parameter', post('logout_token='), 'logout', undefined],
    [
      'something other than a form',
      post('logout_token=x', { headers: { 'content-type': 'text/plain' } }),
      'logout',
      undefined,
    ],
    [
      'an action',
      post('eyJ.x.y\n', { path: '/admin/k_logout', headers: { 'content-type': 'text/plain' } }),
      'admin-action',
      'eyJ.x.y',
    ],
    ['an action at the root', post('eyJ', { path: '/k_push_not_before' }), 'admin-action', 'eyJ'],
    ['an empty action', post('', { path: '/k_test_available' }), 'admin-action', undefined],
    [
      'a security event token',
      post('eyJ.x.y\n', { headers: { 'content-type': 'application/secevent+jwt; charset=utf-8' } }),
      'security-event',
      'eyJ.x.y',
    ],
    ['a path that only looks like an action', post('logout_token=x', { path: '/k_logout/x' }), 'logout', 'x'],
  ])('%s', (_, request, kind, token) => {
    expect(parseRequest(request)).toMatchObject({ kind, token })
  })
})

describe('forwardUrl', () => {
  it.each([
    ['http://h/bc', '', 'http://h/bc'],
    ['http://h/bc/?tenant=1', '', 'http://h/bc/?tenant=1'],
    ['http://h/adm', '/k_logout', 'http://h/adm/k_logout'],
    ['http://h/adm/', '/k_logout', 'http://h/adm/k_logout'],
    ['http://h', '/k_logout', 'http://h/k_logout'],
    ['http://h/adm?tenant=1', '/k_logout', 'http://h/adm/k_logout?tenant=1'],
    ['http://h/adm/?to=/a/#x', '/k_logout', 'http://h/adm/k_logout?to=/a/#x'],
  ])('for %s and %j is %s', (url, suffix, target) => {
    expect(forwardUrl(url, { suffix })).toBe(target)
  })
})

/** Ids of the request rules by status. */
function statuses(request: IncomingRequest, token: TokenState | undefined, answer?: Answer) {
  const exchange = { request, parsed: parseRequest(request), token, ...(answer ? { answer } : {}) }
  const results = checkExchange(exchange)
  const by = (status: string) => results.filter((each) => each.status === status).map(({ id }) => id)
  return { fail: by('fail'), warn: by('warn'), pass: by('pass') }
}
const good = post('logout_token=x')
const ok: Answer = { status: 200, headers: { 'cache-control': 'no-store' }, body: '' }

describe('the rules of request and answer', () => {
  it('hold for a valid exchange', () => {
    expect(statuses(good, 'valid')).toMatchObject({ fail: [], warn: [] })
    expect(statuses(good, 'valid', ok)).toMatchObject({ fail: [], warn: [] })
  })

  const cases: [
    id: string,
    what: string,
    request: IncomingRequest,
    token: TokenState | undefined,
    answer: Answer | undefined,
    status?: 'warn',
  ][] = [
    ['R01', 'a GET', { ...good, method: 'GET' }, undefined, undefined],
    ['R02', 'JSON', post('{}', { headers: { 'content-type': 'application/json' } }), undefined, undefined],
    ['R02', 'no token', post('a=b'), undefined, undefined],
    ['R02', 'no content type', post('logout_token=x', { headers: {} }), undefined, undefined],
    [
      'R02',
      'an action at another path',
      post('eyJhbGciOi.eyJ.x', { headers: { 'content-type': 'text/plain' } }),
      undefined,
      undefined,
    ],
    ['R02', 'an empty action', post('', { path: '/k_logout' }), undefined, undefined],
    ['R02', 'a body without end', post('', { tooLarge: true }), undefined, undefined],
    ['R04', 'two tokens', post('logout_token=a&logout_token=b'), 'valid', undefined],
    ['R05', 'a valid token refused', good, 'valid', { ...ok, status: 400 }],
    ['R05', 'a valid token answered with 202', good, 'valid', { ...ok, status: 202 }],
    ['R05', 'a valid token answered with 500', good, 'unverified', { ...ok, status: 500 }],
    ['R05', 'a repeated token answered with 500', good, 'replayed', { ...ok, status: 500 }],
    ['R05', 'an unverified token refused', good, 'unverified', { ...ok, status: 400 }, 'warn'],
    ['R06', 'an invalid token accepted', good, 'invalid', ok],
    ['R06', 'an invalid token answered with 404', good, 'invalid', { ...ok, status: 404 }],
    ['R07', 'a refusal with an HTML page', good, 'invalid', { ...ok, status: 400, body: '<html>' }, 'warn'],
    ['R08', 'an answer that may be cached', good, 'valid', { ...ok, headers: {} }, 'warn'],
  ]
  it.each(cases)('%s: %s', (id, _what, request, token, answer, status = 'fail' as never) => {
    const found = statuses(request, token, answer)
    expect(found[status as 'fail']).toContain(id)
    expect([...found.fail, ...found.warn]).toEqual([id])
  })

  const but = (status: number): Answer => ({ ...ok, status })
  it.each<[string, IncomingRequest, TokenState | undefined, Answer]>([
    ['accepts a token that was not verified here', good, 'unverified', ok],
    ['accepts a repeated token', good, 'replayed', ok],
    ['refuses a repeated token', good, 'replayed', but(400)],
    ['refuses two tokens', post('logout_token=a&logout_token=b'), 'valid', but(400)],
    ['answers 405 to a PUT', { ...good, method: 'PUT' }, 'valid', but(405)],
    ['answers 400 to a PUT', { ...good, method: 'PUT' }, 'valid', but(400)],
    ['shows a page to a GET', { ...post(''), method: 'GET' }, undefined, ok],
    ['answers 413 to a body without end', post('', { tooLarge: true }), undefined, but(413)],
    [
      'answers 415 to JSON',
      post('{}', { headers: { 'content-type': 'application/json' } }),
      undefined,
      but(415),
    ],
    ['answers 400 to no token', post('a=b'), undefined, but(400)],
  ])('blame no receiver that %s', (_, request, token, answer) => {
    const { fail, warn } = statuses(request, token, answer)
    expect([...fail, ...warn].filter((id) => id >= 'R05')).toEqual([])
  })

  it.each<[string, IncomingRequest, TokenState | undefined]>([
    ['two tokens', post('logout_token=a&logout_token=b'), 'valid'],
    ['a form without a token', post('a=b'), undefined],
    ['a PUT', { ...good, method: 'PUT' }, 'valid'],
  ])('R06: %s accepted', (_, request, token) => {
    expect(statuses(request, token, ok).fail).toContain('R06')
  })

  it.each([200, 204, 302, 400, 403, 500])(
    'do not apply to an answer %i to an action at an Admin URL',
    (status) => {
      const request = post('eyJ.x.y', { path: '/k_logout', headers: { 'content-type': 'text/plain' } })
      for (const token of ['valid', 'invalid', 'unverified'] as const) {
        expect(statuses(request, token, { status, headers: {}, body: '<html>' })).toMatchObject({
          fail: [],
          warn: [],
        })
      }
    },
  )

  it.each([
    ['own', 'kc-logout itself answered, as the specification says.'],
    ['forced', 'kc-logout itself answered, as set with --respond.'],
    ['silent', 'The receiver did not answer.'],
  ] as const)('say who answered (%s)', (noAnswer, message) => {
    const exchange = { request: good, parsed: parseRequest(good), token: 'valid', noAnswer } as const
    expect(checkExchange(exchange).filter(({ id }) => id === 'R05')).toMatchObject([
      { status: 'skip', message },
    ])
  })

  it.each([
    ['no token', post('a=b'), 'It has no logout_token (R02).'],
    ['an action', post('eyJ', { path: '/k_logout' }), 'An action is not a form.'],
  ])('R04 is skipped for %s', (_, request, message) => {
    const [rule] = checkExchange({ request, parsed: parseRequest(request), token: undefined }).filter(
      ({ id }) => id === 'R04',
    )
    expect(rule).toMatchObject({ status: 'skip', message })
  })

  it.each([301, 302, 401, 403, 419])('R12: %i is typical of a filter', (status) => {
    expect(statuses(good, 'valid', { ...ok, status })).toMatchObject({ fail: ['R05'], warn: ['R12'] })
  })

  it('R05 accepts 204, because Keycloak does', () => {
    expect(statuses(good, 'valid', { ...ok, status: 204 }).fail).toEqual([])
  })

  it.each<[string, TokenState, number, string, string[]]>([
    ['202 to a valid event', 'valid', 202, '', []],
    ['200 to a valid event', 'valid', 200, '', ['R13']],
    ['400 to a valid event', 'valid', 400, '{"err":"invalid_request"}', ['R13']],
    ['202 to a repeated event', 'replayed', 202, '', []],
    ['202 to an invalid event', 'invalid', 202, '', ['R14']],
    ['400 with an error code to an invalid event', 'invalid', 400, '{"err":"invalid_key"}', []],
    ['400 without an error code to an invalid event', 'invalid', 400, '', ['R14']],
  ])('for security events: %s', (_, token, status, body, expected) => {
    const request = post('eyJ.x.y', { headers: { 'content-type': 'application/secevent+jwt' } })
    const { fail, warn } = statuses(request, token, { status, headers: {}, body })
    expect([...fail, ...warn]).toEqual(expected)
  })

  it('R03: other parameters are ignored, and named', () => {
    const request = post('logout_token=x&ignored_parameter=1')
    const result = checkExchange({ request, parsed: parseRequest(request), token: 'valid' }).find(
      ({ id }) => id === 'R03',
    )
    expect(result).toMatchObject({ status: 'pass', actual: ['ignored_parameter'] })
  })

  it('are R01 to R14', () => {
    const ids = Array.from({ length: 14 }, (_, i) => `R${String(i + 1).padStart(2, '0')}`)
    expect(EXCHANGE_RULES.map(({ id }) => id)).toEqual(ids)
  })
})

describe('the state of a token for a receiver', () => {
  const standing = async (token: string, how: Parameters<typeof inspect>[1] = {}) =>
    tokenStateOf(await inspect(token, { kind: 'logout', verify: true, ...how }))
  const before = { expect: { seenBefore: () => NOW - 5 } }
  const noKeys = { keys: { missing: 'The keys could not be fetched.' } }
  it.each<[string, () => Promise<string>, TokenState, Parameters<typeof inspect>[1]?]>([
    ['valid', () => logoutToken(), 'valid'],
    ['breaks a MUST', () => logoutToken({ nonce: 'x' }), 'invalid'],
    [
      'breaks a SHOULD, with --strict',
      () => logoutToken({}, { header: { typ: 'JWT' } }),
      'valid',
      { strict: true },
    ],
    ['forged', async () => `${(await logoutToken()).slice(0, -9)}AAAAAAAAA`, 'invalid'],
    ['valid, without keys', () => logoutToken(), 'unverified', noKeys],
    ['invalid, without keys', () => logoutToken({ nonce: 'x' }), 'invalid', noKeys],
    ['with an unknown key', () => logoutToken({}, { header: { kid: 'new' } }), 'invalid'],
    ['encrypted, not decrypted here', async () => encrypted(await logoutToken()), 'unverified'],
    ['repeated', () => logoutToken(), 'replayed', before],
    ['invalid and repeated', () => logoutToken({ nonce: 'x' }), 'invalid', before],
  ])('%s', async (_, token, expected, how) => {
    expect(await standing(await token(), how)).toBe(expected)
  })
})

describe('listen answers', () => {
  const answer = async (token: string | undefined, request = good) => {
    const report = token === undefined ? undefined : await inspect(token, { kind: 'logout' })
    const rules = [
      ...(report?.rules ?? []),
      ...checkExchange({ request, parsed: parseRequest(request), token: report && tokenStateOf(report) }),
    ]
    return answerTo(request, report, rules)
  }

  it('200 with an empty body to a valid token', async () => {
    expect(await answer(await logoutToken())).toEqual({
      status: 200,
      headers: { 'cache-control': 'no-store' },
      body: '',
    })
  })

  it('400 with the reason to an invalid token', async () => {
    const { status, headers, body } = await answer(await logoutToken({ nonce: 'x', aud: 'other' }))
    expect([status, headers]).toEqual([
      400,
      { 'cache-control': 'no-store', 'content-type': 'application/json' },
    ])
    expect(JSON.parse(body)).toEqual({
      error: 'invalid_request',
      error_description: "L08: aud does not contain the client 'shop'. L23: It contains a nonce.",
    })
  })

  it('in ASCII, whatever the token contains', async () => {
    const { body } = await answer(await logoutToken({ iss: 'https://ü"\\\u001b/', aud: 'ü' }))
    expect(JSON.parse(body).error_description).toMatch(/^[ !#-[\]-~]{1,500}$/)
  })

  it.each([
    ['405 to a GET', { ...good, method: 'GET' }, 405],
    ['413 to a body without end', { ...good, tooLarge: true }, 413],
    ['400 without a token', post('a=b'), 400],
    ['400 to two tokens', post('logout_token=a&logout_token=b'), 400],
  ])('%s', async (_, request, status) => {
    const said = await answer(undefined, request)
    expect([said.status, said.headers['cache-control']]).toEqual([status, 'no-store'])
  })

  it('the forced status', () => {
    expect(plainAnswer(204)).toEqual({ status: 204, headers: { 'cache-control': 'no-store' }, body: '' })
    expect(plainAnswer(500).status).toBe(500)
  })

  it('what the application answered, or 502 or 504 without an answer', () => {
    const forwarded = { headers: { 'content-type': 'text/plain' }, body: 'no', ms: 3 }
    expect(answerOf({ ...forwarded, status: 400 })).toEqual({
      status: 400,
      headers: forwarded.headers,
      body: 'no',
    })
    expect(answerOf({ ...forwarded, status: null, error: 'ECONNREFUSED' }).status).toBe(502)
    expect(answerOf({ ...forwarded, status: null, error: 'no answer in time (5 s)' }).status).toBe(504)
  })
})

describe('seen tokens', () => {
  it('are recognised by issuer and jti', () => {
    const seen = new SeenTokens()
    seen.add('a', '1', NOW)
    expect([seen.before('a', '1'), seen.before('b', '1'), seen.before('a', '2')]).toEqual([
      NOW,
      undefined,
      undefined,
    ])
  })

  it('are dropped after a while, and above a limit', () => {
    const seen = new SeenTokens({ seconds: 60, most: 3 })
    seen.add('a', '1', NOW)
    seen.add('a', '2', NOW + 100)
    expect(seen.before('a', '1')).toBeUndefined()
    for (let i = 3; i < 10; i++) seen.add('a', String(i), NOW + 100)
    expect([seen.before('a', '6'), seen.before('a', '7')]).toEqual([undefined, NOW + 100])
  })
})
