import http from 'node:http'
import https from 'node:https'
import type { Forwarded, IncomingRequest } from '../logout-request.ts'

export interface ForwardOptions {
  /** Milliseconds until the answer is complete. */
  readonly timeout: number
  readonly insecure: boolean
  /** Every certificate authority to trust, in PEM; undefined means Node's own. */
  readonly ca: readonly string[] | undefined
}

/** As much of an answer as is worth showing. */
const LARGEST_ANSWER = 64 * 1024
/** What a receiver may look at; the rest of the headers belongs to the connection that the request came by. */
const PASSED_ON = ['content-type', 'user-agent', 'accept']
const PASSED_BACK = ['content-type', 'cache-control', 'location', 'allow', 'www-authenticate']

/** Hands a request on as it came and reads the answer. Follows no redirect. Never throws: no answer is an answer too. */
export function forward(url: string, request: IncomingRequest, options: ForwardOptions): Promise<Forwarded> {
  const started = performance.now()
  const { method, body } = request
  return new Promise((resolve) => {
    const settle = (rest: Omit<Forwarded, 'ms'>) => {
      clearTimeout(timer)
      resolve({ ...rest, ms: Math.round(performance.now() - started) })
    }
    const failed = (error: string) => settle({ status: null, headers: {}, body: null, error })
    const headers = { ...pick(request.headers, PASSED_ON), 'content-length': String(Buffer.byteLength(body)) }
    const secure = url.startsWith('https:')
    const outgoing = (secure ? https : http).request(url, {
      method,
      headers,
      agent: false,
      ...(secure
        ? { rejectUnauthorized: !options.insecure, ...(options.ca ? { ca: [...options.ca] } : {}) }
        : {}),
    })
    const timer = setTimeout(() => {
      failed(`no answer in time (${options.timeout / 1000} s)`)
      outgoing.destroy()
    }, options.timeout)
    outgoing.on('error', (error: NodeJS.ErrnoException) => failed(error.code ?? error.message))
    outgoing.on('response', (response) => {
      const chunks: Buffer[] = []
      let size = 0
      const done = () =>
        settle({
          status: response.statusCode ?? 0,
          headers: pick(response.headers, PASSED_BACK),
          body: Buffer.concat(chunks).toString('utf8').slice(0, LARGEST_ANSWER),
        })
      response.on('data', (chunk: Buffer) => {
        size += chunk.length
        chunks.push(chunk)
        if (size > LARGEST_ANSWER) {
          done()
          outgoing.destroy()
        }
      })
      response.on('end', done)
      response.on('error', (error) => failed(error.message))
    })
    outgoing.end(body)
  })
}

function pick(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  names: readonly string[],
): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => (headers[name] === undefined ? [] : [[name, String(headers[name])]])),
  )
}

/** Hands a request on to another receiver. Never throws: no answer is an answer too. */
export type Forward = (url: string, request: IncomingRequest) => Promise<Forwarded>
