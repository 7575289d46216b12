import {
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type ServerResponse,
} from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'

/** A request as received. */
export interface WireRequest {
  readonly method: string
  /** With the query, undecoded. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
  /** How many requests of its kind (method and path without ids) came before. */
  readonly nth: number
  /** Was its connection used before? */
  readonly reused: boolean
}

export interface WireAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** The connection of one request, for any kind of answer. */
export interface Wire {
  /** For raw bytes as the answer; the connection cannot be reused then. */
  readonly socket: Socket
  /** Sends a well-formed answer, after which the connection can be reused. */
  send(answer: Partial<Omit<WireAnswer, 'body'>> & { readonly body?: string | Buffer }): void
  /**
   * Fetches the answer of the server behind. Only now, so that a fault decides whether an operation takes effect.
   */
  right(): Promise<WireAnswer>
  readonly response: ServerResponse
}

/** What happens to a request instead of the right answer. */
export type Fault = (wire: Wire) => void | Promise<void>

export interface FaultServer {
  readonly url: string
  readonly requests: readonly WireRequest[]
  /** Sets the function that returns a fault for a request, or undefined for the right answer. */
  break(decide: (request: WireRequest) => Fault | undefined): void
  close(): Promise<void>
}

export interface FaultServerOptions {
  readonly tls?: { readonly key: string; readonly cert: string }
}

/**
 * A server at socket level: forwards each request (to a function, or to the server at a URL) unless the test breaks it,
 * in any way that a network or a server can.
 */
export async function startFaultServer(
  behind: string | ((request: WireRequest) => Promise<WireAnswer>),
  { tls }: FaultServerOptions = {},
): Promise<FaultServer> {
  const answer = typeof behind === 'string' ? upstream(behind) : behind
  const requests: WireRequest[] = []
  const sockets = new Set<Socket>()
  const used = new WeakSet<Socket>()
  let decide: (request: WireRequest) => Fault | undefined = () => undefined
  const counts = new Map<string, number>()

  const server = tls ? createTlsServer(tls) : createServer()
  server.keepAliveTimeout = 0
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
  })
  server.on('request', async (incoming, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk)
    const kind = kindOf(incoming.method ?? '', incoming.url ?? '')
    const nth = counts.get(kind) ?? 0
    counts.set(kind, nth + 1)
    const request: WireRequest = {
      method: incoming.method ?? '',
      path: incoming.url ?? '',
      headers: incoming.headers,
      body: Buffer.concat(chunks).toString('utf8'),
      nth,
      reused: used.has(incoming.socket),
    }
    used.add(incoming.socket)
    requests.push(request)
    const fault = decide(request)
    const send: Wire['send'] = ({ status = 200, headers = {}, body = '' }) => {
      const length = status === 204 || status === 304 ? {} : { 'content-length': Buffer.byteLength(body) }
      response.writeHead(status, { ...headers, ...length }).end(status === 204 ? undefined : body)
    }
    const right = () => answer(request)
    if (fault) await fault({ socket: incoming.socket, send, right, response })
    else send(await right())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    requests,
    break: (decider) => {
      decide = decider
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

/** The kind of a request, without ids: `DELETE /admin/realms/:id/sessions/:id`. */
export function kindOf(method: string, path: string): string {
  const [plain = ''] = path.split('?')
  const segments = plain.replace(/\/$/, '').split('/')
  return `${method} ${segments.map((segment, i) => (KNOWN.has(segment) || i === 0 ? segment : ':id')).join('/')}`
}

const KNOWN = new Set(
  [
    'realms admin .well-known openid-configuration protocol openid-connect token certs serverinfo clients users',
    'sessions user-sessions offline-sessions session-count offline-session-count client-session-stats ui-ext consents federated-identity role-mappings realm composite logout',
    'logout-all push-revocation test-nodes-available events admin-events config',
  ].flatMap((words) => words.split(' ')),
)

function upstream(target: string): (request: WireRequest) => Promise<WireAnswer> {
  const { hostname, port } = new URL(target)
  return ({ method, path, headers, body }) =>
    new Promise((resolve, reject) => {
      const onward = httpRequest({ hostname, port, method, path, headers }, (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('error', reject)
        answer.on('end', () => {
          const type = answer.headers['content-type']
          resolve({
            status: answer.statusCode ?? 502,
            headers: type === undefined ? {} : { 'content-type': type },
            body: Buffer.concat(chunks).toString('utf8'),
          })
        })
      })
      onward.on('error', reject)
      onward.end(body)
    })
}

// --- faults ---

const JSON_TYPE = { 'content-type': 'application/json' }

/** Exactly these bytes as the answer. */
export const raw =
  (...parts: string[]): Fault =>
  ({ socket }) =>
    void socket.write(parts.join(''))

/** A complete, well-formed answer. */
export const answers =
  (status: number, body: string | Buffer = '', headers: Readonly<Record<string, string>> = {}): Fault =>
  ({ send }) =>
    send({ status, headers: { ...JSON_TYPE, ...headers }, body })

/** The right answer, changed. */
export const changed =
  (change: (answer: WireAnswer) => WireAnswer): Fault =>
  async ({ send, right }) =>
    send(change(await right()))

/** The operation takes effect and its answer is lost. */
export const loseAnswer: Fault = async ({ socket, right }) => {
  await right()
  socket.resetAndDestroy()
}

export const reset: Fault = ({ socket }) => void socket.resetAndDestroy()

/** Writes repeatedly until the other side gives up. */
export const endless =
  (head: string, piece: string | Buffer, everyMs = 0): Fault =>
  ({ socket }) => {
    socket.write(head)
    const more = () => {
      if (socket.destroyed) return
      if (everyMs > 0) {
        socket.write(piece)
        setTimeout(more, everyMs)
      } else socket.write(piece, () => setImmediate(more))
    }
    more()
  }
