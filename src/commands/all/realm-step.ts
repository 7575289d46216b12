import { isNotifiedBySessionEndOnly } from '../../core/reach.ts'
import { wasNotApplied } from '../../core/request-outcome.ts'
import { EXIT, interrupted, UserError } from '../../errors.ts'
import { waitUntilRealmLoggedOut } from '../../sessions/end/wait-until-ended.ts'
import type { SessionTarget } from '../../sessions/target.ts'
import { checkAdminUrls } from './admin-urls.ts'
import type { AdminUrlEntry, RealmCall, Watch } from './outcome.ts'
import type { RealmRun } from './run.ts'
import type { SessionEnder } from './session-ender.ts'
import { watchWhile } from './watch.ts'

export interface RealmStepResult {
  /** Undefined if the realm step did not run. */
  readonly realmStep: RealmStepCall | undefined
  /** Ids of sessions seen during the realm step whose clients it does not notify. */
  readonly unnotifiedIds: ReadonlySet<string>
  /** Number of offline sessions that stopped working although a client could have been notified. */
  readonly offlineUnnotified: number
  readonly watch: Watch | undefined
  readonly adminUrls: readonly AdminUrlEntry[]
}

export interface RealmStepCall {
  readonly call: RealmCall
  /** Online sessions that were left for it. Only `verify` knows which of them ended. */
  readonly remaining: readonly SessionTarget[]
  readonly seconds: number
}

/** The result if the realm step did not run. */
export const NO_REALM_STEP: RealmStepResult = {
  realmStep: undefined,
  unnotifiedIds: new Set(),
  offlineUnnotified: 0,
  watch: undefined,
  adminUrls: [],
}

/**
 * Runs Keycloak's own realm logout, watches which sessions it ends, and checks the Admin URLs afterwards.
 * @param notBefore the realm's, just before: it changes when the logout is complete
 */
export async function realmStep(
  run: RealmRun,
  ender: SessionEnder,
  notBefore: number | undefined,
): Promise<RealmStepResult> {
  const { snapshot, keycloak, ctx, progress, connect, history } = run
  const began = ctx.now()
  progress.phase("Keycloak's realm logout")
  const clients = snapshot.clients.filter(isNotifiedBySessionEndOnly)
  const logout = realmLogout(run, notBefore)
  const watched = await ender.attempt(() => watchWhile(logout.run, clients, keycloak, ctx))
  if (watched) history?.setRemaining(new Map())
  const call = logout.call()
  const mayHaveRun = call === 'done' || call === 'unknown'
  const remaining = [...snapshot.online.targets.values()].filter(({ id }) => !ender.endedOnline.has(id))

  const ids = new Set(clients.map(({ id }) => id))
  const isUnnotified = (target: SessionTarget) => target.clients.some((id) => ids.has(id))
  const unnotifiedIds = new Set(watched?.seen)
  if (mayHaveRun) for (const target of remaining) if (isUnnotified(target)) unnotifiedIds.add(target.id)
  for (const id of ender.endedOnline) unnotifiedIds.delete(id)
  if (snapshot.ownSessionId) unnotifiedIds.delete(snapshot.ownSessionId)
  // Ending the online session of the same id has notified its clients.
  const isOfflineUnnotified = (target: SessionTarget) =>
    !ender.endedOffline.has(target.id) && !ender.endedOnline.has(target.id) && isUnnotified(target)

  const connects = async (url: string) => (await connect(url)) === 'accepted'
  if (watched) progress.phase('checking Admin URLs')
  return {
    realmStep: { call, remaining, seconds: (ctx.now() - began) / 1000 },
    unnotifiedIds,
    offlineUnnotified: mayHaveRun
      ? [...snapshot.offline.targets.values()].filter(isOfflineUnnotified).length
      : 0,
    watch: watched?.watch,
    adminUrls: watched ? await checkAdminUrls(snapshot.clients, keycloak, connects) : [],
  }
}

/** Keycloak's realm logout, and how far its request came. */
function realmLogout(
  { keycloak, ctx, progress, settings }: RealmRun,
  notBefore: number | undefined,
): { readonly run: () => Promise<void>; readonly call: () => RealmCall } {
  let call: RealmCall = 'not-sent'
  return {
    call: () => call,
    async run() {
      if (ctx.signal.aborted) throw interrupted(ctx.signal)
      call = 'unknown'
      try {
        await keycloak.logoutRealm()
      } catch (error) {
        // A server that was not reached has not refused anything.
        if (error instanceof UserError && wasNotApplied(error))
          call = error.exitCode === EXIT.unreachable ? 'not-sent' : 'refused'
        if (!(error instanceof UserError && error.code === 'still-running')) throw error
        progress.note('Still waiting: an application behind an Admin URL is slow to respond.')
        await waitUntilRealmLoggedOut(notBefore, keycloak, ctx, settings.actTimeout)
      }
      call = 'done'
    },
  }
}
