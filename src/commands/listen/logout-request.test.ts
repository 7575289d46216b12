import { describe, expect, it } from 'vitest'
import { inspect } from '../../../test/support/inspecting.ts'
import { encrypted, logoutToken, NOW } from '../../../test/support/tokens.ts'
import {
  type Answer,
  answerOf,
  answerTo,
  type IncomingRequest,
  plainAnswer,
  readDelivery,
  SeenTokens,
  targetOf,
} from './logout-request.ts'
import type { Standing } from './rules/answer.ts'
import { checkExchange, EXCHANGE_RULES, standingOf } from './rules/run.ts'

const FORM = 'application/x-www-form-urlencoded'
const post = (body: string, more: Partial<IncomingRequest> = {}): IncomingRequest => ({
  method: 'POST',
  path: '/backchannel',
  headers: { 'content-type': FORM },
  body,
  tooLarge: false,
  ...more,
})

describe('reads a delivery', () => {
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
    ['no form', post('logout_token=x', { headers: { 'content-type': 'text/plain' } }), 'logout', undefined],
    [
      'an action',
      post('eyJ.x.y\n', { path: '/admin/k_logout', headers: { 'content-type': 'text/plain' } }),
      'admin-action',
      'eyJ.x.y',
    ],
    ['an action at the root', post('eyJ', { path: '/k_push_not_before' }), 'admin-action', 'eyJ'],
    ['an empty action', post('', { path: '/k_test_available' }), 'admin-action', undefined],
    ['a path that only looks like an action', post('logout_token=x', { path: '/k_logout/x' }), 'logout', 'x'],
  ])('%s', (_, request, kind, token) => {
    expect(readDelivery(request)).toMatchObject({ kind, token })
  })
})

describe('hands on', () => {
  it.each([
    ['http://h/bc', '', 'http://h/bc'],
    ['http://h/bc/?tenant=1', '', 'http://h/bc/?tenant=1'],
    ['http://h/adm', '/k_logout', 'http://h/adm/k_logout'],
    ['http://h/adm/', '/k_logout', 'http://h/adm/k_logout'],
    ['http://h', '/k_logout', 'http://h/k_logout'],
    ['http://h/adm?tenant=1', '/k_logout', 'http://h/adm/k_logout?tenant=1'],
    ['http://h/adm/?to=/a/#x', '/k_logout', 'http://h/adm/k_logout?to=/a/#x'],
  ])('%s and %j to %s', (url, suffix, target) => {
    expect(targetOf(url, { suffix })).toBe(target)
  })
})

/** Ids of the request rules by status. */
function statuses(request: IncomingRequest, token: Standing | undefined, answer?: Answer) {
  const exchange = { request, reading: readDelivery(request), token, ...(answer ? { answer } : {}) }
  const results = checkExchange(exchange)
  const by = (status: string) => results.filter((each) => each.status === status).map(({ id }) => id)
  return { fail: by('fail'), warn: by('warn'), pass: by('pass') }
}
const good = post('logout_token=x')
const ok: Answer = { status: 200, headers: { 'cache-control': 'no-store' }, body: '' }

describe('the rules of request and answer', () => {
  it('hold for a good exchange', () => {
    expect(statuses(good, 'good')).toMatchObject({ fail: [], warn: [] })
    expect(statuses(good, 'good', ok)).toMatchObject({ fail: [], warn: [] })
  })

  const cases: [
    id: string,
    what: string,
    request: IncomingRequest,
    token: Standing | undefined,
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
    ['R04', 'two tokens', post('logout_token=a&logout_token=b'), 'good', undefined],
    ['R05', 'a good token refused', good, 'good', { ...ok, status: 400 }],
    ['R05', 'a good token answered 202', good, 'good', { ...ok, status: 202 }],
    ['R05', 'a good token answered with 500', good, 'unverified', { ...ok, status: 500 }],
    ['R05', 'a token that came before answered with 500', good, 'replayed', { ...ok, status: 500 }],
    ['R05', 'an unverified token refused', good, 'unverified', { ...ok, status: 400 }, 'warn'],
    ['R06', 'a bad token accepted', good, 'bad', ok],
    ['R06', 'a bad token answered 404', good, 'bad', { ...ok, status: 404 }],
    ['R07', 'a refusal as a page', good, 'bad', { ...ok, status: 400, body: '<html>' }, 'warn'],
    ['R08', 'an answer that may be stored', good, 'good', { ...ok, headers: {} }, 'warn'],
  ]
  it.each(cases)('%s: %s', (id, _what, request, token, answer, status = 'fail' as never) => {
    const found = statuses(request, token, answer)
    expect(found[status as 'fail']).toContain(id)
    expect([...found.fail, ...found.warn]).toEqual([id])
  })

  const but = (status: number): Answer => ({ ...ok, status })
  it.each<[string, IncomingRequest, Standing | undefined, Answer]>([
    ['accepts a token that nobody verified here', good, 'unverified', ok],
    ['accepts a token that came before', good, 'replayed', ok],
    ['refuses a token that came before', good, 'replayed', but(400)],
    ['refuses two tokens', post('logout_token=a&logout_token=b'), 'good', but(400)],
    ['answers 405 to a PUT', { ...good, method: 'PUT' }, 'good', but(405)],
    ['answers 400 to a PUT', { ...good, method: 'PUT' }, 'good', but(400)],
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

  it.each<[string, IncomingRequest, Standing | undefined]>([
    ['two tokens', post('logout_token=a&logout_token=b'), 'good'],
    ['a form without a token', post('a=b'), undefined],
    ['a PUT', { ...good, method: 'PUT' }, 'good'],
  ])('R06: %s accepted', (_, request, token) => {
    expect(statuses(request, token, ok).fail).toContain('R06')
  })

  it.each([200, 204, 302, 400, 403, 500])('judge no answer %i to an action at an Admin URL', (status) => {
    const request = post('eyJ.x.y', { path: '/k_logout', headers: { 'content-type': 'text/plain' } })
    for (const token of ['good', 'bad', 'unverified'] as const) {
      expect(statuses(request, token, { status, headers: {}, body: '<html>' })).toMatchObject({
        fail: [],
        warn: [],
      })
    }
  })

  it.each([
    ['by-the-rules', 'kc-logout itself answered, as the specification says.'],
    ['as-told', 'kc-logout itself answered, with what --respond says.'],
    ['silent', 'The receiver did not answer.'],
  ] as const)('say who answered: %s', (unanswered, message) => {
    const exchange = { request: good, reading: readDelivery(good), token: 'good', unanswered } as const
    expect(checkExchange(exchange).filter(({ id }) => id === 'R05')).toMatchObject([
      { status: 'skip', message },
    ])
  })

  it.each([
    ['no token', post('a=b'), 'There is none (R02).'],
    ['an action', post('eyJ', { path: '/k_logout' }), 'An action is no form.'],
  ])('R04 counts nothing in %s', (_, request, message) => {
    const [rule] = checkExchange({ request, reading: readDelivery(request), token: undefined }).filter(
      ({ id }) => id === 'R04',
    )
    expect(rule).toMatchObject({ status: 'skip', message })
  })

  it.each([301, 302, 401, 403, 419])('R12: %i is the mark of a filter', (status) => {
    expect(statuses(good, 'good', { ...ok, status })).toMatchObject({ fail: ['R05'], warn: ['R12'] })
  })

  it('204 is a success too, as Keycloak takes it', () => {
    expect(statuses(good, 'good', { ...ok, status: 204 }).fail).toEqual([])
  })

  it('R03: other parameters are ignored, and named', () => {
    const request = post('logout_token=x&ignored_parameter=1')
    const result = checkExchange({ request, reading: readDelivery(request), token: 'good' }).find(
      ({ id }) => id === 'R03',
    )
    expect(result).toMatchObject({ status: 'pass', actual: ['ignored_parameter'] })
  })

  it('are twelve', () => {
    const ids = Array.from({ length: 12 }, (_, i) => `R${String(i + 1).padStart(2, '0')}`)
    expect(EXCHANGE_RULES.map(({ id }) => id)).toEqual(ids)
  })
})

describe('what a receiver has to make of a token', () => {
  const standing = async (token: string, how: Parameters<typeof inspect>[1] = {}) =>
    standingOf(await inspect(token, { kind: 'logout', verify: true, ...how }))
  const before = { expect: { seenBefore: () => NOW - 5 } }
  const noKeys = { keys: { missing: 'The keys could not be fetched.' } }
  it.each<[string, () => Promise<string>, Standing, Parameters<typeof inspect>[1]?]>([
    ['a good one', () => logoutToken(), 'good'],
    ['one that breaks a MUST', () => logoutToken({ nonce: 'x' }), 'bad'],
    [
      'one that breaks a SHOULD, with --strict',
      () => logoutToken({}, { header: { typ: 'JWT' } }),
      'good',
      { strict: true },
    ],
    ['a forged one', async () => `${(await logoutToken()).slice(0, -9)}AAAAAAAAA`, 'bad'],
    ['one without keys', () => logoutToken(), 'unverified', noKeys],
    ['a bad one without keys', () => logoutToken({ nonce: 'x' }), 'bad', noKeys],
    ['one with an unknown key', () => logoutToken({}, { header: { kid: 'new' } }), 'bad'],
    ['an encrypted one that stays closed here', async () => encrypted(await logoutToken()), 'unverified'],
    ['one that came before', () => logoutToken(), 'replayed', before],
    ['a bad one that came before', () => logoutToken({ nonce: 'x' }), 'bad', before],
  ])('%s', async (_, token, expected, how) => {
    expect(await standing(await token(), how)).toBe(expected)
  })
})

describe('answers', () => {
  const answer = async (token: string | undefined, request = good) => {
    const report = token === undefined ? undefined : await inspect(token, { kind: 'logout' })
    const rules = [
      ...(report?.rules ?? []),
      ...checkExchange({ request, reading: readDelivery(request), token: report && standingOf(report) }),
    ]
    return answerTo(request, report, rules)
  }

  it('200 to a good token, and nothing more', async () => {
    expect(await answer(await logoutToken())).toEqual({
      status: 200,
      headers: { 'cache-control': 'no-store' },
      body: '',
    })
  })

  it('400 to a bad token, and says why', async () => {
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

  it('in ASCII, however the token was made', async () => {
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

  it('what it was told to', () => {
    expect(plainAnswer(204)).toEqual({ status: 204, headers: { 'cache-control': 'no-store' }, body: '' })
    expect(plainAnswer(500).status).toBe(500)
  })

  it("what the application said, or a gateway's status when it said nothing", () => {
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

describe('tokens that were seen', () => {
  it('are told by issuer and jti', () => {
    const seen = new SeenTokens()
    seen.add('a', '1', NOW)
    expect([seen.before('a', '1'), seen.before('b', '1'), seen.before('a', '2')]).toEqual([
      NOW,
      undefined,
      undefined,
    ])
  })

  it('are forgotten after a while, and never too many', () => {
    const seen = new SeenTokens({ seconds: 60, most: 3 })
    seen.add('a', '1', NOW)
    seen.add('a', '2', NOW + 100)
    expect(seen.before('a', '1')).toBeUndefined()
    for (let i = 3; i < 10; i++) seen.add('a', String(i), NOW + 100)
    expect([seen.before('a', '6'), seen.before('a', '7')]).toEqual([undefined, NOW + 100])
  })
})
