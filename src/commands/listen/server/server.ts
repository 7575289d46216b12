import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { EXIT, UserError, usageError } from '../../../errors.ts'
import type { Answer, IncomingRequest } from '../logout-request.ts'

export interface ReceiveOptions {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  /** Speaks https, with a certificate chain and its key in PEM. */
  readonly tls?: { readonly cert: string; readonly key: string }
  /** Hears of everything that came and was not answered as it should be: whoever sent it learns nothing of the cause. */
  readonly onLost: (why: string) => void
}

export interface Receiver {
  readonly port: number
  /** Stops listening; resolves when every request under way has been answered or was given up. */
  close(): Promise<void>
}

/** A logout token has a kilobyte or two. */
const LARGEST_BODY = 256 * 1024
/** Who has not sent a request by then is not Keycloak. */
const PATIENCE_MS = 10_000
const MOST_CONNECTIONS = 256

/**
 * An HTTP server for logout requests: reads each whole, asks `handle` what to answer, and answers. Prints nothing, and
 * knows nothing of tokens. Answers 500 when `handle` throws, and says why to `onLost`.
 */
export async function receive(
  { host, port, tls, onLost }: ReceiveOptions,
  handle: (request: IncomingRequest) => Promise<Answer>,
): Promise<Receiver> {
  const listener = (request: IncomingMessage, response: ServerResponse) =>
    void serve(request, response, handle, onLost)
  const server = createWith(tls, listener)
  server.maxConnections = MOST_CONNECTIONS
  server.headersTimeout = PATIENCE_MS
  server.requestTimeout = PATIENCE_MS
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    socket.destroy()
    // Whoever only looks whether somebody listens goes away like this.
    if (error.code !== 'ECONNRESET')
      onLost(`What came is no ${tls ? 'HTTPS' : 'HTTP'} request: ${error.code ?? error.message}.`)
  })
  await listening(server, host, port)
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeIdleConnections()
        setTimeout(() => server.closeAllConnections(), PATIENCE_MS).unref()
      }),
  }
}

function createWith(
  tls: ReceiveOptions['tls'],
  listener: (q: IncomingMessage, s: ServerResponse) => void,
): Server {
  if (!tls) return createServer(listener)
  try {
    return createTlsServer({ cert: tls.cert, key: tls.key }, listener)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw usageError(
      'bad-certificate',
      `--tls-cert and --tls-key cannot be used: ${why}`,
      'Both are in PEM, and belong together.',
    )
  }
}

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'something else listens there' : (error.code ?? error.message)
      reject(
        new UserError('cannot-listen', `Cannot listen at ${host} port ${port}: ${why}.`, {
          exitCode: EXIT.failed,
          hint: 'Choose another with --port, or --host.',
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
  onLost: ReceiveOptions['onLost'],
): Promise<void> {
  try {
    const { status, headers, body } = await handle(await read(request))
    // One request a connection: nothing that follows a body which was cut off can be taken for another request.
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
