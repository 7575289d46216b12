/**
 * Shorter than this nothing is late, however quick the others are. A quick server ends 500 sessions a second, and until
 * the first one is late those that hang may hold every place: at 1 s the others kept 69 % of their rate (measured).
 */
export const LEAST_MS = 250
const TIMES_AS_LONG = 4
/** So many have to be known before anything is called late. */
const ENOUGH = 16

export interface UsualLatency {
  /** One has ended that was not kept waiting, and took so long. */
  took(milliseconds: number): void
  /**
   * From when on one is late; undefined while that cannot be said: too little is known, or none ends any more, so that
   * it is the server that keeps everybody waiting.
   */
  lateAfter(): number | undefined
}

/** Knows how long a session usually takes to end, lately. Times are milliseconds. */
export function usualLatency(now: () => number): UsualLatency {
  let known = 0
  let usual = 0
  let last = 0
  return {
    took(milliseconds) {
      known++
      last = now()
      usual += (milliseconds - usual) / Math.min(known, ENOUGH)
    },
    lateAfter: () =>
      known < ENOUGH || now() - last > Math.max(LEAST_MS / 2, usual)
        ? undefined
        : Math.max(LEAST_MS, TIMES_AS_LONG * usual),
  }
}
