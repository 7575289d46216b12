import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { afterEach, describe, expect, it } from 'vitest'
import { certificate } from '../../../test/support/certificates.ts'
import { tryConnection } from './can-connect.ts'

const never = new AbortController().signal
const open: Server[] = []
const sockets: Socket[] = []
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  for (const server of open.splice(0)) await new Promise((resolve) => server.close(resolve))
})
const listen = async (server: Server, host = '127.0.0.1') => {
  open.push(server)
  server.on('connection', (socket) => sockets.push(socket))
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}

describe('tryConnection', () => {
  it('accepted, where a connection is accepted, and nothing is sent', async () => {
    let received = 0
    const port = await listen(
      createServer((socket) => socket.on('data', ({ length }) => (received += length))),
    )
    expect(await tryConnection(`http://127.0.0.1:${port}/user/keycloak?x#y`, never)).toBe('accepted')
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(received).toBe(0)
  })

  it('yes, at an address of IPv6', async () => {
    const port = await listen(createServer(), '::1')
    expect(await tryConnection(`http://[::1]:${port}/`, never)).toBe('accepted')
  })

  it('refused, where nothing listens', async () => {
    const server = createServer()
    const port = await listen(server)
    await new Promise((resolve) => open.pop()?.close(resolve))
    expect(await tryConnection(`http://127.0.0.1:${port}/`, never)).toBe('refused')
  })

  it('unknown, where the name is unknown', async () => {
    expect(await tryConnection('http://nobody.invalid/', never)).toBe('unknown')
  })

  it('accepted, with TLS, whoever signed the certificate', async () => {
    const { key, cert } = certificate()
    const port = await listen(createTlsServer({ key, cert }, (socket) => socket.end()))
    expect(await tryConnection(`https://127.0.0.1:${port}/`, never)).toBe('accepted')
  })

  it('refused, where https is wanted and no TLS is spoken', async () => {
    const port = await listen(createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')))
    expect(await tryConnection(`https://127.0.0.1:${port}/`, never)).toBe('refused')
  })

  it.each(['ftp://127.0.0.1/', '/relative', 'nonsense', '', 'http://', 'http://a b/'])(
    'unknown for an invalid URL: %j',
    async (url) => {
      expect(await tryConnection(url, never)).toBe('unknown')
    },
  )

  it('unknown, after five seconds of silence, or as soon as it is interrupted', async () => {
    // A server that accepts the connection and never answers the TLS handshake.
    const port = await listen(createServer(() => {}))
    const controller = new AbortController()
    const began = Date.now()
    setTimeout(() => controller.abort('SIGINT'), 20)
    expect(await tryConnection(`https://127.0.0.1:${port}/`, controller.signal)).toBe('unknown')
    expect(Date.now() - began).toBeLessThan(2_000)
  })

  it('unknown, where it was interrupted before', async () => {
    const port = await listen(createServer(() => {}))
    const controller = new AbortController()
    controller.abort('SIGINT')
    const began = Date.now()
    expect(await tryConnection(`https://127.0.0.1:${port}/`, controller.signal)).toBe('unknown')
    expect(Date.now() - began).toBeLessThan(2_000)
  })
})
