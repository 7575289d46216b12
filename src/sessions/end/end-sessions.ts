import type { Context } from '../../cli/context.ts'
import { wasNotApplied } from '../../core/request-outcome.ts'
import { EXIT, interrupted, type UserError } from '../../errors.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import type { SessionTarget } from '../target.ts'
import { asUserError, isRepeatable, MAY_HAVE_ENDED } from './end-errors.ts'
import { interleave } from './interleave.ts'
import { Lanes } from './lanes.ts'
import { ServerPause } from './server-pause.ts'
import { MIN_OVERDUE_MS, UsualLatency } from './usual-latency.ts'
import { waitUntilEnded } from './wait-until-ended.ts'

export interface EndFailure {
  readonly target: SessionTarget
  /** Only these fields: error objects take six times the memory, and there may be 100,000 failures. */
  readonly error: Pick<UserError, 'code' | 'message' | 'exitCode'>
}

export interface EndResult {
  /** Sessions that this run ended, as Keycloak confirmed. */
  readonly ended: number
  /** Sessions that had already ended. */
  readonly gone: number
  /** Sessions for which a request was sent, and whether it ended them is unknown. */
  readonly unknown: number
  readonly failed: readonly EndFailure[]
  /** Sessions not attempted, because the run was interrupted or stopped. */
  readonly untried: number
  /** Why the run stopped: a role is missing, the sign-in has ended, the server does not respond. */
  readonly stopped: UserError | undefined
}

/**
 * `gone`: the session had already ended. `unclear`: it is gone after a request whose answer was lost: that request may
 * have ended it.
 */
export type EndAnswer = 'ended' | 'gone' | 'unclear'

export interface EndOptions {
  /** Sessions to end at the same time. */
  readonly concurrency: number
  /** Seconds to wait for an operation that continues in the server. */
  readonly actTimeout: number
  /** Is this session not to be ended after all? Asked right before its request; it counts as not tried. */
  readonly isHeldBack?: (target: SessionTarget) => boolean
  /** @param requests how often Keycloak may have called the clients of the session */
  readonly onEnded?: (target: SessionTarget, answer: EndAnswer, requests: number) => void
  readonly onFailed?: (failure: EndFailure, requests: number) => void
  /** Called for a session with which the run does not go on although a request may have ended it. */
  readonly onUnknown?: (target: SessionTarget, requests: number) => void
  /** Called once for each client whose sessions stall and now wait in the slow lane. */
  readonly onSlow?: (clientId: string) => void
  /** Called when the server asks for a pause, once for each pause. */
  readonly onPause?: (milliseconds: number) => void
  /** Called when a session stalls because one of these clients does not respond, once for the same clients. */
  readonly onWaiting?: (notified: readonly string[]) => void
}

/** Keycloak waits 5 s for an application. A request that takes almost as long has stalled. */
const STALL_MS = 4_000
const MAX_ATTEMPTS = 4
/** Stop after this many consecutive connection failures. */
const MAX_UNREACHABLE = 24

/**
 * Ends sessions one by one, several at a time, each at most once. Sessions of a client that does not respond move to a
 * slow lane; an overdue session frees its slot. Observes pauses that the server asks for. Failures are reported as they
 * happen and returned at the end.
 *
 * Does not decide which sessions to end, and does not verify that they have ended.
 */
export const endSessions = (
  targets: readonly SessionTarget[],
  keycloak: Pick<Keycloak, 'endSession' | 'sessionsOf' | 'offlineSessionsOf'>,
  ctx: Pick<Context, 'signal' | 'sleep' | 'now'>,
  options: EndOptions,
): Promise<EndResult> => new EndRun(targets, keycloak, ctx, options).run()

interface Ended {
  readonly answer: EndAnswer
  readonly stalled: boolean
}

/** Requests so far that may have ended the session: each may have called its clients. */
interface Sent {
  requests: number
}

class EndRun {
  readonly #targets: readonly SessionTarget[]
  readonly #keycloak: Pick<Keycloak, 'endSession' | 'sessionsOf' | 'offlineSessionsOf'>
  readonly #ctx: Pick<Context, 'signal' | 'sleep' | 'now'>
  readonly #options: EndOptions
  readonly #lanes: Lanes
  readonly #latency: UsualLatency
  readonly #pause: ServerPause
  readonly #waitedFor = new Set<string>()
  readonly #failed: EndFailure[] = []
  #ended = 0
  #gone = 0
  #unknown = 0
  #tried = 0
  /** Connection failures in a row. */
  #unreachable = 0
  #stopped: UserError | undefined

  constructor(
    targets: readonly SessionTarget[],
    keycloak: Pick<Keycloak, 'endSession' | 'sessionsOf' | 'offlineSessionsOf'>,
    ctx: Pick<Context, 'signal' | 'sleep' | 'now'>,
    options: EndOptions,
  ) {
    this.#targets = targets
    this.#keycloak = keycloak
    this.#ctx = ctx
    this.#options = options
    this.#lanes = new Lanes(interleave(targets), options.concurrency, options.onSlow)
    this.#latency = new UsualLatency(() => ctx.now())
    this.#pause = new ServerPause(ctx, options.onPause)
  }

  async run(): Promise<EndResult> {
    await this.#lanes.run(
      (target) => this.#end(target),
      () => this.#ctx.signal.aborted || this.#stopped !== undefined,
    )
    return {
      ended: this.#ended,
      gone: this.#gone,
      unknown: this.#unknown,
      failed: this.#failed,
      untried: this.#targets.length - this.#tried,
      stopped: this.#stopped,
    }
  }

  async #end(target: SessionTarget): Promise<void> {
    if (this.#options.isHeldBack?.(target)) return
    this.#tried++
    const sent = { requests: 0 }
    try {
      const { answer, stalled } = await this.#endWithRetries(target, sent)
      if (answer === 'ended') this.#ended++
      else if (answer === 'gone') this.#gone++
      else this.#unknown++
      this.#lanes.finished(target, stalled)
      this.#options.onEnded?.(target, answer, sent.requests)
    } catch (error) {
      this.#fail(target, asUserError(error), sent.requests)
    }
  }

  #fail(target: SessionTarget, failure: UserError, requests: number): void {
    const { code, message, exitCode } = failure
    if (code === 'interrupted') {
      this.#abandon(target, requests)
      return
    }
    // A missing role, or an ended sign-in, refuses all sessions alike: the run stops with this one error.
    if (exitCode === EXIT.denied) {
      this.#stopped ??= failure
      this.#abandon(target, requests)
      return
    }
    const failed = { target, error: { code, message, exitCode } }
    this.#failed.push(failed)
    this.#options.onFailed?.(failed, requests)
    if (this.#unreachable >= MAX_UNREACHABLE) this.#stopped ??= failure
  }

  /** The run does not go on with this session. It counts as not tried if no request can have ended it. */
  #abandon(target: SessionTarget, requests: number): void {
    if (requests === 0) {
      this.#tried--
      return
    }
    this.#unknown++
    this.#options.onUnknown?.(target, requests)
  }

  async #endWithRetries(target: SessionTarget, sent: Sent): Promise<Ended> {
    let mayHaveEnded = false
    for (let attempt = 1; ; attempt++) {
      await this.#pause.wait()
      if (this.#ctx.signal.aborted) throw interrupted(this.#ctx.signal)
      const stopWatching = this.#watch(target)
      try {
        const { answer, stalled } = await this.#request(target, sent)
        return { answer: mayHaveEnded && answer === 'gone' ? 'unclear' : answer, stalled }
      } catch (error) {
        const failure = asUserError(error)
        if (wasNotApplied(failure)) sent.requests--
        if (failure.code === 'still-running') return await this.#waitUntilEnded(target)
        if (failure.exitCode === EXIT.unreachable) this.#unreachable++
        const isLast = attempt >= MAX_ATTEMPTS || this.#unreachable >= MAX_UNREACHABLE
        if (isLast || !isRepeatable(failure)) throw failure
        mayHaveEnded ||= MAY_HAVE_ENDED.has(failure.code)
        this.#pause.request(failure.retryAfter)
        // Full jitter, so that the workers do not all come back at once.
        await this.#ctx.sleep(Math.random() * 250 * 2 ** attempt)
      } finally {
        stopWatching()
      }
    }
  }

  async #request({ id, offline }: SessionTarget, sent: Sent): Promise<Ended> {
    const began = this.#ctx.now()
    const onRepeat = () => void sent.requests++
    onRepeat()
    const answer = await this.#keycloak.endSession(id, { offline, onRepeat })
    this.#unreachable = 0
    const took = this.#ctx.now() - began
    if (took < STALL_MS) this.#latency.record(took)
    return { answer, stalled: took >= STALL_MS }
  }

  async #waitUntilEnded(target: SessionTarget): Promise<Ended> {
    this.#lanes.detach(target)
    await waitUntilEnded(target, this.#keycloak, this.#ctx, this.#options.actTimeout)
    return { answer: 'ended', stalled: true }
  }

  /** Reports a request that stalls, and frees its slot once it is overdue. Returns a function that stops watching. */
  #watch(target: SessionTarget): () => void {
    const began = this.#ctx.now()
    const check = () => {
      const overdueAfter = this.#latency.overdueAfter()
      const waited = this.#ctx.now() - began
      if (overdueAfter !== undefined && waited >= overdueAfter) this.#lanes.overdue(target)
      else overdue = setTimeout(check, Math.max(MIN_OVERDUE_MS, (overdueAfter ?? 0) - waited))
    }
    let overdue = setTimeout(check, MIN_OVERDUE_MS)
    const stalled = setTimeout(() => this.#reportWaiting(target), STALL_MS)
    return () => {
      clearTimeout(overdue)
      clearTimeout(stalled)
    }
  }

  #reportWaiting({ notified }: SessionTarget): void {
    const clients = notified.join(' ')
    if (!this.#waitedFor.has(clients)) this.#options.onWaiting?.(notified)
    this.#waitedFor.add(clients)
  }
}
