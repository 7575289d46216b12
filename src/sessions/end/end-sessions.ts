import type { Context } from '../../cli/context.ts'
import { wasNotApplied } from '../../core/request-outcome.ts'
import { EXIT, interrupted, type UserError } from '../../errors.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import type { SessionTarget } from '../target.ts'
import { asUserError, isRepeatable, MAY_HAVE_ENDED } from './end-errors.ts'
import { type EndAnswer, type EndListeners, type EndResult, EndTally } from './end-tally.ts'
import { interleave } from './interleave.ts'
import { Lanes } from './lanes.ts'
import { ServerPause } from './server-pause.ts'
import { type EndUnit, isUser, type UserSessions, unitsOf } from './units.ts'
import { MIN_OVERDUE_MS, UsualLatency } from './usual-latency.ts'
import { waitUntilEnded } from './wait-until-ended.ts'

export interface EndOptions extends EndListeners {
  /** Sessions to end at the same time. */
  readonly concurrency: number
  /** Seconds to wait for an operation that continues in the server. */
  readonly actTimeout: number
  /** Users whose online sessions one request ends, as long as they are just those to end. */
  readonly byUser?: {
    readonly ids: ReadonlySet<string>
    /** Keycloak's logout of the user, which has to notify each session. `onRepeat` as in `EndRequest`. */
    readonly logOut: (user: UserSessions, onRepeat: () => void) => Promise<void>
  }
  /** Called right before each request for a session, and for all of a user before theirs. */
  readonly prepare?: (target: SessionTarget) => Promise<void>
  /** Is this session not to be ended after all? Asked right before its request; it counts as not tried. */
  readonly isHeldBack?: (target: SessionTarget) => boolean
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
 * Ends sessions one by one, or those of a user by one request, several at a time, each at most once. Sessions of a
 * client that does not respond move to a slow lane; an overdue session frees its slot. Observes pauses that the server
 * asks for. Failures are reported as they happen and returned at the end.
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

interface Sent {
  /** Requests so far that may have ended the session: each may have called its clients. */
  requests: number
  /** Its answer was lost, or does not tell. */
  mayHaveEnded: boolean
}

class EndRun {
  readonly #targets: readonly SessionTarget[]
  readonly #keycloak: Pick<Keycloak, 'endSession' | 'sessionsOf' | 'offlineSessionsOf'>
  readonly #ctx: Pick<Context, 'signal' | 'sleep' | 'now'>
  readonly #options: EndOptions
  readonly #tally: EndTally
  readonly #lanes: Lanes
  readonly #latency: UsualLatency
  readonly #pause: ServerPause
  readonly #waitedFor = new Set<string>()
  /** Of sessions for which the logout of their user failed: they wait for a request of their own. */
  readonly #sentForUser = new Map<SessionTarget, Sent>()
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
    this.#tally = new EndTally(options)
    this.#lanes = new Lanes(
      interleave(unitsOf(targets, options.byUser?.ids)),
      options.concurrency,
      options.onSlow,
    )
    this.#latency = new UsualLatency(() => ctx.now())
    this.#pause = new ServerPause(ctx, options.onPause)
  }

  async run(): Promise<EndResult> {
    await this.#lanes.run(
      (unit) => (isUser(unit) ? this.#endUser(unit) : this.#end(unit)),
      () => this.#ctx.signal.aborted || this.#stopped !== undefined,
    )
    for (const [target, { requests }] of this.#sentForUser) this.#tally.abandoned(target, requests)
    return this.#tally.result(this.#targets.length, this.#stopped)
  }

  async #end(target: SessionTarget): Promise<void> {
    if (this.#options.isHeldBack?.(target)) return
    const sent = this.#sentForUser.get(target) ?? { requests: 0, mayHaveEnded: false }
    this.#sentForUser.delete(target)
    try {
      const { answer, stalled } = await this.#endWithRetries(target, sent)
      // Of a session that had already ended Keycloak calls nobody.
      if (stalled || answer === 'ended') this.#lanes.finished(target, stalled)
      this.#tally.answered(target, answer, sent.requests)
    } catch (error) {
      this.#fail(target, asUserError(error), sent.requests)
    }
  }

  /** The answer stands for all sessions of the user, so that they are looked at before. */
  async #endUser(user: UserSessions): Promise<void> {
    await this.#pause.wait()
    const areThese = !this.#ctx.signal.aborted && (await this.#hasJustThese(user))
    if (this.#ctx.signal.aborted) return
    if (!areThese) {
      this.#lanes.takeApart(user)
      return
    }
    const stopWatching = this.#watch(user)
    let requests = 1
    try {
      const began = this.#ctx.now()
      await this.#options.byUser?.logOut(user, () => void requests++)
      this.#unreachable = 0
      const took = this.#ctx.now() - began
      this.#latency.ended()
      this.#lanes.finished(user, took >= STALL_MS)
      this.#userEnded(user, requests)
    } catch (error) {
      await this.#userNotEnded(user, asUserError(error), requests)
    } finally {
      stopWatching()
    }
  }

  /** Are the sessions that the user has now those to end? False if it cannot be read. */
  async #hasJustThese(user: UserSessions): Promise<boolean> {
    const { userId, sessions } = user
    try {
      const present = new Set((await this.#keycloak.sessionsOf(userId)).map(({ id }) => id))
      if (present.size !== sessions.length || !sessions.every(({ id }) => present.has(id))) return false
      for (const target of sessions) await this.#options.prepare?.(target)
      return true
    } catch (error) {
      // Each session says by itself what is wrong.
      this.#pause.request(asUserError(error).retryAfter)
      return false
    }
  }

  #userEnded({ sessions }: UserSessions, requests: number): void {
    for (const target of sessions) this.#tally.answered(target, 'ended', requests)
  }

  /** @param requests how often its sessions may have ended, the one included that failed */
  async #userNotEnded(user: UserSessions, failure: UserError, requests: number): Promise<void> {
    if (failure.code === 'still-running') {
      this.#lanes.detach(user)
      try {
        await waitUntilEnded(user, this.#keycloak, this.#ctx, this.#options.actTimeout)
        this.#userEnded(user, requests)
      } catch (error) {
        this.#failUser(user, asUserError(error), requests)
      }
    } else if (failure.code === 'interrupted') this.#failUser(user, failure, requests)
    else {
      if (failure.exitCode === EXIT.unreachable) this.#unreachable++
      this.#pause.request(failure.retryAfter)
      // Whether its clients answer is not known any more, and each session says by itself what came of it.
      this.#lanes.finished(user, true)
      const applied = wasNotApplied(failure) ? requests - 1 : requests
      if (applied > 0)
        for (const target of user.sessions)
          this.#sentForUser.set(target, { requests: applied, mayHaveEnded: true })
      this.#lanes.takeApart(user)
    }
  }

  #failUser({ sessions }: UserSessions, failure: UserError, requests: number): void {
    for (const target of sessions) this.#fail(target, failure, requests)
  }

  #fail(target: SessionTarget, failure: UserError, requests: number): void {
    // A missing role, or an ended sign-in, refuses all sessions alike: the run stops with this one error.
    if (failure.exitCode === EXIT.denied) this.#stopped ??= failure
    if (failure.code === 'interrupted' || failure.exitCode === EXIT.denied) {
      this.#tally.abandoned(target, requests)
      return
    }
    this.#tally.failed(target, failure, requests)
    if (this.#unreachable >= MAX_UNREACHABLE) this.#stopped ??= failure
  }

  async #endWithRetries(target: SessionTarget, sent: Sent): Promise<Ended> {
    for (let attempt = 1; ; attempt++) {
      await this.#pause.wait()
      if (this.#ctx.signal.aborted) throw interrupted(this.#ctx.signal)
      await this.#options.prepare?.(target)
      const stopWatching = this.#watch(target)
      try {
        const { answer, stalled } = await this.#request(target, sent, stopWatching)
        return { answer: sent.mayHaveEnded && answer === 'gone' ? 'unclear' : answer, stalled }
      } catch (error) {
        const failure = asUserError(error)
        if (wasNotApplied(failure)) sent.requests--
        if (failure.code === 'still-running') return await this.#waitUntilEnded(target)
        if (failure.exitCode === EXIT.unreachable) this.#unreachable++
        const isLast = attempt >= MAX_ATTEMPTS || this.#unreachable >= MAX_UNREACHABLE
        if (isLast || !isRepeatable(failure)) throw failure
        sent.mayHaveEnded ||= MAY_HAVE_ENDED.has(failure.code)
        this.#pause.request(failure.retryAfter)
        stopWatching()
        // Full jitter, so that the workers do not all come back at once.
        await this.#ctx.sleep(Math.random() * 250 * 2 ** attempt)
      } finally {
        stopWatching()
      }
    }
  }

  /** @param onPause called when the request is to be sent again, most often after a pause */
  async #request({ id, offline }: SessionTarget, sent: Sent, onPause: () => void): Promise<Ended> {
    const began = this.#ctx.now()
    sent.requests++
    const onRepeat = () => {
      sent.requests++
      onPause()
    }
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

  /**
   * Reports a request that stalls, and frees its slot once it is overdue. Returns a function that stops watching: a
   * request that waits to be sent again is not one that hangs.
   */
  #watch(unit: EndUnit): () => void {
    const began = this.#ctx.now()
    const sessions = isUser(unit) ? unit.sessions.length : 1
    const check = () => {
      const overdueAfter = this.#latency.overdueAfter(sessions)
      const waited = this.#ctx.now() - began
      if (waited < overdueAfter || !this.#latency.mayFreeSlot())
        overdue = setTimeout(check, Math.max(MIN_OVERDUE_MS, overdueAfter - waited))
      else if (this.#lanes.overdue(unit)) this.#latency.slotFreed()
    }
    let overdue = setTimeout(check, MIN_OVERDUE_MS)
    const stalled = setTimeout(() => this.#reportWaiting(unit), STALL_MS)
    return () => {
      clearTimeout(overdue)
      clearTimeout(stalled)
    }
  }

  #reportWaiting({ notified }: EndUnit): void {
    const clients = notified.join(' ')
    if (!this.#waitedFor.has(clients)) this.#options.onWaiting?.(notified)
    this.#waitedFor.add(clients)
  }
}
