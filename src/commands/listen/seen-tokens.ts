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
