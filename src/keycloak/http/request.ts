import http, { type IncomingMessage, type RequestOptions } from 'node:http'
import https from 'node:https'
import type { Socket } from 'node:net'
import type { HttpAnswer, HttpRequest } from './messages.ts'
import { TransportError, type TransportErrorKind, transportErrorOf } from './transport-error.ts'

export interface SendOptions {
  /** Milliseconds; see `TransportOptions`. */
  readonly timeout: number
  readonly agent: http.Agent
  /** Replaces host, port and path where a proxy forwards plain HTTP. */
  readonly via?: Pick<RequestOptions, 'hostname' | 'port' | 'path' | 'headers'> | undefined
}

/** Bytes. */
const LARGEST_ANSWER = 64 * 1024 * 1024
/** A trickling answer may take this many timeouts in total. */
const TOTAL_FACTOR = 10

/** Sends one request and reads the whole answer; `answer` rejects with a `TransportError`. `cancel` aborts it. */
export function sendRequest(
  { url, method, headers, body, maxBytes = LARGEST_ANSWER, isBinary = false }: HttpRequest,
  { timeout, agent, via }: SendOptions,
): { answer: Promise<HttpAnswer>; cancel: () => void; isUnanswered: () => boolean } {
  const secure = url.protocol === 'https:'
  const timers = new RequestTimers()
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
  let abort: (kind: TransportErrorKind) => void = () => {}
  let isAnswered = false

  const answer = new Promise<HttpAnswer>((resolve, reject) => {
    const fail = (error: TransportError) => {
      timers.stop()
      reject(error)
      outgoing.destroy()
    }
    abort = (kind) => fail(new TransportError(kind, url))
    outgoing.on('error', (error) =>
      fail(error instanceof TransportError ? error : transportErrorOf(error, url)),
    )
    // From the socket on: a tunnel through a proxy has a time limit of its own.
    outgoing.on('socket', (socket: Socket) => {
      timers.total(timeout * TOTAL_FACTOR, () => abort('read-timeout'))
      const awaitAnswer = () => timers.stage(timeout, () => abort('read-timeout'))
      if (!socket.connecting) return awaitAnswer()
      timers.stage(timeout, () => abort('connect-timeout'))
      socket.once(secure ? 'secureConnect' : 'connect', awaitAnswer)
    })
    outgoing.on('response', (incoming) => {
      isAnswered = true
      readAnswer(incoming, maxBytes, () => timers.refresh()).then(
        (bytes) => {
          timers.stop()
          const text = bytes.toString(isBinary ? 'latin1' : 'utf8')
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
    cancel: () => abort('aborted'),
    // Sent over a kept connection without a byte in return: most likely the server had closed it already.
    isUnanswered: () => outgoing.reusedSocket && !isAnswered,
  }
}

/** Ends the reading of an answer. */
class Refusal extends Error {
  readonly kind: TransportErrorKind
  constructor(kind: TransportErrorKind) {
    super(kind)
    this.kind = kind
  }
}

/** Listens instead of iterating over the answer, which costs more for each of many small ones. */
function readAnswer(incoming: IncomingMessage, maxBytes: number, onChunk: () => void): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const encoding = incoming.headers['content-encoding'] ?? 'identity'
    // Compression was not requested, and what is not decompressed cannot be a bomb.
    if (encoding !== 'identity') return reject(new Refusal('packed'))
    const chunks: Buffer[] = []
    let size = 0
    incoming.on('data', (chunk: Buffer) => {
      onChunk()
      size += chunk.length
      if (size > maxBytes) reject(new Refusal('too-large'))
      else chunks.push(chunk)
    })
    incoming.on('end', () => {
      if (incoming.complete) resolve(Buffer.concat(chunks, size))
      else reject(new Refusal('closed'))
    })
    incoming.on('error', reject)
    incoming.on('close', () => {
      if (!incoming.readableEnded) reject(new Refusal('closed'))
    })
  })
}

/** One timer for the current stage of a request, and one for all of it. */
class RequestTimers {
  #stage: NodeJS.Timeout | undefined
  #total: NodeJS.Timeout | undefined

  stage(ms: number, onTimeout: () => void): void {
    clearTimeout(this.#stage)
    this.#stage = setTimeout(onTimeout, ms)
  }

  total(ms: number, onTimeout: () => void): void {
    clearTimeout(this.#total)
    this.#total = setTimeout(onTimeout, ms)
  }

  refresh(): void {
    this.#stage?.refresh()
  }

  stop(): void {
    clearTimeout(this.#stage)
    clearTimeout(this.#total)
  }
}
