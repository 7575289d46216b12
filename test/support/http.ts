import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { request as httpsRequest } from 'node:https'

/** A request of the tests themselves: node:http only, without the program's code. */
export interface SendOptions {
  headers?: Readonly<Record<string, string>>
  /** Sent as application/x-www-form-urlencoded. */
  form?: Readonly<Record<string, string>>
  /** Sent as application/json. */
  json?: unknown
  body?: string
  timeoutMs?: number
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  json<T>(): T
}

const agent = new Agent({ keepAlive: true })

/** Sends one request and reads the whole answer, whatever its status. Does not follow redirects. */
export function send(method: string, url: string, options: SendOptions = {}): Promise<Answer> {
  const [type, body] = bodyOf(options)
  const headers: Record<string, string> = { accept: 'application/json', ...type, ...options.headers }
  if (body !== undefined) headers['content-length'] = String(Buffer.byteLength(body))
  const secure = url.startsWith('https:')
  return new Promise((resolve, reject) => {
    const request = secure
      ? httpsRequest(url, { method, headers })
      : httpRequest(url, { method, headers, agent })
    request.setTimeout(options.timeoutMs ?? 120_000, () =>
      request.destroy(new Error(`${method} ${url}: no answer in time`)),
    )
    request.on('error', reject)
    request.on('response', (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8')
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text,
          json: <T>() => parse<T>(text, method, url, response.statusCode),
        })
      })
    })
    request.end(body)
  })
}

function bodyOf({ form, json, body }: SendOptions): [Record<string, string>, string | undefined] {
  if (form) {
    return [{ 'content-type': 'application/x-www-form-urlencoded' }, new URLSearchParams(form).toString()]
  }
  if (json !== undefined) return [{ 'content-type': 'application/json' }, JSON.stringify(json)]
  return [{}, body]
}

function parse<T>(text: string, method: string, url: string, status: number | undefined): T {
  try {
    return JSON.parse(text)
  } catch {
    throw new Error(`${method} ${url} answered ${status} without JSON: ${text.slice(0, 300)}`)
  }
}
