import { createServer as createProxy, type Server as ProxyServer } from 'node:http'
import { createServer, type Server } from 'node:https'
import { type AddressInfo, connect } from 'node:net'
import { certificate } from '../certificates.ts'

/** An application behind TLS of a private authority, at a name that only a proxy knows. */
export interface TlsApp {
  readonly url: string
  /** The certificate of the authority, in PEM. */
  readonly ca: string
  /** URL of the proxy, with credentials. */
  readonly proxy: string
  /** What was asked of the proxy: `CONNECT app.test:443`. */
  readonly asked: readonly string[]
  close(): void
}

/** Serves the pages of an application that keeps its session whatever happens. */
export async function startTlsApp(loginUrl: (redirectUri: string) => string): Promise<TlsApp> {
  const authority = certificate({ subject: 'Private authority', ca: true })
  const { cert, key } = certificate({ subject: 'app.test', issuer: authority, names: ['app.test'] })
  const url = 'https://app.test/'
  const app = createServer({ cert, key }, (request, response) => {
    if (request.url?.startsWith('/callback'))
      response.writeHead(302, { location: url, 'set-cookie': 'in=1; Secure; HttpOnly' }).end()
    else if (request.headers.cookie?.includes('in=1')) response.end('signed in')
    else response.writeHead(302, { location: loginUrl(`${url}callback`) }).end()
  })
  const asked: string[] = []
  const proxy = createProxy((_, response) => response.writeHead(502).end())
  proxy.on('connect', (request, socket) => {
    if (request.headers['proxy-authorization'] !== `Basic ${btoa('ann:p@ss')}`)
      return socket.end(
        'HTTP/1.1 407 x\r\nProxy-Authenticate: Basic realm="x"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n',
      )
    asked.push(`CONNECT ${request.url}`)
    const onward = connect((app.address() as AddressInfo).port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      onward.pipe(socket).pipe(onward)
    })
    onward.on('error', () => socket.destroy())
    socket.on('error', () => onward.destroy())
  })
  for (const server of [app, proxy]) await listening(server)
  return {
    url,
    ca: authority.cert,
    proxy: `http://ann:p%40ss@127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    asked,
    close() {
      for (const server of [app, proxy]) {
        server.close()
        server.closeAllConnections()
      }
    },
  }
}

const listening = (server: Server | ProxyServer) =>
  new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
