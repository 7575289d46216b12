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

/** One request as it came in. */
export interface Received {
  /** Milliseconds since the epoch. */
  readonly time: number
  readonly method: string
  /** With the query. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** What a receiver does with a request once it has read it. */
export interface Behaviour {
  /** Default 200. */
  status?: number
  body?: string
  headers?: Record<string, string>
  /** Waits before it answers. */
  delayMs?: number
  /** Never answers: the connection stays open until the receiver is closed. */
  hang?: boolean
  /** Cuts the connection off instead of answering. */
  reset?: boolean
  /** Sends the body a byte at a time, with this pause before each. */
  trickleMs?: number
}

export interface Receiver {
  /** Without a slash at the end. */
  readonly url: string
  /** All requests so far, the oldest first. */
  readonly requests: readonly Received[]
  /** Changes what it does from now on, for paths that begin with `under` (default: all). The latest change wins. */
  behave(behaviour: Behaviour, under?: string): void
  /** Takes the realm's keys, issuer and clients as what tokens are verified against. May be called for many realms. */
  trust(realm: TestRealm): Promise<void>
  /**
   * The logout tokens received so far, each verified: signature, issuer, audience, times as of its arrival, event,
   * `sub` or `sid`, no nonce, a `jti` of its own, and the way it was sent. Throws when any of them is wrong.
   */
  logoutTokens(under?: string): Promise<LogoutToken[]>
  /** The `k_…` actions received so far, each verified. Throws when any of them is wrong. */
  adminActions(under?: string): Promise<AdminAction[]>
  /** Every request with what is wrong about it, if anything. Throws only when no realm is trusted. */
  checked(under?: string): Promise<Checked[]>
  /** Resolves with all requests as soon as there are `count`; throws after `timeoutMs` (default 10 s). */
  waitFor(count: number, options?: { under?: string; timeoutMs?: number }): Promise<readonly Received[]>
  /** Forgets what it received; behaviour and trust stay. */
  clear(): void
  close(): Promise<void>
}

export interface ReceiverOptions {
  /** Speaks https with this certificate. */
  tls?: { readonly cert: string; readonly key: string }
  /** Default: a free one. */
  port?: number
}

/** An application's side of logout: an HTTP server on a free port of loopback that records, verifies and answers. */
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
  // A connection that is cut off while it is being read or answered is nothing to fail on.
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
      return (await flawless(checked(under))).flatMap((each) => (each.kind === 'logout' ? [each.token] : []))
    },
    async adminActions(under) {
      return (await flawless(checked(under))).flatMap((each) => (each.kind === 'action' ? [each.action] : []))
    },
    async waitFor(count, { under, timeoutMs = 10_000 } = {}) {
      const deadline = Date.now() + timeoutMs
      while (below(under).length < count) {
        const left = deadline - Date.now()
        if (left <= 0)
          throw new Error(`${below(under).length} of ${count} requests came within ${timeoutMs} ms`)
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

async function flawless(checks: Promise<Checked[]>): Promise<Checked[]> {
  const all = await checks
  const wrong = all.filter((each) => each.kind === 'wrong')
  if (wrong.length === 0) return all
  const lines = wrong.map(({ request, problem }) => `${request.method} ${request.path}: ${problem}`)
  throw new Error(
    `${wrong.length} of ${all.length} requests are not what Keycloak sends:\n${lines.join('\n')}`,
  )
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

function listening(server: Server, wanted = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(wanted, '127.0.0.1', () => {
      const address = server.address()
      if (address === null || typeof address === 'string') reject(new Error('The receiver has no port'))
      else resolve(address.port)
    })
  })
}
