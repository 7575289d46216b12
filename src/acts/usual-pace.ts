/** Shorter than this nothing is late, however quick the others are. */
const LEAST_MS = 1_000
const TIMES_AS_LONG = 4
/** So many have to be known before anything is called late. */
const ENOUGH = 16

export interface UsualPace {
  /** One has ended that was not kept waiting, and took so long. */
  took(milliseconds: number): void
  /**
   * From when on one is late; undefined while that cannot be said: too little is known, or none ends any more, so that
   * it is the server that keeps everybody waiting.
   */
  lateAfter(): number | undefined
}

/** Knows how long a session usually takes to end, lately. Times are milliseconds. */
export function usualPace(now: () => number): UsualPace {
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
      known < ENOUGH || now() - last > LEAST_MS ? undefined : Math.max(LEAST_MS, TIMES_AS_LONG * usual),
  }
}
