import type { TokenReport } from '../../token/inspect.ts'
import type { RuleResult } from '../../token/rules/rule.ts'
import { type Answer, type Forwarded, type IncomingRequest, isSecurityEvent } from './logout-request.ts'

/** Required in every answer to a logout request, errors included (OpenID Connect Back-Channel Logout 1.0 section 2.8). */
const NO_STORE = { 'cache-control': 'no-store' }

/**
 * The answer that the specifications demand: 200 (section 2.8) or 202 (RFC 8935 section 2.2) if the token passed,
 * otherwise 400 with a reason. For a logout token Keycloak reads only the status, and treats everything but 200 and 204
 * as a failure.
 */
export function answerTo(
  request: IncomingRequest,
  report: TokenReport | undefined,
  rules: readonly RuleResult[],
): Answer {
  const isEvent = isSecurityEvent(request.headers['content-type'])
  const refuse = isEvent ? eventRefusal : refusal
  if (request.method !== 'POST') return { status: 405, headers: { ...NO_STORE, allow: 'POST' }, body: '' }
  if (request.tooLarge) return refuse(413, 'The request is too large.', [])
  const failed = rules.filter(({ status }) => status === 'fail')
  if (report !== undefined && report.verdict !== 'fail' && failed.length === 0)
    return plainAnswer(isEvent ? 202 : 200)
  const reasons = failed.map(({ id, message }) => `${id}: ${message}`)
  const reason = reasons.join(' ') || report?.signature.reason || 'The request contains no token.'
  return refuse(
    400,
    reason,
    failed.map(({ id }) => id),
  )
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
const refusal = (status: number, reason: string): Answer =>
  json(status, { error: 'invalid_request', error_description: inAscii(reason) })

/** The error codes of RFC 8935 section 2.4, by the rules that the token breaks. */
const EVENT_ERRORS: Readonly<Record<string, string>> = {
  S02: 'invalid_issuer',
  S03: 'invalid_audience',
  S14: 'invalid_key',
  S15: 'invalid_key',
}

const eventRefusal = (status: number, reason: string, failed: readonly string[]): Answer =>
  json(status, {
    err: failed.map((id) => EVENT_ERRORS[id]).find((code) => code !== undefined) ?? 'invalid_request',
    description: inAscii(reason),
  })

const json = (status: number, body: object): Answer => ({
  status,
  headers: { ...NO_STORE, 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

const inAscii = (text: string): string =>
  text
    .replace(/["\\]/g, "'")
    .replace(/[^ -~]/g, '?')
    .slice(0, 500)
