import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TestRealm } from './realm.ts'
import { type AdminAction, type Checked, type LogoutToken, ReceivedTokens } from './received-tokens.ts'

/** A received request. */
export interface Received {
  /** Milliseconds since the epoch. */
  readonly time: number
  readonly method: string
  /** With the query. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** How a receiver answers requests. */
export interface Behaviour {
  /** Default 200. */
  status?: number
  body?: string
  headers?: Record<string, string>
  /** Waits before answering. */
  delayMs?: number
  /** Never answers: the connection stays open until the receiver is closed. */
  hang?: boolean
  /** Resets the connection instead of answering. */
  reset?: boolean
  /** Sends the body byte by byte, with this pause before each. */
  trickleMs?: number
}

export interface Receiver {
  /** Without a slash at the end. */
  readonly url: string
  /** All requests so far, oldest first. */
  readonly requests: readonly Received[]
  /** Changes the behaviour for paths that start with `under` (default: all). The latest change wins. */
  behave(behaviour: Behaviour, under?: string): void
  /** Verifies tokens against the keys, issuer and clients of this realm. May be called for several realms. */
  trust(realm: TestRealm): Promise<void>
  /**
   * Returns the logout tokens received so far, each verified: signature, issuer, audience, times on arrival, event,
   * `sub` or `sid`, no nonce, unique `jti`, and the request. Throws if anything is wrong.
   */
  logoutTokens(under?: string): Promise<LogoutToken[]>
  /** Returns the `k_…` actions received so far, each verified. Throws if anything is wrong. */
  adminActions(under?: string): Promise<AdminAction[]>
  /** Returns every request with its problem, if any. Throws only if no realm is trusted. */
  checked(under?: string): Promise<Checked[]>
  /** Resolves with all requests once there are `count`; throws after `timeoutMs` (default 10 s). */
  waitFor(count: number, options?: { under?: string; timeoutMs?: number }): Promise<readonly Received[]>
  /** Forgets the received requests; keeps behaviour and trust. */
  clear(): void
  close(): Promise<void>
}

export interface ReceiverOptions {
  /** Uses https with this certificate. */
  tls?: { readonly cert: string; readonly key: string }
  /** Default: a free port. */
  port?: number
}

/** Starts an application that receives logouts: an HTTP server on loopback that records, verifies and answers. */
export async function startReceiver(options: ReceiverOptions = {}): Promise<Receiver> {
  const requests: Received[] = []
  const behaviours: { under: string; behaviour: Behaviour }[] = []
  const tokens = new ReceivedTokens()
  let arrived = () => {}

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await bodyOf(request)
    const path = request.url ?? '/'
    requests.push({ time: Date.now(), method: request.method ?? '', path, headers: request.headers, body })
    arrived()
    const found = behaviours.findLast(({ under }) => path.startsWith(under))
    await answer(response, found?.behaviour ?? {})
  }
  // A connection that breaks while it is read or answered is not an error.
  const listener = (request: IncomingMessage, response: ServerResponse) =>
    void handle(request, response).catch(() => response.destroy())
  const server: Server = options.tls ? createTlsServer(options.tls, listener) : createServer(listener)
  const port = await listening(server, options.port)

  const below = (under = '/') => requests.filter((request) => request.path.startsWith(under))
  const checked = (under?: string) => tokens.check(below(under))

  return {
    url: `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    requests,
    behave: (behaviour, under = '/') => void behaviours.push({ behaviour, under }),
    trust: (realm) => tokens.trust(realm),
    checked,
    async logoutTokens(under) {
      return (await allValid(checked(under))).flatMap((each) => (each.kind === 'logout' ? [each.token] : []))
    },
    async adminActions(under) {
      return (await allValid(checked(under))).flatMap((each) => (each.kind === 'action' ? [each.action] : []))
    },
    async waitFor(count, { under, timeoutMs = 10_000 } = {}) {
      const deadline = Date.now() + timeoutMs
      while (below(under).length < count) {
        const left = deadline - Date.now()
        if (left <= 0)
          throw new Error(`${below(under).length} of ${count} requests received within ${timeoutMs} ms`)
        const next = new Promise<void>((resolve) => {
          arrived = resolve
        })
        await Promise.race([next, sleep(Math.min(left, 100))])
      }
      return below(under)
    },
    clear: () => void requests.splice(0),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function answer(response: ServerResponse, behaviour: Behaviour): Promise<void> {
  if (behaviour.delayMs) await sleep(behaviour.delayMs)
  if (behaviour.hang) return
  if (behaviour.reset) {
    response.socket?.resetAndDestroy()
    return
  }
  const body = behaviour.body ?? ''
  response.writeHead(behaviour.status ?? 200, { 'cache-control': 'no-store', ...behaviour.headers })
  if (behaviour.trickleMs !== undefined) {
    for (const byte of body) {
      await sleep(behaviour.trickleMs)
      if (response.destroyed) return
      response.write(byte)
    }
    response.end()
  } else response.end(body)
}

async function allValid(checks: Promise<Checked[]>): Promise<Checked[]> {
  const all = await checks
  const wrong = all.filter((each) => each.kind === 'wrong')
  if (wrong.length === 0) return all
  const lines = wrong.map(({ request, problem }) => `${request.method} ${request.path}: ${problem}`)
  throw new Error(`${wrong.length} of ${all.length} requests were not sent by Keycloak:\n${lines.join('\n')}`)
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

function listening(server: Server, port = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      if (address === null || typeof address === 'string') reject(new Error('The receiver has no port'))
      else resolve(address.port)
    })
  })
}
