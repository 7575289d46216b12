import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

export interface ProxiedRequest {
  readonly method: string
  /** With the query, as it was sent. */
  readonly path: string
  /** Of the answer; undefined while there is none, or when there never was one. */
  status: number | undefined
}

/** What the proxy does instead of handing a request on. */
export interface Fault {
  /** Answers with this. */
  status?: number
  body?: string
  /** Cuts the connection off. */
  reset?: boolean
  /** Never answers. */
  hang?: boolean
  /** Waits, then goes on with what the rest says: hands the request on when it says nothing. */
  delayMs?: number
  /** Hands the request on, so that it takes effect, and loses the answer. */
  loseAnswer?: boolean
}

type Decide = (request: ProxiedRequest, count: number) => Fault | undefined | Promise<Fault | undefined>

export interface RecordingProxy {
  /** Stands for the server's URL, base path included. */
  readonly url: string
  readonly requests: readonly ProxiedRequest[]
  /** Those that are more than looking: no GET, and no sign-in. */
  changes(): readonly ProxiedRequest[]
  /** Asked for each request, which waits for the answer: a fault, or undefined to hand it on. The latest function wins. */
  disturb(decide: Decide): void
  clear(): void
  close(): Promise<void>
}

const SIGN_IN = /\/protocol\/openid-connect\/(token|logout|revoke)$/
/** GETs that make Keycloak call applications. */
const ACTING_GET = /\/test-nodes-available$/

/**
 * Stands between the program and a server and writes down each request. It keeps the Host header, so that the server
 * names itself by the proxy's address and tokens got through it are good through it.
 * @param port default: a free one
 */
export async function startRecordingProxy(target: string, { port = 0 } = {}): Promise<RecordingProxy> {
  const upstream = new URL(target)
  const requests: ProxiedRequest[] = []
  let decide: Decide = () => undefined

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const record: ProxiedRequest = {
      method: incoming.method ?? '',
      path: incoming.url ?? '',
      status: undefined,
    }
    requests.push(record)
    const fault = (await decide(record, requests.length)) ?? {}
    if (fault.delayMs) await sleep(fault.delayMs)
    if (fault.hang) return
    if (fault.reset) return void incoming.socket.resetAndDestroy()
    if (fault.status !== undefined) {
      record.status = fault.status
      response.writeHead(fault.status, { 'content-type': 'application/json' }).end(fault.body ?? '{}')
      return
    }
    const onward = httpRequest({
      host: upstream.hostname,
      port: upstream.port,
      method: incoming.method,
      path: incoming.url,
      headers: incoming.headers,
    })
    onward.on('error', () => response.destroy())
    onward.on('response', (answer) => {
      if (fault.loseAnswer) return void answer.resume().on('end', () => incoming.socket.resetAndDestroy())
      record.status = answer.statusCode
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
      answer.pipe(response)
    })
    incoming.pipe(onward)
  }

  const server = createServer((incoming, response) => void handle(incoming, response))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port')

  return {
    url: `http://127.0.0.1:${address.port}${upstream.pathname.replace(/\/$/, '')}`,
    requests,
    changes: () =>
      requests.filter(({ method, path }) => {
        const [plain = ''] = path.split('?')
        if (method === 'GET' || method === 'HEAD') return ACTING_GET.test(plain)
        return !SIGN_IN.test(plain)
      }),
    disturb: (decider) => {
      decide = decider
    },
    clear: () => void requests.splice(0),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
