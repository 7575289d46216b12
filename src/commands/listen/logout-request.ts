import type { TokenReport } from '../../token/inspect.ts'
import type { RuleResult } from '../../token/rules/rule.ts'

/** A request as it arrived at a receiver, before anything was made of it. */
export interface IncomingRequest {
  readonly method: string
  /** Without the query. */
  readonly path: string
  /** Lower-case names; several of a name are joined with a comma. */
  readonly headers: Readonly<Record<string, string>>
  /** Decoded as UTF-8; cut where it grew larger than a receiver reads. */
  readonly body: string
  readonly tooLarge: boolean
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** What another receiver, to which a request was handed on, made of it. */
export interface Forwarded {
  /** `null` when no answer came; `error` then says why. */
  readonly status: number | null
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
  readonly ms: number
  readonly error?: string
}

/** What a request is about, by where and how it was sent. */
export interface Reading {
  /** A logout token at a Backchannel Logout URL, or an action below an Admin URL. */
  readonly kind: 'logout' | 'admin-action'
  /** `/k_logout`, … for an action, to be kept when it is handed on. */
  readonly suffix: string
  readonly token: string | undefined
  readonly parameters: readonly (readonly [name: string, value: string])[]
}

const ACTION_PATH = /\/k_(?:logout|push_not_before|test_available)$/

/** Reads a delivery: a form with `logout_token`, or the raw signed text that Keycloak posts below an Admin URL. */
export function readDelivery({ path, body, headers }: IncomingRequest): Reading {
  const suffix = ACTION_PATH.exec(path)?.[0]
  if (suffix !== undefined) {
    const token = body.trim()
    return { kind: 'admin-action', suffix, token: token === '' ? undefined : token, parameters: [] }
  }
  const parameters = isForm(headers['content-type']) ? [...new URLSearchParams(body)] : []
  const token = parameters.find(([name]) => name === 'logout_token')?.[1]
  return { kind: 'logout', suffix: '', token: token === '' ? undefined : token, parameters }
}

/** Where a request is handed on to: an action keeps its own end of the path, before the query that a URL may have. */
export function targetOf(url: string, { suffix }: Pick<Reading, 'suffix'>): string {
  if (suffix === '') return url
  const [, path = '', query = ''] = /^([^?#]*)(.*)$/s.exec(url) ?? []
  return path.replace(/\/$/, '') + suffix + query
}

export const isForm = (contentType: string | undefined): boolean =>
  contentType?.split(';', 1)[0]?.trim().toLowerCase() === 'application/x-www-form-urlencoded'

/** Every answer to a logout request says so, errors included (OpenID Connect Back-Channel Logout 1.0 section 2.8). */
const NO_STORE = { 'cache-control': 'no-store' }

/**
 * What a receiver answers that follows the specification (section 2.8): 200 when the token passed, 400 with a reason
 * when it did not. Keycloak looks at nothing but the status, and keeps 200 and 204 apart from everything else.
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
  return refusal(400, reasons.join(' ') || report?.signature.reason || 'There is no token.')
}

/** An answer that was asked for, whatever the request is. */
export const plainAnswer = (status: number): Answer =>
  status < 400
    ? { status, headers: NO_STORE, body: '' }
    : refusal(status, 'The answer that kc-logout was told to give.')

/** What the other receiver said, handed back; 502 or 504 where it said nothing. */
export function answerOf({ status, headers, body, error }: Forwarded): Answer {
  if (status === null)
    return refusal(/time/i.test(error ?? '') ? 504 : 502, `The receiver did not answer: ${error}`)
  return { status, headers, body: body ?? '' }
}

/** Section 2.8 takes the form of RFC 6749 section 5.2, where a description is ASCII without quotes and backslashes. */
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
 * The `jti`s that were received, so that one which comes again is noticed (section 2.6 step 8). Remembers each for as
 * long as a token can live and clocks can differ, and no more than `most` of them.
 */
export class SeenTokens {
  readonly #seen = new Map<string, number>()
  readonly #seconds: number
  readonly #most: number

  constructor({ seconds = 3600, most = 100_000 } = {}) {
    this.#seconds = seconds
    this.#most = most
  }

  /** When it was received before, in seconds since the epoch. */
  before(issuer: string, jti: string): number | undefined {
    return this.#seen.get(JSON.stringify([issuer, jti]))
  }

  add(issuer: string, jti: string, now: number): void {
    const name = JSON.stringify([issuer, jti])
    if (this.#seen.has(name)) return
    this.#seen.set(name, now)
    // In the order in which they came: the oldest first.
    for (const [old, time] of this.#seen) {
      if (time >= now - this.#seconds && this.#seen.size <= this.#most) break
      this.#seen.delete(old)
    }
  }
}
