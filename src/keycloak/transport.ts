import type { IncomingHttpHeaders } from 'node:http'
import http from 'node:http'
import https from 'node:https'
import { exchange } from './exchange.ts'
import { forwardedBy, tunnelAgent } from './proxy.ts'
import { TransportFault } from './transport-fault.ts'
import { UnderWay } from './under-way.ts'

export interface HttpRequest {
  readonly method: string
  readonly url: URL
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | undefined
  /** A longer answer is refused while it is read. */
  readonly maxBytes?: number | undefined
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

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
  /** Through which every request goes. */
  readonly proxy?: URL | undefined
  readonly userAgent: string
  readonly signal: AbortSignal
  readonly onRequest?: ((trace: RequestTrace) => void) | undefined
}

export interface Transport {
  /**
   * Sends one request and reads the whole answer, whatever its status. Never follows a redirect, never repeats, never
   * unpacks. Throws `TransportFault`.
   */
  request(request: HttpRequest): Promise<HttpAnswer>
  /** Closes the connections that are kept open. */
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
  }
  const plain = new http.Agent(kept)
  const secure = proxy
    ? tunnelAgent({ ...kept, ...trust }, { proxy, timeout })
    : new https.Agent({ ...kept, ...trust })

  // One listener for all requests: Node warns of eleven at one signal.
  const underWay = new UnderWay()
  const interrupt = () => underWay.cancelAll()
  signal.addEventListener('abort', interrupt)

  async function request(wanted: HttpRequest): Promise<HttpAnswer> {
    const { url, method } = wanted
    if (signal.aborted) throw new TransportFault('aborted', url)
    const started = performance.now()
    const trace = (status: number | undefined, fault: string | undefined) =>
      options.onRequest?.({
        method,
        path: url.pathname + url.search,
        status,
        fault,
        ms: Math.round(performance.now() - started),
      })
    const headers = { accept: 'application/json', 'user-agent': options.userAgent, ...wanted.headers }
    const isSecure = url.protocol === 'https:'
    const { answer, cancel } = exchange(
      { ...wanted, headers },
      {
        timeout,
        agent: isSecure ? secure : plain,
        via: proxy && !isSecure ? forwardedBy(proxy, url) : undefined,
      },
    )
    const done = underWay.add(cancel)
    try {
      const got = await answer
      trace(got.status, undefined)
      return got
    } catch (error) {
      trace(undefined, error instanceof TransportFault ? error.kind : 'fault')
      throw error
    } finally {
      done()
    }
  }

  return {
    request,
    close: () => {
      signal.removeEventListener('abort', interrupt)
      plain.destroy()
      secure.destroy()
    },
  }
}
