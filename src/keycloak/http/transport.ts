import http from 'node:http'
import https from 'node:https'
import { abortableSleep } from './abortable-sleep.ts'
import { InFlight } from './in-flight.ts'
import type { HttpAnswer, HttpRequest } from './messages.ts'
import { forwardedBy, tunnelAgent } from './proxy.ts'
import { sendRequest } from './request.ts'
import { TransportError } from './transport-error.ts'

/** One request as `--debug` prints it: no headers, no bodies. */
export interface RequestTrace {
  readonly method: string
  /** Path and query. */
  readonly path: string
  /** Undefined without an answer. */
  readonly status: number | undefined
  /** The kind of transport error; undefined with an answer. */
  readonly error: string | undefined
  readonly ms: number
}

export interface TransportOptions {
  /** Milliseconds: to connect, until the answer starts, and for each pause in it. */
  readonly timeout: number
  /** All certificate authorities to trust, in PEM; undefined for Node's own. */
  readonly ca?: readonly string[] | undefined
  readonly insecure?: boolean
  /** The client certificate and its key, in PEM. */
  readonly identity?: { readonly cert: string; readonly key: string } | undefined
  /** The proxy for all requests. */
  readonly proxy?: URL | undefined
  readonly userAgent: string
  readonly signal: AbortSignal
  readonly onRequest?: ((trace: RequestTrace) => void) | undefined
}

export interface Transport {
  /**
   * Sends one request and reads the whole answer, whatever its status. Does not follow redirects or decompress.
   *
   * A server may close a kept-alive connection just as it is reused, and then it is unknown whether it has read the
   * request (RFC 9112, 9.3.1). So a request that must not be repeated gets a connection of its own; a repeatable one
   * is sent again over one.
   * @throws {TransportError}
   */
  request(request: HttpRequest): Promise<HttpAnswer>
  /** Resolves after this many milliseconds, or as soon as the run is interrupted. */
  sleep(ms: number): Promise<void>
  /** Closes all connections. Requests in flight, and later ones, fail as `aborted`. */
  close(): void
}

/** Milliseconds. A server that closes an idle connection as it is reused does so at once; later it was at work. */
const REUSE_FAILS_WITHIN = 1000
/** Milliseconds. Idle connections are closed before a proxy in between closes them during a request. */
const IDLE_TIMEOUT = 3000

/** All requests to Keycloak go through a transport. */
export function createTransport(options: TransportOptions): Transport {
  const transport = new HttpTransport(options)
  return {
    request: (request) => transport.request(request),
    sleep: abortableSleep(options.signal),
    close: () => transport.close(),
  }
}

class HttpTransport {
  readonly #options: TransportOptions
  readonly #kept: Agents
  readonly #single: Agents
  // One listener for all requests: Node warns about eleven on one signal.
  readonly #inFlight = new InFlight()
  readonly #interrupt = () => this.#inFlight.cancelAll()
  #isClosed = false

  constructor(options: TransportOptions) {
    this.#options = options
    const secureAgent = secureAgents(options)
    // Without a limit, callers have theirs: a request that waits for one that hangs would seem to hang, too.
    this.#kept = agents({ keepAlive: true, timeout: IDLE_TIMEOUT }, secureAgent)
    this.#single = agents({ keepAlive: false }, secureAgent)
    options.signal.addEventListener('abort', this.#interrupt)
  }

  async request(request: HttpRequest): Promise<HttpAnswer> {
    const { url, method, repeatable = method === 'GET' } = request
    const started = performance.now()
    const trace = (status: number | undefined, error: string | undefined) => {
      const ms = Math.round(performance.now() - started)
      this.#options.onRequest?.({ method, path: url.pathname + url.search, status, error, ms })
    }
    if (repeatable) await pendingEvents()
    // After the wait: an interruption in it must not send anything.
    if (this.#isStopped()) throw new TransportError('aborted', url)
    try {
      const answer = await this.#send(request, repeatable ? this.#kept : this.#single)
      trace(answer.status, undefined)
      return answer
    } catch (thrown) {
      const isClosedHere = isClosed(thrown) && this.#isClosed
      const error = isClosedHere ? new TransportError('aborted', url) : thrown
      trace(undefined, error instanceof TransportError ? error.kind : 'error')
      throw error
    }
  }

  async #send(request: HttpRequest, agents: Agents): Promise<HttpAnswer> {
    const { proxy, timeout, userAgent } = this.#options
    const { url, method } = request
    const began = performance.now()
    const headers = { accept: 'application/json', 'user-agent': userAgent, ...request.headers }
    const via = proxy && url.protocol !== 'https:' ? forwardedBy(proxy, url) : undefined
    const sent = sendRequest({ ...request, headers }, { timeout, agent: agents.for(url), via })
    const done = this.#inFlight.add(sent.cancel)
    try {
      return await sent.answer
    } catch (error) {
      // Only repeatable requests use a kept connection; they are sent once more over a connection of their own.
      if (!isClosed(error) || !sent.isUnanswered() || this.#isStopped()) throw error
      if (method !== 'GET' && performance.now() - began > REUSE_FAILS_WITHIN) throw error
    } finally {
      done()
    }
    request.onRepeat?.()
    return this.#send(request, this.#single)
  }

  #isStopped(): boolean {
    return this.#isClosed || this.#options.signal.aborted
  }

  close(): void {
    this.#isClosed = true
    this.#options.signal.removeEventListener('abort', this.#interrupt)
    for (const agents of [this.#kept, this.#single]) agents.destroy()
  }
}

const isClosed = (error: unknown) => error instanceof TransportError && error.kind === 'closed'

/**
 * Yields twice so that Node processes a pending FIN before a kept-alive socket is reused: a request sent over a closed
 * one would be lost. Twice, because the first turn may be the rest of the present one.
 */
const pendingEvents = () => new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)))

type SecureAgent = (options: https.AgentOptions) => https.Agent

function secureAgents({ ca, insecure, identity, proxy, timeout }: TransportOptions): SecureAgent {
  const trust = {
    ...(ca ? { ca: [...ca] } : {}),
    // Explicit, so that NODE_TLS_REJECT_UNAUTHORIZED=0 in the environment has no effect.
    rejectUnauthorized: !insecure,
    ...identity,
  }
  return (options) =>
    proxy
      ? tunnelAgent({ ...options, ...trust }, { proxy, timeout })
      : new https.Agent({ ...options, ...trust })
}

type Agents = ReturnType<typeof agents>

/** An agent for each protocol, created for its first request: TLS alone costs a quarter of an empty Node's start. */
function agents(options: http.AgentOptions, secureAgent: SecureAgent) {
  const created = new Map<string, http.Agent>()
  return {
    for({ protocol }: URL): http.Agent {
      const agent =
        created.get(protocol) ?? (protocol === 'https:' ? secureAgent(options) : new http.Agent(options))
      created.set(protocol, agent)
      return agent
    },
    destroy() {
      for (const agent of created.values()) agent.destroy()
    },
  }
}
