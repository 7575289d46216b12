import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

export interface ProxiedRequest {
  readonly method: string
  /** With the query, as it was sent. */
  readonly path: string
  /** The status of the answer; undefined without one. */
  status: number | undefined
}

/** What the proxy does instead of forwarding a request. */
export interface Fault {
  /** Answers with this. */
  status?: number
  body?: string
  /** Resets the connection. */
  reset?: boolean
  /** Never answers. */
  hang?: boolean
  /** Waits first, then does the rest; forwards the request by default. */
  delayMs?: number
  /** Forwards the request, so that it takes effect, and loses the answer. */
  loseAnswer?: boolean
}

type Decide = (request: ProxiedRequest, count: number) => Fault | undefined | Promise<Fault | undefined>

export interface RecordingProxy {
  /** Replaces the server's URL, with its base path. */
  readonly url: string
  readonly requests: readonly ProxiedRequest[]
  /** Requests that may change something: not a GET, and not a sign-in. */
  changes(): readonly ProxiedRequest[]
  /** Sets the function that decides each request, which waits for it: a fault, or undefined to forward it. */
  disturb(decide: Decide): void
  clear(): void
  close(): Promise<void>
}

const SIGN_IN = /\/protocol\/openid-connect\/(token|logout|revoke)$/
/** GETs that make Keycloak call applications. */
const ACTING_GET = /\/test-nodes-available$/

/**
 * Records each request between the program and a server. Keeps the Host header, so that the server uses the proxy's
 * address as its own and tokens obtained through the proxy are valid through it.
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
