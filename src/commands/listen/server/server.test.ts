import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { certificate } from '../../../../test/support/certificates.ts'
import { send } from '../../../../test/support/http.ts'
import { startReceiver } from '../../../../test/support/receiver.ts'
import type { Answer, IncomingRequest } from '../logout-request.ts'
import { forward } from './forward.ts'
import { type RunningServer, startServer } from './server.ts'

const OK: Answer = { status: 200, headers: { 'cache-control': 'no-store' }, body: '' }
const open: RunningServer[] = []
let lost: string[] = []
const onLost = (reason: string) => void lost.push(reason)
beforeEach(() => {
  lost = []
})
afterEach(() => Promise.all(open.splice(0).map((each) => each.close())))

async function listen(handle: (request: IncomingRequest) => Promise<Answer> = async () => OK) {
  const receiver = await startServer({ host: '127.0.0.1', port: 0, onLost }, handle)
  open.push(receiver)
  return `http://127.0.0.1:${receiver.port}`
}

describe('the server', () => {
  it('passes the request on as it was sent, and sends the answer', async () => {
    const seen: IncomingRequest[] = []
    const url = await listen(async (request) => {
      seen.push(request)
      return { status: 400, headers: { 'cache-control': 'no-store', 'x-a': 'b' }, body: '{"error":"ü"}' }
    })
    const answer = await send('POST', `${url}/bc?x=1`, { form: { logout_token: 'a b' } })
    expect([answer.status, answer.headers['cache-control'], answer.headers['x-a'], answer.text]).toEqual([
      400,
      'no-store',
      'b',
      '{"error":"ü"}',
    ])
    expect(seen).toMatchObject([{ method: 'POST', path: '/bc', body: 'logout_token=a+b', tooLarge: false }])
    expect(seen[0]?.headers['content-type']).toBe('application/x-www-form-urlencoded')
  })

  it('stops reading a body that is too large', async () => {
    const seen: boolean[] = []
    const url = await listen(async ({ tooLarge, body }) => {
      seen.push(tooLarge && body.length <= 256 * 1024)
      return { ...OK, status: 413 }
    })
    // The connection may be closed while the body is being sent, so either result is right.
    const status = await send('POST', url, { body: 'x'.repeat(5_000_000) }).then(
      (answer) => answer.status,
      () => 413,
    )
    expect([status, seen]).toEqual([413, [true]])
  })

  it('answers 500 and continues if the handler throws', async () => {
    let first = true
    const url = await listen(async () => {
      if (first) {
        first = false
        throw new Error('oops')
      }
      return OK
    })
    expect((await send('POST', url, { body: 'x' })).status).toBe(500)
    expect(lost).toEqual(['A request was lost here: oops'])
    expect((await send('POST', url, { body: 'x' })).status).toBe(200)
  })

  it('continues after something other than HTTP', async () => {
    const url = await listen()
    await new Promise<void>((resolve) => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1', () =>
        socket.write('\u0016\u0003\u0001 hello\r\n\r\n'),
      )
      socket.on('error', () => {}).on('close', () => resolve())
    })
    expect(lost).toEqual(['Received something other than an HTTP request: HPE_INVALID_METHOD.'])
    expect((await send('POST', url, { body: 'x' })).status).toBe(200)
  })

  it('does not report a check whether the port is open', async () => {
    const url = await listen()
    await new Promise<void>((resolve) => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.resetAndDestroy())
      socket.on('close', () => resolve())
    })
    expect((await send('POST', url, { body: 'x' })).status).toBe(200)
    expect(lost).toEqual([])
  })

  it('reports an answer that could not be sent', async () => {
    const url = await listen(async () => ({ ...OK, headers: { location: 'a\nb' } }))
    expect((await send('POST', url, { body: 'x' })).status).toBe(500)
    expect(lost).toEqual([expect.stringContaining('Invalid character in header')])
  })

  const connection = (url: string) =>
    new Promise<Socket>((resolve) => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1', () => resolve(socket))
      socket.on('error', () => {})
    })

  it('reports connections above the limit', async () => {
    const url = await listen()
    const sockets = await Promise.all(Array.from({ length: 256 }, () => connection(url)))
    const surplus = await connection(url)
    await once(surplus, 'close')
    expect(lost).toEqual(['1 connection was refused, because 256 are open.'])
    for (const socket of sockets) socket.destroy()
  })

  it('closes without waiting for idle connections', async () => {
    const url = await listen()
    const socket = await connection(url)
    const started = performance.now()
    await open.splice(0)[0]?.close()
    expect(performance.now() - started).toBeLessThan(2000)
    socket.destroy()
  })

  it('closes after the answer to a request in flight', async () => {
    const url = await listen(async () => {
      await new Promise((resolve) => setTimeout(resolve, 1500))
      return OK
    })
    const answer = send('POST', url, { body: 'x' })
    await new Promise((resolve) => setTimeout(resolve, 100))
    await open.splice(0)[0]?.close()
    expect((await answer).status).toBe(200)
  })

  it('reports that the port is in use', async () => {
    const url = await listen()
    await expect(
      startServer({ host: '127.0.0.1', port: Number(new URL(url).port), onLost }, async () => OK),
    ).rejects.toMatchObject({
      code: 'cannot-listen',
      message: expect.stringContaining('the port is in use'),
    })
  })

  it('serves https, and a forward to it works only if it is trusted', async () => {
    const { cert, key } = certificate({})
    const receiver = await startServer(
      { host: '127.0.0.1', port: 0, tls: { cert, key }, onLost },
      async () => OK,
    )
    open.push(receiver)
    const request = { method: 'POST', path: '/', headers: {}, body: 'x', tooLarge: false }
    const url = `https://127.0.0.1:${receiver.port}/`
    expect(await forward(url, request, { timeout: 2000, insecure: true, ca: undefined })).toMatchObject({
      status: 200,
    })
    expect(await forward(url, request, { timeout: 2000, insecure: false, ca: undefined })).toMatchObject({
      status: null,
    })
  })

  it('reports an unusable certificate', async () => {
    const tls = { cert: 'no certificate', key: 'no key' }
    await expect(
      startServer({ host: '127.0.0.1', port: 0, tls, onLost }, async () => OK),
    ).rejects.toMatchObject({
      code: 'bad-certificate',
    })
  })
})

describe('forward', () => {
  const request: IncomingRequest = {
    method: 'POST',
    path: '/bc',
    headers: { 'content-type': 'text/plain', cookie: 'secret=1', host: 'kc' },
    body: 'logout_token=x',
    tooLarge: false,
  }
  const options = { timeout: 500, insecure: false, ca: undefined }

  it('sends the request without headers of the connection, and reads the answer', async () => {
    const receiver = await startReceiver()
    receiver.behave({
      status: 400,
      body: 'no such session',
      headers: { 'cache-control': 'no-store', 'set-cookie': 'a=b' },
    })
    const { ms, ...answer } = await forward(`${receiver.url}/logout?a=b`, request, options)
    expect(answer).toEqual({ status: 400, body: 'no such session', headers: { 'cache-control': 'no-store' } })
    expect(ms).toBeGreaterThanOrEqual(0)
    expect(receiver.requests).toMatchObject([{ method: 'POST', path: '/logout?a=b', body: request.body }])
    expect(receiver.requests[0]?.headers).not.toHaveProperty('cookie')
    await receiver.close()
  })

  it('does not follow a redirect', async () => {
    const receiver = await startReceiver()
    receiver.behave({ status: 302, headers: { location: `${receiver.url}/login` } })
    expect(await forward(receiver.url, request, options)).toMatchObject({
      status: 302,
      headers: { location: `${receiver.url}/login` },
    })
    expect(receiver.requests).toHaveLength(1)
    await receiver.close()
  })

  it('says why there is no answer', async () => {
    const receiver = await startReceiver()
    receiver.behave({ hang: true })
    expect(await forward(receiver.url, request, options)).toMatchObject({
      status: null,
      error: 'no answer in time (0.5 s)',
    })
    receiver.behave({ reset: true })
    expect(await forward(receiver.url, request, options)).toMatchObject({
      status: null,
      error: expect.stringMatching(/ECONNRESET|hang up/),
    })
    await receiver.close()
    expect(await forward(receiver.url, request, options)).toMatchObject({
      status: null,
      error: 'ECONNREFUSED',
    })
  })

  it('stops reading an endless answer', async () => {
    let isClosed: () => void = () => {}
    const closed = new Promise<void>((resolve) => {
      isClosed = resolve
    })
    const server = createServer((_, response) => {
      response.on('close', isClosed)
      const more = () => {
        while (!response.destroyed && response.write('ü'.repeat(8192)));
      }
      response.on('drain', more)
      more()
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    const { status, body, ms, error } = await forward(url, request, { ...options, timeout: 5000 })
    expect([status, error, ms < 5000]).toEqual([200, undefined, true])
    expect(Buffer.byteLength(body ?? '')).toBeGreaterThanOrEqual(64 * 1024 - 4)
    expect(body?.length).toBeLessThanOrEqual(64 * 1024)
    // The connection is closed, so that the sender stops.
    await closed
    server.close()
  })
})
