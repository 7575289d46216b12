/**
 * Nothing counts as overdue before this time. A fast server ends 500 sessions per second, and until the first session is
 * overdue, hanging ones may hold every slot: with 1 s the others kept 69 % of their rate (measured).
 */
export const MIN_OVERDUE_MS = 250
const OVERDUE_FACTOR = 4
/** Nothing counts as overdue before this many sessions have ended. */
const MIN_SAMPLES = 16

/** Measures how long it usually takes to end a session, as a moving average. All times in milliseconds. */
export class UsualLatency {
  readonly #now: () => number
  #samples = 0
  #average = 0
  #lastAt = 0

  constructor(now: () => number) {
    this.#now = now
  }

  /** Records a session that ended by itself, without stalling. */
  record(milliseconds: number): void {
    this.#samples++
    this.ended()
    this.#average += (milliseconds - this.#average) / Math.min(this.#samples, MIN_SAMPLES)
  }

  /** Sessions ended, by whatever request: the server is not slow as a whole. */
  ended(): void {
    this.#lastAt = this.#now()
  }

  /**
   * Returns after how long a request for so many sessions counts as overdue. Undefined if there are too few samples, or,
   * for one session, if none ends any more, so that the whole server is slow. Users with several soon hold every slot
   * when an application begins to hang, and then none ends although the server is fast.
   */
  overdueAfter(sessions = 1): number | undefined {
    const isStale = this.#now() - this.#lastAt > Math.max(MIN_OVERDUE_MS / 2, this.#average)
    if (this.#samples < MIN_SAMPLES || (isStale && sessions === 1)) return undefined
    return Math.max(MIN_OVERDUE_MS, OVERDUE_FACTOR * this.#average * sessions)
  }
}
