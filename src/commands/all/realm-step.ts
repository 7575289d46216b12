import type { Context } from '../../cli/context.ts'
import { isNotifiedBySessionEndOnly } from '../../core/reach.ts'
import { wasNotApplied } from '../../core/request-outcome.ts'
import { EXIT, interrupted, UserError } from '../../errors.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import { waitUntilRealmLoggedOut } from '../../sessions/end/wait-until-ended.ts'
import type { SessionTarget } from '../../sessions/target.ts'
import type { Progress } from '../../ui/output.ts'
import { adminUrlsAfter, type Connects } from './admin-urls.ts'
import type { AdminUrlEntry, RealmCall, Watch } from './outcome.ts'
import type { SessionEnder } from './session-ender.ts'
import type { Found } from './snapshot.ts'
import { watched } from './watch.ts'

export interface RealmStepResult {
  /** Undefined where the realm step did not run. */
  readonly realmStep: RealmStepTaken | undefined
  /** Sessions of clients that the realm step does not tell, as far as they could be seen when it ran. */
  readonly atRisk: ReadonlySet<string>
  /** Offline sessions that the realm step made unusable without telling a client that would have been. */
  readonly offlineUnnotified: number
  readonly watch: Watch | undefined
  readonly adminUrls: readonly AdminUrlEntry[]
}

export interface RealmStepTaken {
  readonly call: RealmCall
  /** Online sessions that were left for it. What came of them is known only when one looks again. */
  readonly rest: readonly SessionTarget[]
  readonly seconds: number
}

/** Where the realm step did not run. */
export const NOTHING_SEEN: RealmStepResult = {
  realmStep: undefined,
  atRisk: new Set(),
  offlineUnnotified: 0,
  watch: undefined,
  adminUrls: [],
}

/**
 * Keycloak's own logout of the realm, watched; and what Keycloak says of the Admin URLs when it is asked honestly.
 * @param notBefore the realm's, just before: it changes when the logout has come to its end
 */
export async function realmStep(
  found: Found,
  notBefore: number | undefined,
  keycloak: Keycloak,
  ctx: Context,
  progress: Progress,
  ending: SessionEnder,
  { actTimeout, connects }: { readonly actTimeout: number; readonly connects: Connects },
): Promise<RealmStepResult> {
  const began = ctx.now()
  let call = 'not-sent' as RealmCall
  progress.phase("Keycloak's logout of the realm")
  const untellable = found.clients.filter(isNotifiedBySessionEndOnly)
  const logOut = async () => {
    if (ctx.signal.aborted) throw interrupted(ctx.signal)
    call = 'unknown'
    try {
      await keycloak.logoutRealm()
    } catch (error) {
      // A server that was not reached has refused nothing.
      if (error instanceof UserError && wasNotApplied(error))
        call = error.exitCode === EXIT.unreachable ? 'not-sent' : 'refused'
      if (!(error instanceof UserError && error.code === 'still-running')) throw error
      progress.note('An application behind an Admin URL is slow to answer: Keycloak is still at it.')
      await waitUntilRealmLoggedOut(notBefore, keycloak, ctx, actTimeout)
    }
    call = 'done'
  }
  const seen = await ending.attempt(() => watched(logOut, untellable, keycloak, ctx))
  if (seen) ending.realmEnded()
  const { notified, offlineNotified } = ending
  const rest = [...found.online.values()].filter(({ id }) => !notified.has(id))
  const mayHaveRun = call === 'done' || call === 'unknown'

  const ids = new Set(untellable.map(({ id }) => id))
  const involvesUntellable = ({ clients }: SessionTarget) => clients.some((id) => ids.has(id))
  const atRisk = new Set(seen?.seen)
  if (mayHaveRun) for (const target of rest) if (involvesUntellable(target)) atRisk.add(target.id)
  for (const id of notified) atRisk.delete(id)
  if (found.ownSessionId) atRisk.delete(found.ownSessionId)
  // Whose online session of the same id was ended has heard of it.
  const isOfflineUnnotified = (target: SessionTarget) =>
    !offlineNotified.has(target.id) && !notified.has(target.id) && involvesUntellable(target)

  if (seen) progress.phase('asking Keycloak about Admin URLs')
  return {
    realmStep: { call, rest, seconds: (ctx.now() - began) / 1000 },
    atRisk,
    offlineUnnotified: mayHaveRun ? [...found.offline.values()].filter(isOfflineUnnotified).length : 0,
    watch: seen?.watch,
    adminUrls: seen ? await adminUrlsAfter(found.clients, keycloak, connects) : [],
  }
}
