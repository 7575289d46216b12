import type { HttpAnswer } from './messages.ts'

/** A request that may be repeated without harm is sent this often in all, when each time the answer is a 5xx. */
export const TRIES = 4

const FIRST = 200
const LONGEST = 5000

/**
 * Milliseconds to wait after the n-th answer before the request is sent again; undefined when it is not, because the
 * answer is none of a server in trouble, there were enough tries, or the server wants to be left alone for longer than
 * a short pause: whoever asked is told so instead.
 */
export function pauseAfter(answer: HttpAnswer, tries: number): number | undefined {
  if (answer.status < 500 || tries >= TRIES) return undefined
  const asked = retryAfterMs(answer.headers['retry-after'])
  if (asked !== undefined && asked > LONGEST) return undefined
  return pauseBefore(tries, answer.headers['retry-after'])
}

/** The same after a connection that broke before its answer was complete, for what may be asked again without harm. */
export const pauseAfterClosed = (tries: number): number | undefined =>
  tries >= TRIES ? undefined : pauseBefore(tries, undefined)

/** Sends a request that may be repeated without harm until its answer is none of a server in trouble, or for good. */
export async function withRetries(
  send: () => Promise<HttpAnswer>,
  sleep: (ms: number) => Promise<void>,
): Promise<HttpAnswer> {
  for (let tries = 1; ; tries++) {
    const answer = await send()
    const pause = pauseAfter(answer, tries)
    if (pause === undefined) return answer
    await sleep(pause)
  }
}

/**
 * Milliseconds to wait after the n-th try: longer each time, by chance between half and the whole, so that many
 * callers do not come back at once; or what Retry-After says, within reason.
 */
export function pauseBefore(
  tries: number,
  retryAfter: string | undefined,
  chance: () => number = Math.random,
): number {
  const asked = retryAfterMs(retryAfter)
  if (asked !== undefined) return Math.min(asked, LONGEST)
  const most = Math.min(FIRST * 2 ** (tries - 1), LONGEST)
  return most / 2 + (most / 2) * chance()
}

/** Retry-After in milliseconds from now: seconds, or a date (RFC 9110, 10.2.3). */
export function retryAfterMs(value: string | undefined, now = Date.now()): number | undefined {
  if (value === undefined) return undefined
  if (/^\d{1,8}$/.test(value)) return Number(value) * 1000
  const date = Date.parse(value)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}
