import { nulCharacter } from '../../util/nul-character.ts'
import type { HttpAnswer } from './messages.ts'
import { announcedHere, assertExpected, type Expectation, PathGuardError } from './path-guard.ts'

/*
 * The web classes that the admin client uses, over our own transport; admin/install-fetch.ts makes them globals. Two
 * reasons: Node's own load undici (about 120 ms of CPU and 40 MB), and this way each request passes the path guard,
 * timeouts and limits. A request that was not announced is refused, so no library can reach the network by itself.
 */

type HeaderSource = Iterable<readonly [string, string]> | Readonly<Record<string, string>> | undefined

/** Header fields by lower-case name. Does not validate or join values. */
export class GuardedHeaders {
  readonly #fields = new Map<string, string>()

  constructor(source?: HeaderSource) {
    const pairs = source && Symbol.iterator in source ? source : Object.entries(source ?? {})
    for (const [name, value] of pairs as Iterable<readonly [string, string]>) this.set(name, value)
  }

  get(name: string): string | null {
    return this.#fields.get(name.toLowerCase()) ?? null
  }

  has(name: string): boolean {
    return this.#fields.has(name.toLowerCase())
  }

  set(name: string, value: string): void {
    this.#fields.set(name.toLowerCase(), String(value))
  }

  entries(): IterableIterator<[string, string]> {
    return this.#fields.entries()
  }

  [Symbol.iterator](): IterableIterator<[string, string]> {
    return this.entries()
  }
}

/** Never used; the admin client tests `payload instanceof FormData`. */
export class GuardedFormData {}

/** An answer whose body has been read. */
export class GuardedResponse {
  readonly status: number
  readonly ok: boolean
  readonly url: string
  readonly headers: GuardedHeaders
  /** The admin client only tests whether there is one. */
  readonly body: string | null
  readonly #text: string

  constructor({ status, headers, body }: HttpAnswer, url: string) {
    this.status = status
    this.ok = status >= 200 && status < 300
    this.url = url
    this.headers = new GuardedHeaders(
      Object.entries(headers).map(([name, value]) => [
        name,
        Array.isArray(value) ? value.join(', ') : (value ?? ''),
      ]),
    )
    this.body = body === '' ? null : body
    this.#text = body
  }

  async text(): Promise<string> {
    return this.#text
  }

  async json(): Promise<unknown> {
    return JSON.parse(this.#text)
  }
}

interface FetchInit {
  readonly method?: string
  readonly headers?: HeaderSource
  readonly body?: unknown
}

/**
 * Sends the announced request, and nothing else.
 * @throws {PathGuardError} for any other request
 * @throws {UserError} `bad-name` (2) for a value with a NUL character: no name has one, and Keycloak refuses it
 */
export async function guardedFetch(input: URL | string, init: FetchInit = {}): Promise<GuardedResponse> {
  const expectation = announcedHere()
  const url = new URL(input)
  const { method = 'GET', body } = init
  if (!expectation) throw new PathGuardError(`${method} ${url.pathname}: it was not announced`)
  if (body !== undefined && typeof body !== 'string') {
    throw new PathGuardError(`${method} ${url.pathname}: its body is not text`)
  }
  const headers = Object.fromEntries(new GuardedHeaders(init.headers).entries())
  const answer = await sendExpected(expectation, { method, url, headers, body })
  return new GuardedResponse(answer, url.href)
}

interface ExpectedRequest {
  readonly method: string
  readonly url: URL
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

/** Sends the expected request. Throws as `guardedFetch`. */
export async function sendExpected(
  expectation: Expectation,
  { method, url, headers, body }: ExpectedRequest,
): Promise<HttpAnswer> {
  if (expectation.sent) throw new PathGuardError(`${method} ${url.pathname}: a second request for one call`)
  assertExpected(expectation, method, url)
  if (url.search.includes('%00') || body?.includes('\\u0000')) throw nulCharacter()
  expectation.sent = { authorization: headers.authorization }
  const { transport, traceparent, maxBytes, repeatable, onRepeat } = expectation
  const answer = await transport.request({
    method,
    url,
    headers: {
      ...headers,
      // Old servers choose a format that they cannot write if more is accepted (keycloak#18645).
      accept: 'application/json',
      ...(traceparent === undefined ? {} : { traceparent }),
    },
    body,
    maxBytes,
    repeatable,
    onRepeat,
  })
  expectation.sent.answer = answer
  return answer
}
