import type { TokenReport } from '../../token/inspect.ts'
import type { RuleResult } from '../../token/rules/rule.ts'

/** A request as it arrived. */
export interface IncomingRequest {
  readonly method: string
  /** Without the query. */
  readonly path: string
  /** Lower-case names; repeated headers are joined with commas. */
  readonly headers: Readonly<Record<string, string>>
  /** Decoded as UTF-8; cut at the largest size that is read. */
  readonly body: string
  readonly tooLarge: boolean
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** The answer of the receiver to which a request was forwarded. */
export interface Forwarded {
  /** `null` if there was no answer; `error` then says why. */
  readonly status: number | null
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
  readonly ms: number
  readonly error?: string
}

/** The parts of a request, by its path and content type. */
export interface ParsedRequest {
  /** A logout token at a Backchannel Logout URL, or an action below an Admin URL. */
  readonly kind: 'logout' | 'admin-action'
  /** `/k_logout`, … for an action; it is kept when the request is forwarded. */
  readonly suffix: string
  readonly token: string | undefined
  readonly parameters: readonly (readonly [name: string, value: string])[]
}

const ACTION_PATH = /\/k_(?:logout|push_not_before|test_available)$/

/** Parses a form with `logout_token`, or the signed action that Keycloak posts below an Admin URL. */
export function parseRequest({ path, body, headers }: IncomingRequest): ParsedRequest {
  const suffix = ACTION_PATH.exec(path)?.[0]
  if (suffix !== undefined) {
    const token = body.trim()
    return { kind: 'admin-action', suffix, token: token === '' ? undefined : token, parameters: [] }
  }
  const parameters = isForm(headers['content-type']) ? [...new URLSearchParams(body)] : []
  const token = parameters.find(([name]) => name === 'logout_token')?.[1]
  return { kind: 'logout', suffix: '', token: token === '' ? undefined : token, parameters }
}

/** The URL to forward a request to: an action keeps the end of its path, before the query of the URL. */
export function forwardUrl(url: string, { suffix }: Pick<ParsedRequest, 'suffix'>): string {
  if (suffix === '') return url
  const [, path = '', query = ''] = /^([^?#]*)(.*)$/s.exec(url) ?? []
  return path.replace(/\/$/, '') + suffix + query
}

export const isForm = (contentType: string | undefined): boolean =>
  contentType?.split(';', 1)[0]?.trim().toLowerCase() === 'application/x-www-form-urlencoded'

/** Required in every answer to a logout request, errors included (OpenID Connect Back-Channel Logout 1.0 section 2.8). */
const NO_STORE = { 'cache-control': 'no-store' }

/**
 * The answer that the specification demands (section 2.8): 200 if the token passed, otherwise 400 with a reason.
 * Keycloak reads only the status, and treats everything but 200 and 204 as a failure.
 */
export function answerTo(
  request: IncomingRequest,
  report: TokenReport | undefined,
  rules: readonly RuleResult[],
): Answer {
  if (request.method !== 'POST') {
    return { status: 405, headers: { ...NO_STORE, allow: 'POST' }, body: '' }
  }
  if (request.tooLarge) return refusal(413, 'The request is too large.')
  const failed = rules.filter(({ status }) => status === 'fail')
  if (report?.verdict !== 'fail' && report !== undefined && failed.length === 0) return plainAnswer(200)
  const reasons = failed.map(({ id, message }) => `${id}: ${message}`)
  return refusal(400, reasons.join(' ') || report?.signature.reason || 'The request contains no token.')
}

/** An answer with this status, whatever the request is. */
export const plainAnswer = (status: number): Answer =>
  status < 400
    ? { status, headers: NO_STORE, body: '' }
    : refusal(status, 'kc-logout gives this answer to every request.')

/** The answer of the other receiver; 502 or 504 if there was none. */
export function answerOf({ status, headers, body, error }: Forwarded): Answer {
  if (status === null)
    return refusal(/time/i.test(error ?? '') ? 504 : 502, `The receiver did not answer: ${error}`)
  return { status, headers, body: body ?? '' }
}

/** Section 2.8 refers to RFC 6749 section 5.2: a description is ASCII without quotes and backslashes. */
function refusal(status: number, reason: string): Answer {
  const description = reason
    .replace(/["\\]/g, "'")
    .replace(/[^ -~]/g, '?')
    .slice(0, 500)
  return {
    status,
    headers: { ...NO_STORE, 'content-type': 'application/json' },
    body: JSON.stringify({ error: 'invalid_request', error_description: description }),
  }
}

/**
 * The received `jti`s, to recognise a token that comes again (section 2.6 step 8).
 * Each is kept as long as a token can live and clocks can differ, and at most `most` of them.
 */
export class SeenTokens {
  readonly #seen = new Map<string, number>()
  readonly #seconds: number
  readonly #most: number

  constructor({ seconds = 3600, most = 100_000 } = {}) {
    this.#seconds = seconds
    this.#most = most
  }

  /** Returns when it was received before, in seconds since the epoch. */
  before(issuer: string, jti: string): number | undefined {
    return this.#seen.get(JSON.stringify([issuer, jti]))
  }

  add(issuer: string, jti: string, now: number): void {
    const name = JSON.stringify([issuer, jti])
    if (this.#seen.has(name)) return
    this.#seen.set(name, now)
    // In order of insertion, so the oldest comes first.
    for (const [old, time] of this.#seen) {
      if (time >= now - this.#seconds && this.#seen.size <= this.#most) break
      this.#seen.delete(old)
    }
  }
}
