import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { EXIT, UserError, usageError } from '../../../errors.ts'
import { errnoCode } from '../../../util/errno.ts'
import type { Answer, IncomingRequest } from '../logout-request.ts'
import { watchConnections } from './connections.ts'

export interface ServerOptions {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  /** Serves https with a certificate chain and its key in PEM. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined
  /** Called for everything that arrived and got no proper answer: the sender does not learn the reason. */
  readonly onLost: (reason: string) => void
}

export interface RunningServer {
  readonly port: number
  /** Stops listening; resolves after every request in flight was answered or given up. */
  close(): Promise<void>
}

/** A logout token has one or two kilobytes. */
const LARGEST_BODY = 256 * 1024
/** Time in which a request has to arrive. */
const REQUEST_MS = 10_000

/**
 * Starts an HTTP server that reads each request completely and answers with the result of `handle`.
 * Prints nothing and knows nothing of tokens. If `handle` throws, it answers 500 and calls `onLost`.
 * @throws {UserError} `cannot-listen` (exit 1), `bad-certificate` (exit 2)
 */
export async function startServer(
  { host, port, tls, onLost }: ServerOptions,
  handle: (request: IncomingRequest) => Promise<Answer>,
): Promise<RunningServer> {
  const server = createWith(tls, (request, response) => {
    connections.add(request, response)
    void serve(request, response, handle, onLost)
  })
  const connections = watchConnections(server, onLost)
  server.headersTimeout = REQUEST_MS
  server.requestTimeout = REQUEST_MS
  server.on('clientError', (error, socket) => {
    socket.destroy()
    // A check whether the port is open ends like this.
    if (errnoCode(error) !== 'ECONNRESET')
      onLost(`Received something other than an ${tls ? 'HTTPS' : 'HTTP'} request: ${reasonOf(error)}.`)
  })
  await listening(server, host, port)
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        connections.close()
        setTimeout(() => server.closeAllConnections(), REQUEST_MS).unref()
      }),
  }
}

const reasonOf = (error: unknown): string =>
  errnoCode(error) ?? (error instanceof Error ? error.message : String(error))

function createWith(
  tls: ServerOptions['tls'],
  listener: (request: IncomingMessage, response: ServerResponse) => void,
): Server {
  if (!tls) return createServer(listener)
  try {
    return createTlsServer({ cert: tls.cert, key: tls.key }, listener)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw usageError(
      'bad-certificate',
      `--tls-cert and --tls-key cannot be used: ${reason}`,
      'Both must be in PEM and belong together.',
    )
  }
}

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const reason = errnoCode(error) === 'EADDRINUSE' ? 'the port is in use' : reasonOf(error)
      reject(
        new UserError('cannot-listen', `Cannot listen on ${host} port ${port}: ${reason}.`, {
          exitCode: EXIT.failed,
          hint: 'Choose another one with --port or --host.',
          cause: error,
        }),
      )
    })
    server.listen({ host, port }, resolve)
  })
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  handle: (request: IncomingRequest) => Promise<Answer>,
  onLost: ServerOptions['onLost'],
): Promise<void> {
  try {
    const { status, headers, body } = await handle(await read(request))
    // One request per connection: the rest of a body that was cut cannot be taken for another request.
    response
      .writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body), connection: 'close' })
      .end(body)
  } catch (error) {
    onLost(`A request was lost here: ${error instanceof Error ? error.message : String(error)}`)
    if (!response.headersSent) response.writeHead(500, { 'cache-control': 'no-store', connection: 'close' })
    response.end()
  }
}

async function read(request: IncomingMessage): Promise<IncomingRequest> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    size += chunk.length
    if (size > LARGEST_BODY) break
    chunks.push(chunk)
  }
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  )
  return {
    method: request.method ?? '',
    path: (request.url ?? '/').split('?', 1)[0] ?? '/',
    headers,
    body: Buffer.concat(chunks).toString('utf8'),
    tooLarge: size > LARGEST_BODY,
  }
}
