import type { ServerResponse } from 'node:http'
import { createServer } from 'node:net'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import {
  keycloakScript,
  openAt,
  outcomeOf,
  type Reply,
  type Script,
  scriptedServer,
} from '../../../test/support/scripted-server.ts'
import { createTransport, type RequestTrace } from './transport.ts'

const transport = (timeout = 300, signal = new AbortController().signal, traces: RequestTrace[] = []) =>
  createTransport({
    timeout,
    ca: undefined,
    insecure: false,
    userAgent: 'kc-logout/test',
    signal,
    onRequest: (trace) => traces.push(trace),
  })

async function took<T>(act: Promise<T>): Promise<[outcome: unknown, ms: number]> {
  const started = performance.now()
  return [await outcomeOf(act), performance.now() - started]
}

const raw =
  (write: (response: ServerResponse) => void): Script =>
  (_, response): Reply => {
    write(response)
    return undefined
  }

describe('a request always ends in time', () => {
  test.each<[string, Script, string]>([
    ['never answers', raw(() => {}), 'read-timeout'],
    [
      'sends half a head and hangs',
      raw((r) => r.socket?.write('HTTP/1.1 200 OK\r\ncontent-')),
      'read-timeout',
    ],
    [
      'trickles a head',
      raw((r) => {
        r.socket?.write('HTTP/1.1 200 OK\r\nx-long: ')
        setInterval(() => r.socket?.write('y'), 50).unref()
      }),
      'read-timeout',
    ],
    ['hangs inside the body', raw((r) => r.write('[')), 'read-timeout'],
    ['closes before the head', raw((r) => r.socket?.destroy()), 'closed'],
    ['resets the connection', raw((r) => r.socket?.resetAndDestroy()), 'closed'],
    [
      'closes inside the body',
      raw((r) => {
        r.writeHead(200, { 'content-length': '100' })
        r.write('[1,2')
        setTimeout(() => r.socket?.destroy(), 20)
      }),
      'closed',
    ],
    ['uses another protocol', raw((r) => r.socket?.end('SSH-2.0-OpenSSH_9.6\r\n')), 'not-http'],
    [
      'sends a compressed bomb',
      () => ({ text: gzipSync('x').toString('latin1'), headers: { 'content-encoding': 'gzip' } }),
      'packed',
    ],
    [
      'sends without end',
      raw((r) => {
        // In separate turns: Node 26 calls back immediately once the other side has closed.
        const more = () => r.destroyed || r.write('x'.repeat(65_536), () => setImmediate(more))
        more()
        r.on('close', () => r.destroy())
      }),
      'too-large',
    ],
    [
      'sends a head without end',
      raw((r) => r.socket?.write(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}`)),
      'not-http',
    ],
  ])('%s', async (_, script, kind) => {
    const { url } = await scriptedServer(script)
    const [outcome, ms] = await took(
      transport().request({ method: 'GET', url: new URL(url), maxBytes: 1_000_000 }),
    )
    expect(outcome).toMatchObject({ name: 'TransportError', kind })
    expect(ms).toBeLessThan(300 + 500)
  })

  test('a body that trickles forever ends after ten timeouts', async () => {
    const { url } = await scriptedServer(raw((r) => setInterval(() => r.write(' '), 20).unref()))
    const [outcome, ms] = await took(transport(200).request({ method: 'GET', url: new URL(url) }))
    expect(outcome).toMatchObject({ kind: 'read-timeout' })
    expect(ms).toBeGreaterThan(1900)
    expect(ms).toBeLessThan(3000)
  })

  test('a server that accepts connections but never completes TLS', async () => {
    const silent = createServer(() => {})
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const { port } = silent.address() as { port: number }
    const [outcome, ms] = await took(
      transport().request({ method: 'GET', url: new URL(`https://127.0.0.1:${port}/`) }),
    )
    silent.close()
    expect(outcome).toMatchObject({ kind: 'connect-timeout' })
    expect(ms).toBeLessThan(800)
  })

  test('a port where nothing listens', async () => {
    const { url } = await scriptedServer(() => ({}))
    const free = createServer()
    await new Promise<void>((resolve) => free.listen(0, '127.0.0.1', resolve))
    const { port } = free.address() as { port: number }
    await new Promise((resolve) => free.close(resolve))
    const outcome = await outcomeOf(
      transport().request({ method: 'GET', url: new URL(url.replace(/\d+$/, String(port))) }),
    )
    expect(outcome).toMatchObject({ kind: 'refused', code: 'ECONNREFUSED' })
  })

  test('an unknown host name', async () => {
    const outcome = await outcomeOf(
      transport(5000).request({ method: 'GET', url: new URL('http://no-such-host.invalid/') }),
    )
    expect(outcome).toMatchObject({ kind: 'unknown-host' })
  })

  test('an interruption ends it immediately', async () => {
    const { url } = await scriptedServer(raw(() => {}))
    const controller = new AbortController()
    const pending = took(transport(5000, controller.signal).request({ method: 'GET', url: new URL(url) }))
    setTimeout(() => controller.abort('SIGINT'), 50)
    const [outcome, ms] = await pending
    expect(outcome).toMatchObject({ kind: 'aborted' })
    expect(ms).toBeLessThan(500)
  })

  test.each([
    ['a GET', { method: 'GET' }],
    ['a repeatable operation', { method: 'DELETE', repeatable: true }],
  ])('an interruption just as %s is about to be sent: it is not', async (_, how) => {
    const { url, requests } = await scriptedServer(() => ({ json: {} }))
    const controller = new AbortController()
    const out = transport(5000, controller.signal)
    const pending = outcomeOf(out.request({ ...how, url: new URL(url) }))
    controller.abort('SIGINT')
    expect(await pending).toMatchObject({ kind: 'aborted' })
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(requests).toEqual([])
  })
})

describe('requests', () => {
  test('accept JSON, have a user agent, and reuse a connection', async () => {
    const { url, requests, sockets } = await scriptedServer(() => ({ json: {} }))
    const { request } = transport()
    await request({ method: 'GET', url: new URL(url) })
    await request({ method: 'POST', url: new URL(url), body: 'ü', repeatable: true })
    expect(requests.map(({ headers }) => [headers.accept, headers['user-agent']])).toEqual([
      ['application/json', 'kc-logout/test'],
      ['application/json', 'kc-logout/test'],
    ])
    expect(requests[1]).toMatchObject({ body: 'ü', headers: { 'content-length': '2' } })
    expect(requests[0]?.headers['accept-encoding']).toBeUndefined()
    expect(sockets.size).toBe(1)
  })

  test('are under way together, as many as --concurrency allows: 256', async () => {
    const waiting: ServerResponse[] = []
    const { url } = await scriptedServer(
      raw((response) => {
        if (waiting.push(response) === 256) for (const each of waiting) each.end('{}')
      }),
    )
    const { request } = transport(5000)
    const ends = Array.from({ length: 256 }, () =>
      request({ method: 'DELETE', url: new URL(url), repeatable: true }),
    )
    expect(new Set((await Promise.all(ends)).map(({ status }) => status))).toEqual(new Set([200]))
  })

  test('that must not be repeated get a connection of their own, because a kept one may close', async () => {
    const { url, requests, sockets } = await scriptedServer(() => ({ json: {} }))
    const { request } = transport()
    await request({ method: 'GET', url: new URL(url) })
    await request({ method: 'POST', url: new URL(url) })
    await request({ method: 'GET', url: new URL(url), repeatable: false })
    await request({ method: 'GET', url: new URL(url) })
    expect(requests.map(({ headers }) => headers.connection)).toEqual([
      'keep-alive',
      'close',
      'close',
      'keep-alive',
    ])
    expect(sockets.size).toBe(1)
  })

  test('by GET over a closed kept connection are sent once more over a new one', async () => {
    const used = new WeakSet<object>()
    let met = 0
    const { url, requests } = await scriptedServer((_, response) => {
      const { socket } = response
      if (socket === null) throw new Error('no socket')
      if (used.has(socket)) {
        met++
        socket.resetAndDestroy()
        return undefined
      }
      used.add(socket)
      return { json: [] }
    })
    const out = transport(1000)
    for (let n = 0; n < 4; n++)
      expect((await out.request({ url: new URL(url), method: 'GET', headers: {} })).status).toBe(200)
    out.close()
    // The second request used a kept connection; the third one a new one, because the retry's was not kept.
    expect(met).toBeGreaterThan(0)
    expect(requests).toHaveLength(4 + met)
  })

  test('that end because the transport was closed are not sent again', async () => {
    const { url, requests } = await scriptedServer(raw(() => {}))
    const out = transport(5000)
    const asked = out.request({ method: 'GET', url: new URL(url) })
    while (requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    out.close()
    await expect(asked).rejects.toMatchObject({ kind: 'aborted' })
    await expect(out.request({ method: 'GET', url: new URL(url) })).rejects.toMatchObject({ kind: 'aborted' })
    expect(requests).toHaveLength(1)
  })

  test('a kept connection is closed when idle', { timeout: 8000 }, async () => {
    const { url, sockets } = await scriptedServer(() => ({ json: {} }))
    await transport().request({ method: 'GET', url: new URL(url) })
    expect(sockets.size).toBe(1)
    await new Promise((resolve) => setTimeout(resolve, 3500))
    expect(sockets.size).toBe(0)
  })
})

describe('a redirect', () => {
  test.each([301, 302, 303, 307, 308])('%i is not followed: exit 6', async (status) => {
    const elsewhere = await scriptedServer(() => ({ json: [] }))
    for (const target of [`${elsewhere.url}/admin`, '/other']) {
      const { url, requests } = await scriptedServer(
        keycloakScript(() => ({ status, headers: { location: target } })),
      )
      const keycloak = await openAt(url)
      for (const act of [
        () => keycloak.logoutRealm(),
        () => keycloak.clients(),
        () => keycloak.logoutUser('u'),
      ]) {
        expect(await outcomeOf<unknown>(act())).toMatchObject({ code: 'redirected', exitCode: 6 })
      }
      expect(requests.filter(({ path }) => path.startsWith('/admin'))).toHaveLength(3)
    }
    expect(elsewhere.requests).toEqual([])
  })

  test('of the sign-in sends no password elsewhere', async () => {
    const elsewhere = await scriptedServer(() => ({ json: {} }))
    const { url } = await scriptedServer(
      keycloakScript(() => ({ json: [] }), {
        token: () => ({ status: 307, headers: { location: elsewhere.url } }),
      }),
    )
    expect(await outcomeOf(openAt(url))).toMatchObject({ code: 'redirected', exitCode: 6 })
    expect(elsewhere.requests).toEqual([])
  })
})

test('--debug shows each request and no secret', async () => {
  const lines: string[] = []
  const { url } = await scriptedServer(
    keycloakScript(() => ({ json: [] }), {
      token: () => ({
        json: { access_token: 'the-access-token', refresh_token: 'the-refresh', expires_in: 60 },
      }),
    }),
  )
  const keycloak = await openAt(url, {}, { debug: (line) => lines.push(line) })
  await keycloak.sessionsOf('u')
  expect(lines.map((line) => line.replace(/\d+ ms/, 'N ms'))).toEqual([
    'GET /realms/master/.well-known/openid-configuration → 200 (N ms)',
    'POST /realms/master/protocol/openid-connect/token → 200 (N ms)',
    'GET /admin/realms/customers/users/u/sessions → 200 (N ms)',
  ])
  expect(lines.join()).not.toMatch(/pass|the-access|the-refresh/)
})
