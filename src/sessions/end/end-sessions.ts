import type { Context } from '../../cli/context.ts'
import { EXIT, interrupted, UserError } from '../../errors.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import type { SessionTarget } from '../target.ts'
import { interleaved } from './interleave.ts'
import { createLanes } from './lanes.ts'
import { LEAST_MS, usualLatency } from './usual-latency.ts'
import { waitUntilEnded } from './wait-until-ended.ts'

export interface EndFailure {
  readonly target: SessionTarget
  /** In words, and not the error itself, which takes six times the memory: there may be 100,000 of them. */
  readonly error: Pick<UserError, 'code' | 'message' | 'exitCode'>
}

export interface EndResult {
  /** Sessions that this run ended, those among them whose first answer was lost and that had gone at the next try. */
  readonly ended: number
  /** Sessions that had gone by themselves. */
  readonly gone: number
  readonly failed: readonly EndFailure[]
  /** Not tried, because the run was interrupted or could not go on. */
  readonly untried: number
  /** Why the run could not go on: a role is missing, the sign-in has ended, the server does not answer any more. */
  readonly stopped: UserError | undefined
}

export interface EndOptions {
  readonly concurrency: number
  /** Seconds until an act that goes on in the server is given up. */
  readonly actTimeout: number
  readonly onEnded?: (target: SessionTarget, answer: 'ended' | 'gone') => void
  readonly onFailed?: (failure: EndFailure) => void
  /** A client's receiver keeps sessions waiting: from now on they wait in a lane of their own. */
  readonly onSlow?: (clientId: string) => void
  /** The server asked to be left alone for so many milliseconds, which begin now: said once of each pause. */
  readonly onPause?: (milliseconds: number) => void
  /** The answer for a session is slow to come: a receiver of one of these clients does not answer. Said once of each. */
  readonly onWaiting?: (notified: readonly string[]) => void
}

/** Keycloak waits 5 s for a receiver's answer; what takes almost as long was a receiver that did not answer. */
const STALL_MS = 4_000
const ATTEMPTS = 4
/** A request by itself waits so long before it is tried again after a 5xx; what is to wait longer waits here. */
const SHORT_PAUSE_MS = 5_000
/** So many failures to reach the server one after another, and it has gone. */
const BREAKER = 24

/**
 * Ends sessions one by one, many at a time. Each ends at most once: a repeated request finds none, which is no failure.
 * Sessions of a client whose receiver hangs move to a narrow lane, so that others do not wait for it, and one that is
 * late gives its place away before anybody knows why; a server that asks for a pause gets it; what cannot be ended is
 * reported as it happens and returned at the end.
 *
 * It does not decide what may be ended, and does not look whether it has gone.
 */
export async function endSessions(
  targets: readonly SessionTarget[],
  keycloak: Pick<Keycloak, 'endSession' | 'sessionsOf' | 'offlineSessionsOf'>,
  ctx: Pick<Context, 'signal' | 'sleep' | 'now'>,
  { concurrency, actTimeout, onEnded, onFailed, onSlow, onPause, onWaiting }: EndOptions,
): Promise<EndResult> {
  let ended = 0
  let gone = 0
  let tried = 0
  let unreachable = 0
  let pausedUntil = 0
  let stopped: UserError | undefined
  const failed: EndFailure[] = []
  const waitedFor = new Set<string>()
  const queue = createLanes(interleaved(targets), concurrency, onSlow)
  const pace = usualLatency(() => ctx.now())

  const sayWaiting = ({ notified }: SessionTarget) => {
    const clients = notified.join(' ')
    if (!waitedFor.has(clients)) onWaiting?.(notified)
    waitedFor.add(clients)
  }

  /** Looks after a while whether the session is late, and again while that cannot be told. */
  const watchOver = (target: SessionTarget, began: number) => {
    const look = () => {
      const lateAfter = pace.lateAfter()
      const waited = ctx.now() - began
      if (lateAfter !== undefined && waited >= lateAfter) queue.late(target)
      else timer = setTimeout(look, Math.max(LEAST_MS, (lateAfter ?? 0) - waited))
    }
    let timer = setTimeout(look, LEAST_MS)
    return { over: () => clearTimeout(timer) }
  }

  async function attempt(target: SessionTarget): Promise<{ answer: 'ended' | 'gone'; stalled: boolean }> {
    let mayHaveEnded = false
    for (let count = 1; ; count++) {
      if (pausedUntil > ctx.now()) await ctx.sleep(pausedUntil - ctx.now())
      if (ctx.signal.aborted) throw interrupted(ctx.signal)
      const began = ctx.now()
      const waiting = setTimeout(sayWaiting, STALL_MS, target)
      const watch = watchOver(target, began)
      try {
        const answer = await keycloak.endSession(target.id, { offline: target.offline })
        unreachable = 0
        const took = ctx.now() - began
        if (took < STALL_MS) pace.took(took)
        // It was there when it was listed: that it has gone is the work of the earlier try.
        return { answer: mayHaveEnded ? 'ended' : answer, stalled: took >= STALL_MS }
      } catch (error) {
        const said = asUserError(error)
        if (said.code === 'still-running') {
          queue.park(target) // those that follow should not wait for it
          return { answer: await waitUntilEnded(target, keycloak, ctx, actTimeout), stalled: true }
        }
        if (said.exitCode === EXIT.unreachable) unreachable++
        if (count >= ATTEMPTS || !canRepeat(said) || unreachable >= BREAKER) throw said
        mayHaveEnded ||= MAY_HAVE_ENDED.has(said.code)
        // Full jitter, so that eight workers do not come back at once; a pause the server asked for holds for all.
        if (said.retryAfter !== undefined) {
          const pause = Math.min(said.retryAfter, 60_000)
          if (pause > 0 && pausedUntil <= ctx.now()) onPause?.(pause)
          pausedUntil = Math.max(pausedUntil, ctx.now() + pause)
        }
        await ctx.sleep(Math.random() * 250 * 2 ** count)
      } finally {
        clearTimeout(waiting)
        watch.over()
      }
    }
  }

  async function end(target: SessionTarget): Promise<void> {
    tried++
    try {
      const { answer, stalled } = await attempt(target)
      if (answer === 'ended') ended++
      else gone++
      queue.finished(target, stalled)
      onEnded?.(target, answer)
    } catch (error) {
      const said = asUserError(error)
      if (said.code === 'interrupted') tried--
      else {
        const { code, message, exitCode } = said
        const failure = { target, error: { code, message, exitCode } }
        failed.push(failure)
        onFailed?.(failure)
        if (said.exitCode === EXIT.denied || unreachable >= BREAKER) stopped = said
      }
    }
  }

  await queue.run(end, () => ctx.signal.aborted || stopped !== undefined)
  return { ended, gone, failed, untried: targets.length - tried, stopped }
}

/**
 * Ending a session is idempotent: 404 means that it has gone. So a lost answer may be asked for again, and so may a
 * server that asked to be left alone for a while. What failed in the server (5xx) was already tried again with the
 * request itself.
 */
const canRepeat = ({ code, exitCode, retryAfter }: UserError) =>
  code === 'too-many-requests' ||
  (code === 'server-unavailable' ? (retryAfter ?? 0) > SHORT_PAUSE_MS : exitCode === EXIT.unreachable)

/** So a request ends that may have been carried out all the same: its answer is lost, or a proxy gave one of its own. */
const MAY_HAVE_ENDED = new Set(['connection-closed', 'network', 'server-unavailable'])

const asUserError = (error: unknown): UserError =>
  error instanceof UserError
    ? error
    : new UserError('internal', error instanceof Error ? error.message : String(error), { cause: error })
