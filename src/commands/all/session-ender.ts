import { UserError } from '../../errors.ts'
import { type EndResult, endSessions } from '../../sessions/end/end-sessions.ts'
import type { SessionTarget } from '../../sessions/target.ts'
import { pauseText } from '../../util/format.ts'
import { countEach } from './counts.ts'
import type { RealmRun } from './run.ts'

/** Ends sessions until something stops the run, and remembers which ones ended: their clients were notified. */
export interface SessionEnder {
  /** Ids of online sessions that were ended one by one. */
  readonly endedOnline: ReadonlySet<string>
  /** Ids of offline sessions that were ended one by one. */
  readonly endedOffline: ReadonlySet<string>
  /** Number of sessions that were ended one by one, by internal client id. */
  readonly endedByClient: ReadonlyMap<string, number>
  /** Why the run could not continue. */
  stopped(): UserError | undefined
  canContinue(): boolean
  end(targets: readonly SessionTarget[]): Promise<EndResult>
  /** Runs a part of the run. A `UserError` in it stops the run and is remembered; the result is undefined then. */
  attempt<T>(part: () => Promise<T>): Promise<T | undefined>
}

export function sessionEnder(run: RealmRun): SessionEnder {
  const { keycloak, ctx } = run
  const { concurrency, actTimeout } = run.settings
  const endedOnline = new Set<string>()
  const endedOffline = new Set<string>()
  const endedByClient = new Map<string, number>()
  let stopped: UserError | undefined

  const remember = ({ id, offline, clients }: SessionTarget, answer: 'ended' | 'gone') => {
    // An online session that was gone may have been ended by a request whose answer was lost.
    if (!offline) endedOnline.add(id)
    else if (answer === 'ended') endedOffline.add(id)
    if (answer === 'ended') countEach(endedByClient, clients)
  }

  return {
    endedOnline,
    endedOffline,
    endedByClient,
    stopped: () => stopped,
    canContinue: () => stopped === undefined && !ctx.signal.aborted,

    async end(targets) {
      const listeners = endListeners(run, remember)
      const result = await endSessions(targets, keycloak, ctx, { concurrency, actTimeout, ...listeners })
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

/** Shows and records what happens while sessions end. */
function endListeners(
  { progress, history, onSessionEnded, seenSoFar }: RealmRun,
  remember: (target: SessionTarget, answer: 'ended' | 'gone') => void,
): Omit<Parameters<typeof endSessions>[3], 'concurrency' | 'actTimeout'> {
  let done = 0
  let failed = 0
  return {
    onEnded: (target, answer) => {
      remember(target, answer)
      if (answer === 'ended') onSessionEnded(target)
      history?.sessionEnded(target.clients)
      progress.update(++done, failed, seenSoFar())
    },
    onFailed: ({ target, error }) => {
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
