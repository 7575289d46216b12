import { sessionKey } from '../../core/session-key.ts'
import { UserError } from '../../errors.ts'
import { endSessions } from '../../sessions/end/end-sessions.ts'
import type { EndAnswer, EndResult } from '../../sessions/end/end-tally.ts'
import type { UserSessions } from '../../sessions/end/units.ts'
import type { SessionTarget } from '../../sessions/target.ts'
import { pauseText } from '../../util/format.ts'
import { CallCounter } from './calls.ts'
import { expiryRule, PartReader, type Parts } from './client-parts.ts'
import { HoldBack } from './hold-back.ts'
import type { RealmRun } from './run.ts'

/** Ends sessions until something stops the run, and remembers which ones ended: their clients were notified. */
export interface SessionEnder {
  /** Ids of online sessions that were ended one by one. */
  readonly endedOnline: ReadonlySet<string>
  /** Ids of offline sessions that were ended one by one. */
  readonly endedOffline: ReadonlySet<string>
  /** The calls that ending sessions one by one meant for each client. */
  readonly calls: CallCounter
  readonly holdBack: HoldBack
  /** Why the run could not continue. */
  stopped(): UserError | undefined
  canContinue(): boolean
  /** @param userIds users whose sessions end by one request each */
  end(targets: readonly SessionTarget[], userIds?: ReadonlySet<string>): Promise<EndResult>
  /** Runs a part of the run. A `UserError` in it stops the run and is remembered; the result is undefined then. */
  attempt<T>(part: () => Promise<T>): Promise<T | undefined>
}

export function sessionEnder(run: RealmRun): SessionEnder {
  const { keycloak, ctx } = run
  const { concurrency, actTimeout } = run.settings
  const endedOnline = new Set<string>()
  const endedOffline = new Set<string>()
  const calls = new CallCounter()
  const holdBack = new HoldBack(run)
  const { realm, clients, serverTimeOffset } = run.snapshot
  const rule = expiryRule(clients, realm)
  const reader = new PartReader(keycloak, { realm, rule, now: () => ctx.now(), serverTimeOffset })
  /** Of the sessions whose requests are under way. */
  const parts = new Map<string, Parts>()
  let stopped: UserError | undefined

  const remember: Remember = (target, answer, requests) => {
    const { id, offline } = target
    const ofTarget = parts.get(sessionKey(target))
    parts.delete(sessionKey(target))
    if (answer === 'ended') calls.ended(target, requests, ofTarget)
    else if (answer !== 'gone' && requests > 0) calls.unclear(target, requests, ofTarget)
    if (answer === 'failed') return
    // What is gone needs no further step, whoever ended it.
    if (!offline) endedOnline.add(id)
    else if (answer === 'ended') endedOffline.add(id)
  }

  return {
    endedOnline,
    endedOffline,
    calls,
    holdBack,
    stopped: () => stopped,
    canContinue: () => stopped === undefined && !ctx.signal.aborted,

    async end(targets, ids = new Set()) {
      const listeners = endListeners(run, remember)
      const byUser = {
        ids,
        async logOut({ userId, sessions }: UserSessions, onRepeat: () => void) {
          await keycloak.logoutUser(userId, { onRepeat }).catch((error: unknown) => {
            // Each may get a request of its own, much later.
            if (!(error instanceof UserError && MAY_GO_ON.includes(error.code)))
              for (const one of sessions) parts.delete(sessionKey(one))
            throw error
          })
        },
      }
      const prepare = async (target: SessionTarget) => {
        const key = sessionKey(target)
        if (!parts.has(key)) parts.set(key, await reader.read(target))
      }
      const options = { concurrency, actTimeout, byUser, prepare, isHeldBack: holdBack.holds, ...listeners }
      const result = await endSessions(targets, keycloak, ctx, options)
      stopped ??= result.stopped
      return result
    },

    async attempt(part) {
      try {
        return await part()
      } catch (error) {
        if (!(error instanceof UserError)) throw error
        stopped ??= error
        return undefined
      }
    },
  }
}

/** Errors after which the sessions get no request of their own. */
const MAY_GO_ON = ['still-running', 'interrupted']

/** @param requests how often Keycloak may have called the clients of the session */
type Remember = (target: SessionTarget, answer: EndAnswer | 'failed', requests: number) => void

/** Shows and records what happens while sessions end. */
function endListeners(
  { progress, history, onSessionEnded, seenSoFar }: RealmRun,
  remember: Remember,
): Omit<Parameters<typeof endSessions>[3], 'concurrency' | 'actTimeout' | 'isHeldBack'> {
  let done = 0
  let failed = 0
  return {
    onEnded: (target, answer, requests) => {
      remember(target, answer, requests)
      if (answer === 'ended') onSessionEnded(target)
      history?.sessionEnded(target, answer)
      progress.update(++done, failed, seenSoFar())
    },
    onUnknown: (target, requests) => {
      remember(target, 'failed', requests)
      history?.sessionUnknown(target)
    },
    onFailed: ({ target, error }, requests) => {
      remember(target, 'failed', requests)
      progress.update(done, ++failed)
      history?.mark('failure', error.code)
      progress.note(`${target.username}, session ${target.id}: ${error.message}`)
    },
    onSlow: (clientId) => {
      progress.note(`${clientId} does not respond. Its sessions are ended in a separate slow lane.`)
      history?.mark('slow', clientId)
    },
    onPause: (milliseconds) => {
      progress.note(pauseText(milliseconds))
      history?.mark('pause', String(Math.round(milliseconds / 1000)))
    },
  }
}
