import http from 'node:http'
import https from 'node:https'
import { abortableSleep } from './abortable-sleep.ts'
import { InFlight } from './in-flight.ts'
import type { HttpAnswer, HttpRequest } from './messages.ts'
import { forwardedBy, tunnelAgent } from './proxy.ts'
import { sendRequest } from './request.ts'
import { TransportError } from './transport-error.ts'

/** One request as `--debug` shows it: no headers, no bodies. */
export interface RequestTrace {
  readonly method: string
  /** Path and query. */
  readonly path: string
  /** Undefined when no answer came. */
  readonly status: number | undefined
  readonly fault: string | undefined
  readonly ms: number
}

export interface TransportOptions {
  /** Milliseconds: for connecting, until the answer begins, and for each silence within it. */
  readonly timeout: number
  /** Every certificate authority to trust, in PEM; undefined means Node's own. */
  readonly ca?: readonly string[] | undefined
  readonly insecure?: boolean
  /** Shown to a server that asks for a certificate; both in PEM. */
  readonly identity?: { readonly cert: string; readonly key: string } | undefined
  /** Through which every request goes. */
  readonly proxy?: URL | undefined
  readonly userAgent: string
  readonly signal: AbortSignal
  readonly onRequest?: ((trace: RequestTrace) => void) | undefined
}

export interface Transport {
  /**
   * Sends one request and reads the whole answer, whatever its status. Never follows a redirect, never unpacks. Throws
   * `TransportError`.
   *
   * A server may close a kept connection just as it is used again, and then nobody can tell whether it has read the
   * request (RFC 9112, 9.3.1). So what must not be repeated gets a connection of its own. Nothing is sent twice here.
   */
  request(request: HttpRequest): Promise<HttpAnswer>
  /** Resolves after so many milliseconds, or at once when the run is interrupted. */
  sleep(ms: number): Promise<void>
  /** Closes all connections. What is still under way, or asked for later, is `aborted`. */
  close(): void
}

/** As many as eight to sixteen requests in flight gain anything at Keycloak; more only queue there. */
const MAX_SOCKETS = 32
/** A kept connection is given up after this silence, before a proxy in between closes it under a request. */
const KEPT_IDLE = 3000

/** The one way out of this program to Keycloak. */
export function createTransport(options: TransportOptions): Transport {
  const { signal, proxy, timeout } = options
  const kept = { keepAlive: true, maxSockets: MAX_SOCKETS, timeout: KEPT_IDLE }
  const trust = {
    ...(options.ca ? { ca: [...options.ca] } : {}),
    // Said outright, so that NODE_TLS_REJECT_UNAUTHORIZED=0 in the environment changes nothing.
    rejectUnauthorized: !options.insecure,
    ...options.identity,
  }
  const secureAgent = (how: https.AgentOptions) =>
    proxy ? tunnelAgent({ ...how, ...trust }, { proxy, timeout }) : new https.Agent({ ...how, ...trust })
  const keeping = agents(kept, secureAgent)
  const single = agents({ keepAlive: false }, secureAgent)

  // One listener for all requests: Node warns of eleven at one signal.
  const underWay = new InFlight()
  const interrupt = () => underWay.cancelAll()
  let isClosed = false
  signal.addEventListener('abort', interrupt)

  async function request(wanted: HttpRequest): Promise<HttpAnswer> {
    const { url, method, repeatable = method === 'GET' } = wanted
    const started = performance.now()
    const trace = (status: number | undefined, fault: string | undefined) =>
      options.onRequest?.({
        method,
        path: url.pathname + url.search,
        status,
        fault,
        ms: Math.round(performance.now() - started),
      })
    if (repeatable) await news()
    // After the wait: who interrupts within it wants nothing more to be sent.
    if (signal.aborted || isClosed) throw new TransportError('aborted', url)
    try {
      const got = await send(wanted, repeatable ? keeping : single)
      trace(got.status, undefined)
      return got
    } catch (thrown) {
      const broke = thrown instanceof TransportError && thrown.kind === 'closed'
      // What broke because it was closed here is no break of the server's, and nobody asks again.
      const error = broke && isClosed ? new TransportError('aborted', url) : thrown
      trace(undefined, error instanceof TransportError ? error.kind : 'fault')
      throw error
    }
  }

  async function send(wanted: HttpRequest, agents: Agents): Promise<HttpAnswer> {
    const isSecure = wanted.url.protocol === 'https:'
    const headers = { accept: 'application/json', 'user-agent': options.userAgent, ...wanted.headers }
    const { answer, cancel, wentNowhere } = sendRequest(
      { ...wanted, headers },
      {
        timeout,
        agent: agents.for(wanted.url),
        via: proxy && !isSecure ? forwardedBy(proxy, wanted.url) : undefined,
      },
    )
    const done = underWay.add(cancel)
    try {
      return await answer
    } catch (error) {
      // Only what may be repeated goes over a kept connection; once more over one of its own.
      const isRetried =
        error instanceof TransportError &&
        error.kind === 'closed' &&
        wentNowhere() &&
        !isClosed &&
        !signal.aborted
      if (!isRetried) throw error
    } finally {
      done()
    }
    wanted.onRepeat?.()
    return send(wanted, single)
  }

  return {
    request,
    sleep: abortableSleep(signal),
    close: () => {
      isClosed = true
      signal.removeEventListener('abort', interrupt)
      for (const agents of [keeping, single]) agents.destroy()
    },
  }
}

/**
 * Lets Node read what has arrived: that a server closed a kept connection is known only then, and a request sent over
 * it would be lost. Two turns, as the first may be the rest of the present one.
 */
const news = () => new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)))

type Agents = ReturnType<typeof agents>

/** An agent for each protocol, made at its first request: TLS alone costs a quarter of an empty Node's start. */
function agents(how: http.AgentOptions, secureAgent: (how: https.AgentOptions) => https.Agent) {
  const made = new Map<string, http.Agent>()
  return {
    for({ protocol }: URL): http.Agent {
      const agent = made.get(protocol) ?? (protocol === 'https:' ? secureAgent(how) : new http.Agent(how))
      made.set(protocol, agent)
      return agent
    },
    destroy() {
      for (const agent of made.values()) agent.destroy()
    },
  }
}
