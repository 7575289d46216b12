/**
 * Nothing counts as overdue before this time. A fast server ends 500 sessions per second, and until the first session is
 * overdue, hanging ones may hold every slot: with 1 s the others kept 69 % of their rate (measured).
 */
export const MIN_OVERDUE_MS = 250
const OVERDUE_FACTOR = 4
/** Before so many sessions have ended it is not known how long one takes: then the first time counts. */
const MIN_SAMPLES = 16
const FIRST_OVERDUE_MS = 1_000

/** Measures how long it usually takes to end a session, as a moving average. All times in milliseconds. */
export class UsualLatency {
  readonly #now: () => number
  #samples = 0
  #average = 0
  #lastAt = 0
  #freedAt = Number.NEGATIVE_INFINITY

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

  /** Returns after how long a request for so many sessions counts as overdue. */
  overdueAfter(sessions = 1): number {
    const least = this.#samples < MIN_SAMPLES ? FIRST_OVERDUE_MS : MIN_OVERDUE_MS
    return Math.max(least, OVERDUE_FACTOR * this.#average * sessions)
  }

  /**
   * May the slot of an overdue request be freed? Always while sessions end. If none does, either the whole server is slow
   * or every slot waits for an application that hangs: then one after another, each as soon as the next request has had
   * the time to show which.
   */
  mayFreeSlot(): boolean {
    const usual = Math.max(MIN_OVERDUE_MS / 2, this.#average)
    const isStale = this.#now() - this.#lastAt > usual
    return !isStale || this.#now() - this.#freedAt >= 2 * usual
  }

  slotFreed(): void {
    this.#freedAt = this.#now()
  }
}
