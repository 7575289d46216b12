import type { HttpAnswer } from './messages.ts'

/** How often a repeatable request is sent in all if each answer is a 5xx. */
export const MAX_ATTEMPTS = 4

/** Milliseconds. */
const FIRST_PAUSE = 200
const LONGEST_PAUSE = 5000

/**
 * Milliseconds to wait before the next attempt after an answer. Undefined for no further attempt: the answer is not a
 * 5xx, the attempts are used up, or Retry-After is longer than the longest pause, which the caller reports instead.
 */
export function pauseAfter(answer: HttpAnswer, attempt: number): number | undefined {
  if (answer.status < 500 || attempt >= MAX_ATTEMPTS) return undefined
  const requested = retryAfterMs(answer.headers['retry-after'])
  if (requested !== undefined && requested > LONGEST_PAUSE) return undefined
  return pauseBefore(attempt, answer.headers['retry-after'])
}

/** As `pauseAfter`, after a connection that closed before its answer was complete. */
export const pauseAfterClosed = (attempt: number): number | undefined =>
  attempt >= MAX_ATTEMPTS ? undefined : pauseBefore(attempt, undefined)

/** Retries a repeatable request on 5xx until it succeeds or the attempts are used up. */
export async function withRetries(
  send: () => Promise<HttpAnswer>,
  sleep: (ms: number) => Promise<void>,
): Promise<HttpAnswer> {
  for (let attempt = 1; ; attempt++) {
    const answer = await send()
    const pause = pauseAfter(answer, attempt)
    if (pause === undefined) return answer
    await sleep(pause)
  }
}

/**
 * Milliseconds to wait after an attempt: exponential, with random jitter down to half, so that many callers do not
 * return at the same time; or Retry-After, up to the longest pause.
 */
export function pauseBefore(
  attempt: number,
  retryAfter: string | undefined,
  random: () => number = Math.random,
): number {
  const requested = retryAfterMs(retryAfter)
  if (requested !== undefined) return Math.min(requested, LONGEST_PAUSE)
  const most = Math.min(FIRST_PAUSE * 2 ** (attempt - 1), LONGEST_PAUSE)
  return most / 2 + (most / 2) * random()
}

/** Retry-After in milliseconds from now: seconds, or a date (RFC 9110, 10.2.3). */
export function retryAfterMs(value: string | undefined, now = Date.now()): number | undefined {
  if (value === undefined) return undefined
  if (/^\d{1,8}$/.test(value)) return Number(value) * 1000
  const date = Date.parse(value)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}
