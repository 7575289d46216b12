import http from 'node:http'
import https from 'node:https'
import { errnoCode } from '../../../util/errno.ts'
import type { Forwarded, IncomingRequest } from '../logout-request.ts'

export interface ForwardOptions {
  /** Milliseconds within which the answer must be complete. */
  readonly timeout: number
  readonly insecure: boolean
  /** All trusted certificate authorities in PEM; undefined: those of Node. */
  readonly ca: readonly string[] | undefined
}

/** At most this much of an answer is read. */
const LARGEST_ANSWER = 64 * 1024
/** Headers that a receiver may need; the others belong to the connection of the request. */
const FORWARDED_HEADERS = ['content-type', 'user-agent', 'accept', 'authorization']
const RETURNED_HEADERS = ['content-type', 'cache-control', 'location', 'allow', 'www-authenticate']

/** Sends a request to another receiver and reads the answer. Does not follow redirects, and never throws. */
export function forward(url: string, request: IncomingRequest, options: ForwardOptions): Promise<Forwarded> {
  const started = performance.now()
  const { method, body } = request
  return new Promise((resolve) => {
    const settle = (rest: Omit<Forwarded, 'ms'>) => {
      clearTimeout(timer)
      resolve({ ...rest, ms: Math.round(performance.now() - started) })
    }
    const failed = (error: string) => settle({ status: null, headers: {}, body: null, error })
    const headers = {
      ...pick(request.headers, FORWARDED_HEADERS),
      'content-length': String(Buffer.byteLength(body)),
    }
    const isSecure = url.startsWith('https:')
    const outgoing = (isSecure ? https : http).request(url, {
      method,
      headers,
      agent: false,
      ...(isSecure
        ? { rejectUnauthorized: !options.insecure, ...(options.ca ? { ca: [...options.ca] } : {}) }
        : {}),
    })
    const timer = setTimeout(() => {
      failed(`no answer in time (${options.timeout / 1000} s)`)
      outgoing.destroy()
    }, options.timeout)
    outgoing.on('error', (error) => failed(errnoCode(error) ?? error.message))
    outgoing.on('response', (response) => {
      const chunks: Buffer[] = []
      let size = 0
      const done = () =>
        settle({
          status: response.statusCode ?? 0,
          headers: pick(response.headers, RETURNED_HEADERS),
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

/** Sends a request to another receiver. Never throws: `error` says why there is no answer. */
export type Forward = (url: string, request: IncomingRequest) => Promise<Forwarded>
