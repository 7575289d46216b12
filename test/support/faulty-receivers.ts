import http from 'node:http'
import https from 'node:https'
import net from 'node:net'
import { type Certificate, certificate } from './certificates.ts'

/** The fault of an application at its logout URL; `ok` has none. */
export type Fault =
  | 'ok'
  | 'answers-200'
  | 'answers-204'
  | 'answers-302'
  | 'answers-400'
  | 'answers-401'
  | 'answers-403'
  | 'answers-404'
  | 'answers-405'
  | 'answers-500'
  | 'slow'
  | 'hangs'
  | 'refused'
  | 'unknown-host'
  | 'resets'
  | 'hangs-up'
  | 'tls-good'
  | 'tls-self-signed'
  | 'tls-unknown-ca'
  | 'tls-no-intermediate'
  | 'tls-with-intermediate'
  | 'tls-wrong-name'
  | 'tls-expired'
  | 'tls-not-yet-valid'
  | 'tls-old-protocol'
  | 'tls-client-certificate'
  | 'tls-not-spoken'

export interface FaultyReceivers {
  /** The logout URL of the application with this fault. */
  url(fault: Fault): string
  /** The certificate (PEM) to trust for `tls-good` and `tls-with-intermediate`. */
  readonly ca: string
  /** `METHOD /path` of every HTTP request that arrived, in order. */
  readonly requests: readonly string[]
  close(): Promise<void>
}

const DAY = 86_400_000

/**
 * Starts one receiver on loopback for each fault. Certificates are new for each start.
 * Receivers without a fault reject every token with 400, because they know no keys; `answers-200` accepts every token.
 */
export async function startFaultyReceivers({ slowMs = 6000 } = {}): Promise<FaultyReceivers> {
  const open: (http.Server | net.Server)[] = []
  const requests: string[] = []
  const listen = (server: net.Server) =>
    new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        open.push(server)
        resolve((server.address() as net.AddressInfo).port)
      })
    })
  const answer: http.RequestListener = (request, response) => {
    requests.push(`${request.method} ${request.url}`)
    const [, what = '400'] = (request.url ?? '').split('/')
    request.resume().on('end', () => {
      const status = what === 'ok' || what === 'slow' ? 400 : Number(what) || 404
      const send = () =>
        response.writeHead(status, status === 302 ? { location: 'http://127.0.0.1:1/login' } : {}).end()
      if (what === 'slow') setTimeout(send, slowMs).unref()
      else send()
    })
  }
  const root = certificate({ subject: 'Test Root', ca: true })
  const stranger = certificate({ subject: 'Stranger Root', ca: true })
  const issuing = certificate({ subject: 'Test Issuing CA', ca: true, issuer: root })
  const names = ['localhost', '127.0.0.1']
  const tls = (leaf: Certificate, more: https.ServerOptions = {}) =>
    listen(https.createServer({ cert: leaf.cert, key: leaf.key, ...more }, answer))
  const leaf = (
    issuer: Certificate | undefined,
    more: { names?: string[]; from?: Date; until?: Date; issuerUrl?: string } = {},
  ) => certificate({ subject: 'localhost', names, ...(issuer ? { issuer } : {}), ...more })
  const at = (days: number) => new Date(Date.now() + days * DAY)
  const good = leaf(root, { until: at(90) })
  const issued = leaf(issuing, { issuerUrl: 'http://127.0.0.1:1/issuing.cer', until: at(90) })

  const plain = await listen(http.createServer(answer))
  const ports: Partial<Record<Fault, number>> = {
    hangs: await listen(net.createServer(() => {})),
    resets: await listen(net.createServer((socket) => socket.once('data', () => socket.resetAndDestroy()))),
    'hangs-up': await listen(net.createServer((socket) => socket.once('data', () => socket.end()))),
    'tls-good': await tls(good),
    'tls-self-signed': await tls(leaf(undefined, { until: at(90) })),
    'tls-unknown-ca': await tls(leaf(stranger, { until: at(90) })),
    'tls-no-intermediate': await tls(issued),
    'tls-with-intermediate': await tls({ ...issued, cert: issued.cert + issuing.cert }),
    'tls-wrong-name': await tls(leaf(root, { names: ['other.example'], until: at(90) })),
    'tls-expired': await tls(leaf(root, { from: at(-400), until: at(-30) })),
    'tls-not-yet-valid': await tls(leaf(root, { from: at(30), until: at(400) })),
    'tls-old-protocol': await tls(good, {
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    }),
    'tls-client-certificate': await tls(good, { requestCert: true, rejectUnauthorized: true, ca: root.cert }),
    'tls-not-spoken': plain,
    refused: await closedPort(),
  }
  return {
    ca: root.cert,
    requests,
    url(fault) {
      if (fault === 'unknown-host') return 'https://no-such-host.invalid/logout'
      const port = ports[fault]
      if (fault.startsWith('tls-')) return `https://localhost:${port}/ok/logout`
      if (port !== undefined) return `http://127.0.0.1:${port}/logout`
      return `http://127.0.0.1:${plain}/${fault.replace('answers-', '')}/logout`
    },
    async close() {
      for (const server of open) {
        if ('closeAllConnections' in server) server.closeAllConnections()
        server.close()
      }
    },
  }
}

/** A loopback port without a listener. */
async function closedPort(): Promise<number> {
  const server = net.createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as net.AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
