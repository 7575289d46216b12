import type { Context, Progress } from '../context.ts'
import type { AdminUrlEntry, Phase, Watch } from '../core/all-outcome.ts'
import { needsSessionEnd } from '../core/reach.ts'
import { UserError } from '../errors.ts'
import type { Keycloak } from '../keycloak/keycloak.ts'
import { adminUrlsAfter } from './admin-urls.ts'
import type { Found } from './log-out-realm.ts'
import type { Ending } from './realm-ending.ts'
import { watched } from './realm-watch.ts'
import { waitUntilRealmLoggedOut } from './still-running.ts'
import type { Target } from './targets.ts'

export interface RealmStepResult {
  /** Sessions of clients that the realm step does not tell, as far as they could be seen when it ran. */
  readonly atRisk: ReadonlySet<string>
  /** Offline sessions that the realm step made unusable without telling a client that would have been. */
  readonly offlineUntold: number
  readonly watch: Watch | undefined
  readonly adminUrls: readonly AdminUrlEntry[]
}

/** Where the realm step did not run. */
export const NOTHING_SEEN: RealmStepResult = {
  atRisk: new Set(),
  offlineUntold: 0,
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
  ending: Ending,
  actTimeout: number,
): Promise<RealmStepResult & { readonly phase: Phase }> {
  const began = ctx.now()
  progress.phase("Keycloak's logout of the realm")
  const untellable = found.clients.filter(needsSessionEnd)
  const logOut = async () => {
    try {
      await keycloak.logoutRealm()
    } catch (error) {
      if (!(error instanceof UserError && error.code === 'still-running')) throw error
      progress.note('An application behind an Admin URL is slow to answer: Keycloak is still at it.')
      await waitUntilRealmLoggedOut(notBefore, keycloak, ctx, actTimeout)
    }
  }
  const seen = await ending.attempt(() => watched(logOut, untellable, keycloak, ctx))
  if (seen) ending.realmEnded()
  const { told, offlineTold } = ending
  const rest = [...found.online.keys()].filter((id) => !told.has(id)).length

  const ids = new Set(untellable.map(({ id }) => id))
  const involvesUntellable = ({ clients }: Target) => clients.some((id) => ids.has(id))
  const atRisk = new Set(seen?.seen)
  for (const target of found.online.values()) if (involvesUntellable(target)) atRisk.add(target.id)
  for (const id of told) atRisk.delete(id)
  if (found.ownSessionId) atRisk.delete(found.ownSessionId)
  // Whose online session of the same id was ended has heard of it.
  const isOfflineUntold = (target: Target) =>
    !offlineTold.has(target.id) && !told.has(target.id) && involvesUntellable(target)

  if (seen) progress.phase('asking Keycloak about Admin URLs')
  return {
    phase: {
      name: 'realm',
      sessions: rest,
      ended: seen ? rest : 0,
      gone: 0,
      failed: [],
      untried: seen ? 0 : rest,
      seconds: (ctx.now() - began) / 1000,
    },
    atRisk,
    offlineUntold: seen ? [...found.offline.values()].filter(isOfflineUntold).length : 0,
    watch: seen?.watch,
    adminUrls: seen ? await adminUrlsAfter(found.clients, keycloak, ctx) : [],
  }
}
