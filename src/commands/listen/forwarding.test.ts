import { describe, expect, it } from 'vitest'
import { send } from '../../../test/support/http.ts'
import { failedRules, lines, listening } from '../../../test/support/listening.ts'
import {
  adminActionClaims,
  logoutToken,
  securityEventClaims,
  signedToken,
} from '../../../test/support/tokens.ts'
import type { ReceivedRequest } from './view.ts'

const { listen, receiver: startReceiver } = listening()

describe('listen --forward-to', () => {
  it("returns the receiver's answer and prints its body", async () => {
    const receiver = await startReceiver()
    receiver.behave({
      status: 400,
      body: '{"error":"unknown session"}',
      headers: { 'cache-control': 'no-store' },
    })
    const { post, ran } = await listen(['--forward-to', `${receiver.url}/logout`, '--count', '1'])
    const answer = await post(await logoutToken())
    expect([answer.status, answer.text]).toEqual([400, '{"error":"unknown session"}'])
    expect(receiver.requests).toMatchObject([
      { method: 'POST', path: '/logout', body: expect.stringMatching(/^logout_token=ey/) },
    ])
    const { stdout } = await ran
    expect(stdout).toContain('receiver answered 400')
    expect(stdout).toContain('{"error":"unknown session"}')
    expect(stdout).toContain('FAIL R05')
  })

  it('keeps the action in the path', async () => {
    const receiver = await startReceiver()
    const { url, ran } = await listen(['--forward-to', `${receiver.url}/app/`, '--count', '1'])
    await send('POST', `${url}/x/k_logout`, { body: await signedToken({ payload: adminActionClaims() }) })
    expect(receiver.requests[0]?.path).toBe('/app/k_logout')
    await ran
  })

  it('forwards requests beyond --count, so that no logout is lost', async () => {
    const receiver = await startReceiver()
    const { post, ran } = await listen(['--forward-to', receiver.url, '--count', '1', '--json'])
    const tokens = await Promise.all(['a', 'b', 'c'].map((jti) => logoutToken({ jti })))
    await Promise.all(tokens.map((token) => post(token)))
    const done = await ran
    expect([lines(done).length, receiver.requests.length]).toEqual([1, 3])
    expect(done.stderr).toContain(
      '2 more requests arrived after --count was reached: forwarded without a check.',
    )
  })

  it('forwards a security event with its Authorization header, and checks the answer', async () => {
    const receiver = await startReceiver()
    const { url, ran } = await listen(['--forward-to', `${receiver.url}/events`, '--count', '1', '--json'])
    const body = await signedToken({ payload: securityEventClaims(), header: { typ: 'secevent+jwt' } })
    const headers = { 'content-type': 'application/secevent+jwt', authorization: 'Bearer abc' }
    await send('POST', url, { body, headers })
    expect(receiver.requests).toMatchObject([{ path: '/events', body, headers }])
    const done = await ran
    expect(failedRules(lines(done)[0])).toEqual(['R13'])
    expect(done.stdout).not.toContain('Bearer abc')
  })

  it('answers 502 if the receiver does not answer', async () => {
    const receiver = await startReceiver()
    receiver.behave({ reset: true })
    const { post, ran } = await listen(['--forward-to', receiver.url, '--count', '1', '--json'])
    expect((await post(await logoutToken())).status).toBe(502)
    expect(lines(await ran)[0]).toMatchObject({
      answered: { status: 502 },
      forwarded: { status: null, body: null, ms: expect.any(Number), error: expect.any(String) },
    })
  })

  it('exposes a receiver that accepts anything', async () => {
    const receiver = await startReceiver()
    const { post, ran } = await listen(['--forward-to', receiver.url, '--count', '1', '--json'])
    expect((await post(await logoutToken({ nonce: 'x' }))).status).toBe(200)
    expect(failedRules(lines(await ran)[0])).toEqual(['L23', 'R06'])
  })
})

describe('listen blames no receiver', () => {
  const ofAnswer = (delivery: ReceivedRequest) =>
    delivery.rules
      .filter(({ id, status }) => /^R(0[5-8]|12)$/.test(id) && status !== 'pass' && status !== 'skip')
      .map(({ id }) => id)
  const noStore = { headers: { 'cache-control': 'no-store' } }

  it('that accepts a token which could not be verified here', async () => {
    const receiver = await startReceiver()
    receiver.behave(noStore)
    const args = ['--forward-to', receiver.url, '--count', '1', '--json']
    const { post, ran } = await listen(args, { documents: {} })
    await post(await logoutToken())
    expect(lines(await ran).map(ofAnswer)).toEqual([[]])
  })

  it('that has no replay check, which is optional', async () => {
    const receiver = await startReceiver()
    receiver.behave(noStore)
    const { post, ran } = await listen(['--forward-to', receiver.url, '--count', '2', '--json'])
    const token = await logoutToken()
    await post(token)
    await post(token)
    const seen = lines(await ran)
    expect([seen.map(failedRules), seen.map(ofAnswer)]).toEqual([
      [[], ['L25']],
      [[], []],
    ])
  })

  it.each([200, 204, 400, 403])('that answers %i to an action below an Admin URL', async (status) => {
    const receiver = await startReceiver()
    receiver.behave({ status })
    const { url, ran } = await listen(['--forward-to', receiver.url, '--count', '2', '--json'])
    const action = await signedToken({ payload: adminActionClaims() })
    for (const body of [action, `${action.slice(0, -9)}AAAAAAAAA`])
      await send('POST', `${url}/k_logout`, { body, headers: { 'content-type': 'text/plain' } })
    expect(lines(await ran).map(ofAnswer)).toEqual([[], []])
  })

  it.each([
    [['--respond', '500'], 'kc-logout itself answered, as set with --respond.'],
    [['--forward-to', 'http://127.0.0.1:9/'], 'The receiver did not answer.'],
    [[], 'kc-logout itself answered, as the specification says.'],
  ])('that did not answer: %j', async (args, message) => {
    const { post, ran } = await listen([...args, '--count', '1', '--json'])
    await post(await logoutToken())
    expect(lines(await ran)[0]?.rules.find(({ id }) => id === 'R05')).toMatchObject({
      status: 'skip',
      message,
    })
  })
})
