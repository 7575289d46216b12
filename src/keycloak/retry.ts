/** A request that may be repeated without harm is sent this often in all, when each time the answer is a 5xx. */
export const TRIES = 4

const FIRST = 200
const LONGEST = 5000

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
