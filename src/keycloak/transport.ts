import type { IncomingHttpHeaders, IncomingMessage, ClientRequest as OutgoingRequest } from 'node:http'
import http from 'node:http'
import https from 'node:https'
import type { Socket } from 'node:net'
import { type FaultKind, faultOf, TransportFault } from './transport-fault.ts'

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
  readonly ca: readonly string[] | undefined
  readonly insecure: boolean
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

const LARGEST_ANSWER = 64 * 1024 * 1024
/** As many as eight to sixteen requests in flight gain anything at Keycloak; more only queue there. */
const MAX_SOCKETS = 32
/** A kept connection is given up after this silence, before a proxy in between closes it under a request. */
const KEPT_IDLE = 3000
/** An answer that trickles may take this many times the time-out as a whole. */
const TOTAL_FACTOR = 10

/** The one way out of this program to Keycloak. */
export function createTransport(options: TransportOptions): Transport {
  const kept = { keepAlive: true, maxSockets: MAX_SOCKETS, timeout: KEPT_IDLE }
  const agents = {
    'http:': new http.Agent(kept),
    'https:': new https.Agent({
      ...kept,
      ...(options.ca ? { ca: [...options.ca] } : {}),
      // Said outright, so that NODE_TLS_REJECT_UNAUTHORIZED=0 in the environment changes nothing.
      rejectUnauthorized: !options.insecure,
    }),
  }
  return {
    request: (request) => send(request, options, agents),
    close: () => {
      agents['http:'].destroy()
      agents['https:'].destroy()
    },
  }
}

interface Agents {
  readonly 'http:': http.Agent
  readonly 'https:': https.Agent
}

function send(request: HttpRequest, options: TransportOptions, agents: Agents): Promise<HttpAnswer> {
  const { url, method, body } = request
  const started = performance.now()
  return new Promise<HttpAnswer>((resolve, reject) => {
    const clock = new Stopwatch()
    let settled = false
    const settle = (status: number | undefined, fault: TransportFault | undefined, act: () => void) => {
      if (settled) return
      settled = true
      clock.stop()
      options.signal.removeEventListener('abort', onAbort)
      options.onRequest?.({
        method,
        path: url.pathname + url.search,
        status,
        fault: fault?.kind,
        ms: Math.round(performance.now() - started),
      })
      act()
    }
    const fail = (fault: TransportFault) => settle(undefined, fault, () => reject(fault))
    const giveUp = (kind: FaultKind) => {
      fail(new TransportFault(kind, url))
      outgoing?.destroy()
    }
    const onAbort = () => giveUp('aborted')
    let outgoing: OutgoingRequest | undefined

    if (options.signal.aborted) return onAbort()
    options.signal.addEventListener('abort', onAbort)

    const secure = url.protocol === 'https:'
    outgoing = (secure ? https : http).request(url, {
      method,
      agent: secure ? agents['https:'] : agents['http:'],
      headers: {
        accept: 'application/json',
        'user-agent': options.userAgent,
        ...request.headers,
        ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
      },
    })
    outgoing.on('error', (error) => fail(faultOf(error, url)))
    // From the socket on: waiting for a free one is not the server's silence.
    outgoing.on('socket', (socket: Socket) => {
      clock.total(options.timeout * TOTAL_FACTOR, () => giveUp('read-timeout'))
      const awaitAnswer = () => clock.stage(options.timeout, () => giveUp('read-timeout'))
      if (!socket.connecting) return awaitAnswer()
      clock.stage(options.timeout, () => giveUp('connect-timeout'))
      socket.once(secure ? 'secureConnect' : 'connect', awaitAnswer)
    })
    outgoing.on('response', (incoming) => {
      readAnswer(incoming, request.maxBytes ?? LARGEST_ANSWER, () => clock.refresh()).then(
        (text) => {
          const status = incoming.statusCode ?? 0
          settle(status, undefined, () => resolve({ status, headers: incoming.headers, body: text }))
        },
        (error: unknown) => {
          fail(error instanceof Refusal ? new TransportFault(error.kind, url) : faultOf(error, url))
          outgoing?.destroy()
        },
      )
    })
    outgoing.end(body)
  })
}

class Refusal extends Error {
  readonly kind: FaultKind
  constructor(kind: FaultKind) {
    super(kind)
    this.kind = kind
  }
}

async function readAnswer(incoming: IncomingMessage, maxBytes: number, heard: () => void): Promise<string> {
  const encoding = incoming.headers['content-encoding'] ?? 'identity'
  // Nothing packed was asked for, and what is not unpacked cannot be a bomb.
  if (encoding !== 'identity') throw new Refusal('packed')
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    heard()
    size += chunk.length
    if (size > maxBytes) throw new Refusal('too-large')
    chunks.push(chunk)
  }
  if (!incoming.complete) throw new Refusal('closed')
  return Buffer.concat(chunks, size).toString('utf8')
}

/** One timer for the stage that a request is in, and one for the whole of it. */
class Stopwatch {
  #stage: NodeJS.Timeout | undefined
  #total: NodeJS.Timeout | undefined

  stage(ms: number, late: () => void): void {
    clearTimeout(this.#stage)
    this.#stage = setTimeout(late, ms)
  }

  total(ms: number, late: () => void): void {
    clearTimeout(this.#total)
    this.#total = setTimeout(late, ms)
  }

  refresh(): void {
    this.#stage?.refresh()
  }

  stop(): void {
    clearTimeout(this.#stage)
    clearTimeout(this.#total)
  }
}
