import { describe, expect, it } from 'vitest'
import {
  type Answer,
  answerOf,
  answerTo,
  type IncomingRequest,
  plainAnswer,
  readDelivery,
  SeenTokens,
} from '../../src/core/delivery.ts'
import type { Verdict } from '../../src/core/token/inspect.ts'
import { checkExchange, REQUEST_RULES } from '../../src/core/token/rules/request.ts'
import { logoutToken, NOW } from '../support/tokens.ts'
import { inspect } from './token/inspecting.ts'

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

/** Ids of the request rules by status. */
function statuses(request: IncomingRequest, token: Verdict | undefined = 'pass', answer?: Answer) {
  const exchange = { request, reading: readDelivery(request), token, ...(answer ? { answer } : {}) }
  const results = checkExchange(exchange)
  const by = (status: string) => results.filter((each) => each.status === status).map(({ id }) => id)
  return { fail: by('fail'), warn: by('warn'), pass: by('pass') }
}
const good = post('logout_token=x')
const ok: Answer = { status: 200, headers: { 'cache-control': 'no-store' }, body: '' }

describe('the rules of request and answer', () => {
  it('hold for a good exchange', () => {
    expect(statuses(good)).toMatchObject({ fail: [], warn: [] })
    expect(statuses(good, 'pass', ok)).toMatchObject({ fail: [], warn: [] })
  })

  const cases: [
    id: string,
    what: string,
    request: IncomingRequest,
    token: Verdict | undefined,
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
    ['R04', 'two tokens', post('logout_token=a&logout_token=b'), 'pass', undefined],
    ['R05', 'a good token refused', good, 'pass', { ...ok, status: 400 }],
    ['R05', 'a good token answered 202', good, 'pass', { ...ok, status: 202 }],
    ['R05', 'a good token answered with 500', good, 'unverified', { ...ok, status: 500 }],
    ['R06', 'a bad token accepted', good, 'fail', ok],
    ['R06', 'a bad token answered 404', good, 'fail', { ...ok, status: 404 }],
    ['R07', 'a refusal as a page', good, 'fail', { ...ok, status: 400, body: '<html>' }, 'warn'],
    ['R08', 'an answer that may be stored', good, 'pass', { ...ok, headers: {} }, 'warn'],
  ]
  it.each(cases)('%s: %s', (id, _what, request, token, answer, status = 'fail' as never) => {
    const found = statuses(request, token, answer)
    expect(found[status as 'fail']).toContain(id)
    expect([...found.fail, ...found.warn]).toEqual([id])
  })

  it.each([301, 302, 401, 403, 419])('R12: %i is the mark of a filter', (status) => {
    expect(statuses(good, 'pass', { ...ok, status })).toMatchObject({ fail: ['R05'], warn: ['R12'] })
  })

  it('204 is a success too, as Keycloak takes it', () => {
    expect(statuses(good, 'pass', { ...ok, status: 204 }).fail).toEqual([])
  })

  it('R03: other parameters are ignored, and named', () => {
    const request = post('logout_token=x&ignored_parameter=1')
    const result = checkExchange({ request, reading: readDelivery(request), token: 'pass' }).find(
      ({ id }) => id === 'R03',
    )
    expect(result).toMatchObject({ status: 'pass', actual: ['ignored_parameter'] })
  })

  it('are twelve', () => {
    const ids = Array.from({ length: 12 }, (_, i) => `R${String(i + 1).padStart(2, '0')}`)
    expect(REQUEST_RULES.map(({ id }) => id)).toEqual(ids)
  })
})

describe('answers', () => {
  const answer = async (token: string | undefined, request = good) => {
    const report = token === undefined ? undefined : await inspect(token, { kind: 'logout' })
    const rules = [
      ...(report?.rules ?? []),
      ...checkExchange({ request, reading: readDelivery(request), token: report?.verdict }),
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
