import http, { type IncomingMessage, type RequestOptions } from 'node:http'
import https from 'node:https'
import type { Socket } from 'node:net'
import type { HttpAnswer, HttpRequest } from './messages.ts'
import { TransportError, type TransportErrorKind, transportErrorOf } from './transport-error.ts'

export interface SendOptions {
  /** Milliseconds; see `TransportOptions`. */
  readonly timeout: number
  readonly agent: http.Agent
  /** What a proxy that forwards plain HTTP needs in place of the target's own. */
  readonly via?: Pick<RequestOptions, 'hostname' | 'port' | 'path' | 'headers'> | undefined
}

const LARGEST_ANSWER = 64 * 1024 * 1024
/** An answer that trickles may take this many times the time-out as a whole. */
const TOTAL_FACTOR = 10

/** One request and its whole answer, or the fault that it ended with. `cancel` interrupts it. */
export function sendRequest(
  { url, method, headers, body, maxBytes = LARGEST_ANSWER }: HttpRequest,
  { timeout, agent, via }: SendOptions,
): { answer: Promise<HttpAnswer>; cancel: () => void; wentNowhere: () => boolean } {
  const secure = url.protocol === 'https:'
  const clock = new Stopwatch()
  const outgoing = (secure ? https : http).request(url, {
    method,
    agent,
    ...via,
    headers: {
      ...headers,
      ...via?.headers,
      ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
    },
  })
  let giveUp: (kind: TransportErrorKind) => void = () => {}
  let isAnswered = false

  const answer = new Promise<HttpAnswer>((resolve, reject) => {
    const fail = (fault: TransportError) => {
      clock.stop()
      reject(fault)
      outgoing.destroy()
    }
    giveUp = (kind) => fail(new TransportError(kind, url))
    outgoing.on('error', (error) =>
      fail(error instanceof TransportError ? error : transportErrorOf(error, url)),
    )
    // From the socket on: waiting for a free one is not the server's silence.
    outgoing.on('socket', (socket: Socket) => {
      clock.total(timeout * TOTAL_FACTOR, () => giveUp('read-timeout'))
      const awaitAnswer = () => clock.stage(timeout, () => giveUp('read-timeout'))
      if (!socket.connecting) return awaitAnswer()
      clock.stage(timeout, () => giveUp('connect-timeout'))
      socket.once(secure ? 'secureConnect' : 'connect', awaitAnswer)
    })
    outgoing.on('response', (incoming) => {
      isAnswered = true
      readAnswer(incoming, maxBytes, () => clock.refresh()).then(
        (text) => {
          clock.stop()
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: text })
        },
        (error: unknown) =>
          fail(error instanceof Refusal ? new TransportError(error.kind, url) : transportErrorOf(error, url)),
      )
    })
    outgoing.end(body)
  })
  return {
    answer,
    cancel: () => giveUp('aborted'),
    // Sent over a kept connection, and not a byte came back: the other side had closed it already, most likely.
    wentNowhere: () => outgoing.reusedSocket && !isAnswered,
  }
}

/** An answer that is not read any further. */
class Refusal extends Error {
  readonly kind: TransportErrorKind
  constructor(kind: TransportErrorKind) {
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
