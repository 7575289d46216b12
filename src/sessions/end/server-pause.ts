import type { Context } from '../../cli/context.ts'

const MAX_PAUSE_MS = 60_000

/** A pause that the server asked for (429 or 503 with Retry-After), at most a minute. All workers observe it. */
export class ServerPause {
  readonly #ctx: Pick<Context, 'sleep' | 'now'>
  readonly #onPause: ((milliseconds: number) => void) | undefined
  #until = 0

  /** @param onPause called when a pause starts, once for each pause */
  constructor(ctx: Pick<Context, 'sleep' | 'now'>, onPause: ((milliseconds: number) => void) | undefined) {
    this.#ctx = ctx
    this.#onPause = onPause
  }

  /** Resolves after the current pause, or at once. */
  async wait(): Promise<void> {
    const left = this.#until - this.#ctx.now()
    if (left > 0) await this.#ctx.sleep(left)
  }

  /** Starts or extends the pause; undefined does nothing. */
  request(milliseconds: number | undefined): void {
    if (milliseconds === undefined) return
    const pause = Math.min(milliseconds, MAX_PAUSE_MS)
    const now = this.#ctx.now()
    if (pause > 0 && this.#until <= now) this.#onPause?.(pause)
    this.#until = Math.max(this.#until, now + pause)
  }
}
