import http from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { certificate } from '../../../test/support/certificates.ts'
import { outcomeOf, scriptedServer } from '../../../test/support/scripted-server.ts'
import { proxyFor } from './proxy.ts'
import { createTransport } from './transport.ts'

/** A real proxy that forwards, tunnels and records its requests. */
async function proxy({ refuse = false, silent = false } = {}) {
  const asked: { line: string; authorization: string | undefined }[] = []
  const note = ({ method, url, headers }: http.IncomingMessage) =>
    asked.push({ line: `${method} ${url}`, authorization: headers['proxy-authorization'] })
  const server = http.createServer((request, response) => {
    note(request)
    const { host: _, 'proxy-authorization': __, ...headers } = request.headers
    const onward = http.request(request.url ?? '', { method: request.method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    request.pipe(onward)
  })
  server.on('connect', (request, socket) => {
    note(request)
    if (silent) return
    if (refuse) return socket.end('HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n')
    const { hostname, port } = new URL(`http://${request.url}`)
    const onward = connect(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      onward.pipe(socket).pipe(onward)
    })
    for (const [one, other] of [
      [onward, socket],
      [socket, onward],
    ] as const)
      one.on('error', () => other.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { url: new URL(`http://ann:p%40ss@127.0.0.1:${port}`), asked }
}

/** Makes these the only proxy variables of the process: proxy-from-env reads them there. */
function environment(variables: Record<string, string>) {
  for (const name of ['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy'])
    for (const one of [name, name.toUpperCase()]) vi.stubEnv(one, variables[one])
  onTestFinished(() => void vi.unstubAllEnvs())
  return variables
}

const AUTHORIZATION = `Basic ${Buffer.from('ann:p@ss').toString('base64')}`

function through(proxyUrl: URL, ca?: string) {
  const transport = createTransport({
    timeout: 500,
    ca: ca === undefined ? undefined : [ca],
    proxy: proxyUrl,
    userAgent: 'test',
    signal: new AbortController().signal,
  })
  onTestFinished(() => transport.close())
  return transport
}

describe('a request through a proxy', () => {
  test('https uses one tunnel for all requests, and the proxy sees only the host name', async () => {
    const server = certificate()
    const { url, requests, sockets } = await scriptedServer(() => ({ json: { ok: true } }), server)
    const { url: at, asked } = await proxy()
    const { request } = through(at, server.cert)
    for (let n = 0; n < 3; n++) {
      const answer = await request({
        method: 'GET',
        url: new URL(`${url}/secret?token=x`),
        headers: { authorization: 'Bearer x' },
      })
      expect(answer).toMatchObject({ status: 200, body: '{"ok":true}' })
    }
    expect(asked).toEqual([{ line: `CONNECT ${new URL(url).host}`, authorization: AUTHORIZATION }])
    expect(requests).toHaveLength(3)
    expect(requests[0]?.headers['proxy-authorization']).toBeUndefined()
    expect(sockets.size).toBe(1)
  })

  test('the certificate of the server is checked inside the tunnel', async () => {
    const { url } = await scriptedServer(() => ({ json: {} }), certificate())
    const outcome = await outcomeOf(
      through((await proxy()).url).request({ method: 'GET', url: new URL(url) }),
    )
    expect(outcome).toMatchObject({ kind: 'certificate-self-signed' })
  })

  test('http is forwarded', async () => {
    const { url, requests } = await scriptedServer(() => ({ json: { ok: true } }))
    const { url: at, asked } = await proxy()
    const answer = await through(at).request({ method: 'POST', url: new URL(`${url}/a?b=c`), body: 'x' })
    expect(answer.body).toBe('{"ok":true}')
    expect(asked).toEqual([{ line: `POST ${url}/a?b=c`, authorization: AUTHORIZATION }])
    expect(requests[0]).toMatchObject({ method: 'POST', path: '/a?b=c', body: 'x' })
    expect(requests[0]?.headers['proxy-authorization']).toBeUndefined()
  })

  test.each([
    ['refuses', { refuse: true }, 'proxy'],
    ['never answers', { silent: true }, 'connect-timeout'],
  ])('names the proxy as the cause when it %s', async (_, how, kind) => {
    const { url } = await scriptedServer(() => ({ json: {} }), certificate())
    const at = (await proxy(how)).url
    const outcome = await outcomeOf(through(at).request({ method: 'GET', url: new URL(url) }))
    expect(outcome).toMatchObject({ kind, url: expect.objectContaining({ host: at.host }) })
    expect(String(outcome)).not.toContain('p%40ss')
  })
})

describe('proxyFor', () => {
  test.each<[string, Record<string, string>, string | undefined]>([
    ['https://kc.example.com', { HTTPS_PROXY: 'http://p:3128' }, 'http://p:3128'],
    ['https://kc.example.com', { https_proxy: 'p:3128' }, 'http://p:3128'],
    ['https://kc.example.com', { HTTP_PROXY: 'http://p' }, undefined],
    ['http://kc.example.com', { HTTP_PROXY: 'http://p' }, 'http://p'],
    ['https://kc.example.com', { ALL_PROXY: 'http://p' }, 'http://p'],
    ['https://kc.example.com', { HTTPS_PROXY: '' }, undefined],
    ['https://kc.example.com', { HTTPS_PROXY: 'http://p', NO_PROXY: '*' }, undefined],
    ['https://kc.example.com', { HTTPS_PROXY: 'http://p', NO_PROXY: 'a, example.com' }, undefined],
    ['https://kc.example.com', { HTTPS_PROXY: 'http://p', no_proxy: '.example.com' }, undefined],
    ['https://kc.example.com', { HTTPS_PROXY: 'http://p', NO_PROXY: 'kc.example.com:443' }, undefined],
    ['https://kc.example.com', { HTTPS_PROXY: 'http://p', NO_PROXY: 'kc.example.com:8443' }, 'http://p'],
    ['https://notexample.com', { HTTPS_PROXY: 'http://p', NO_PROXY: 'example.com' }, 'http://p'],
    ['https://localhost:8443', { HTTPS_PROXY: 'http://p' }, undefined],
    ['http://127.0.0.1:8080', { HTTP_PROXY: 'http://p' }, undefined],
    ['http://[::1]:8080', { HTTP_PROXY: 'http://p' }, undefined],
    ['https://example.com', { HTTPS_PROXY: 'http://p', NO_PROXY: 'kc.example.com' }, 'http://p'],
    ['https://kc.example.com', { HTTPS_PROXY: 'http://p', NO_PROXY: '*.example.com' }, undefined],
    ['https://kc.example.com', { HTTPS_PROXY: 'http://p', NO_PROXY: 'a,*' }, undefined],
    ['https://10.0.0.5', { HTTPS_PROXY: 'http://p', NO_PROXY: '0.0.5' }, 'http://p'],
    ['https://10.0.0.5', { HTTPS_PROXY: 'http://p', NO_PROXY: '10.0.0.5' }, undefined],
    ['https://[2001:db8::5]', { HTTPS_PROXY: 'http://p', NO_PROXY: '[2001:db8::5]' }, undefined],
    ['https://kc.example.com:8443', { HTTPS_PROXY: 'http://p', NO_PROXY: 'example.com:8443' }, undefined],
  ])('%s with %j: %s', (server, env, expected) => {
    const found = proxyFor(new URL(server), environment(env))
    expect(found?.href.replace(/\/$/, '')).toBe(expected)
  })

  test('an invalid proxy: exit 2, without its credentials in the message', () => {
    for (const HTTPS_PROXY of ['socks5://u:hunter2@p', 'http://u:hunter2@']) {
      try {
        proxyFor(new URL('https://kc.example.com'), environment({ HTTPS_PROXY }))
        expect.unreachable()
      } catch (error) {
        expect(error).toMatchObject({ code: 'bad-proxy', exitCode: 2 })
        expect(String(error)).not.toContain('hunter2')
      }
    }
  })
})
