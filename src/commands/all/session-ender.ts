import type { Context } from '../../cli/context.ts'
import { UserError } from '../../errors.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import { type EndResult, endSessions } from '../../sessions/end/end-sessions.ts'
import type { SessionTarget } from '../../sessions/target.ts'
import type { Progress } from '../../ui/output.ts'
import { pauseText } from '../../util/format.ts'
import type { RunHistory } from './history.ts'

/** Ends targets as long as nothing stops the run, and remembers what was ended, and so told. */
export interface SessionEnder {
  /** Online sessions that were ended one by one. */
  readonly notified: ReadonlySet<string>
  /** Offline sessions that were ended one by one. */
  readonly offlineNotified: ReadonlySet<string>
  /** Of each client (internal id), how many of its sessions were ended one by one. */
  readonly endedAt: ReadonlyMap<string, number>
  /** Why the run could not go on. */
  stopped(): UserError | undefined
  goesOn(): boolean
  end(targets: readonly SessionTarget[]): Promise<EndResult>
  /** Keycloak's own logout of the realm has come to its end. */
  realmEnded(): void
  /** Runs a part of the run; what keeps it from its end stops the run and is remembered. Then the answer is undefined. */
  attempt<T>(part: () => Promise<T>): Promise<T | undefined>
}

export function sessionEnder(
  keycloak: Keycloak,
  ctx: Context,
  progress: Progress,
  {
    concurrency,
    actTimeout,
    history,
  }: { readonly concurrency: number; readonly actTimeout: number; readonly history?: RunHistory | undefined },
): SessionEnder {
  const notified = new Set<string>()
  const offlineNotified = new Set<string>()
  const endedAt = new Map<string, number>()
  let stopped: UserError | undefined

  const remember = ({ id, offline, clients }: SessionTarget, answer: 'ended' | 'gone') => {
    // An online session that has gone may have been ended by a request whose answer was lost.
    if (!offline) notified.add(id)
    else if (answer === 'ended') offlineNotified.add(id)
    if (answer === 'ended') for (const client of clients) endedAt.set(client, (endedAt.get(client) ?? 0) + 1)
  }

  return {
    notified,
    offlineNotified,
    endedAt,
    stopped: () => stopped,
    goesOn: () => stopped === undefined && !ctx.signal.aborted,

    async end(targets) {
      let done = 0
      let failed = 0
      const result = await endSessions(targets, keycloak, ctx, {
        concurrency,
        actTimeout,
        onEnded: (target, answer) => {
          remember(target, answer)
          history?.ended(target.clients)
          progress.update(++done, failed)
        },
        onFailed: ({ target, error }) => {
          progress.update(done, ++failed)
          history?.mark('failure', error.code)
          progress.note(`${target.username}, session ${target.id}: ${error.message}`)
        },
        onSlow: (clientId) => {
          progress.note(`The receiver of ${clientId} hangs: its sessions wait in a lane of their own.`)
          history?.mark('slow', clientId)
        },
        onPause: (milliseconds) => {
          progress.note(pauseText(milliseconds))
          history?.mark('pause', String(Math.round(milliseconds / 1000)))
        },
      })
      stopped ??= result.stopped
      return result
    },

    realmEnded: () => history?.looked(new Map()),

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
