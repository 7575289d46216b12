import type { Context, Progress } from '../context.ts'
import type { AdminUrlEntry, Phase, Watch } from '../core/all-outcome.ts'
import { type AllPlan, clientsOfClientStep } from '../core/all-plan.ts'
import type { Client, Realm, Session } from '../core/model.ts'
import { needsSessionEnd } from '../core/reach.ts'
import type { UserError } from '../errors.ts'
import type { Keycloak } from '../keycloak/keycloak.ts'
import { adminUrlsAfter } from './admin-urls.ts'
import { type EndResult, endSessions } from './end-sessions.ts'
import { watched } from './realm-watch.ts'
import { survey } from './survey.ts'
import type { Target } from './targets.ts'

/** What the client step starts from, read while planning. */
export interface Found {
  readonly clients: readonly Client[]
  readonly realm: Realm
  readonly ownSessionId: string | undefined
  readonly online: ReadonlyMap<string, Target>
  readonly offline: ReadonlyMap<string, Target>
  readonly isChosen: (session: Session) => boolean
}

export interface RealmOptions {
  readonly concurrency: number
  /** Seconds. */
  readonly actTimeout: number
  /** Runs the realm step although sessions could not be ended. */
  readonly forceRealmStep: boolean
}

export interface RealmLoggedOut {
  readonly phases: readonly Phase[]
  /** Sessions that were ended one by one, and so told. */
  readonly told: ReadonlySet<string>
  /** Sessions of clients that the realm step does not tell, as far as they could be seen when it ran. */
  readonly atRisk: ReadonlySet<string>
  /** Offline sessions that the realm step made unusable without telling a client that would have been. */
  readonly offlineUntold: number
  readonly watch: Watch | undefined
  readonly adminUrls: readonly AdminUrlEntry[]
  /** Why the realm step did not run although it was planned. */
  readonly realmStepSkipped: string | undefined
  /** Why the run could not go on. */
  readonly stopped: UserError | undefined
}

/** Carries a plan out: the client step in passes, offline sessions, the realm step, the truth about Admin URLs. */
export async function logOutRealm(
  plan: AllPlan,
  found: Found,
  keycloak: Keycloak,
  ctx: Context,
  progress: Progress,
  options: RealmOptions,
): Promise<RealmLoggedOut> {
  if (plan.cutOffFirst) {
    await keycloak.setRealmNotBefore(Math.floor(ctx.now() / 1000))
    progress.note('Cut off: what was issued before this second is refused by Keycloak from now on.')
  }
  const ending = endingOf(keycloak, ctx, progress, options)
  const phases: Phase[] = []
  if (plan.clientStep) phases.push(await clientStep(plan, found, keycloak, ctx, progress, ending))
  if (plan.offlineStep && ending.goesOn()) phases.push(await offlineStep(found, ctx, progress, ending))

  const left = phases.reduce((sum, { failed, untried }) => sum + failed.length + untried, 0)
  const skipped = !plan.realmStep
    ? undefined
    : !ending.goesOn()
      ? (ending.stopped()?.code ?? 'interrupted')
      : left > 0 && !options.forceRealmStep
        ? 'sessions-left'
        : undefined
  const shared = { told: ending.told, realmStepSkipped: skipped }
  if (!plan.realmStep || skipped) {
    // With a realm step one's own session would have ended in it.
    if (!plan.realmStep && plan.clientStep && ending.goesOn()) await ending.end(ownTargets(found))
    return { ...shared, phases, ...NOTHING_SEEN, stopped: ending.stopped() }
  }
  const { phase, ...seen } = await realmStep(found, ending.told, keycloak, ctx, progress)
  return { ...shared, phases: [...phases, phase], ...seen, stopped: ending.stopped() }
}

const NOTHING_SEEN = { atRisk: new Set<string>(), offlineUntold: 0, watch: undefined, adminUrls: [] }

const ownTargets = ({ online, ownSessionId }: Found) =>
  [...online.values()].filter(({ id }) => id === ownSessionId)

/** Ends targets as long as nothing stops the run, and remembers which were ended, and so told. */
function endingOf(keycloak: Keycloak, ctx: Context, progress: Progress, options: RealmOptions) {
  const told = new Set<string>()
  let stopped: UserError | undefined
  return {
    told,
    stopped: () => stopped,
    goesOn: () => stopped === undefined && !ctx.signal.aborted,
    async end(targets: readonly Target[], earlier = { done: 0, failed: 0 }): Promise<EndResult> {
      let { done, failed } = earlier
      const result = await endSessions(targets, keycloak, ctx, {
        concurrency: options.concurrency,
        actTimeout: options.actTimeout,
        onEnded: ({ id }) => {
          told.add(id)
          progress.update(++done, failed)
        },
        onFailed: ({ target, error }) => {
          progress.update(done, ++failed)
          progress.note(`${target.username}, session ${target.id}: ${error.message}`)
        },
        onSlow: (clientId) =>
          progress.note(`The receiver of ${clientId} hangs: its sessions wait in a lane of their own.`),
      })
      stopped ??= result.stopped
      return result
    },
  }
}
type Ending = ReturnType<typeof endingOf>

/** People sign in meanwhile; a realm where they never stop must not keep the client step going for ever. */
const MOST_PASSES = 5

/** Ends the sessions that only a call at each session's end tells of, until a pass finds nothing new. */
async function clientStep(
  plan: AllPlan,
  found: Found,
  keycloak: Keycloak,
  ctx: Context,
  progress: Progress,
  ending: Ending,
): Promise<Phase> {
  const began = ctx.now()
  const clients = clientsOfClientStep(plan, found.clients)
  const ids = new Set(clients.map(({ id }) => id))
  const isOwn = ({ id }: Target) => id === found.ownSessionId
  const tried = new Set<string>()
  const results: EndResult[] = []
  let due = [...found.online.values()].filter(
    (target) => !isOwn(target) && target.clients.some((id) => ids.has(id)),
  )
  for (let pass = 1; due.length > 0; pass++) {
    progress.phase(pass === 1 ? 'ending sessions' : `ending sessions, pass ${pass}`, due.length)
    for (const { id } of due) tried.add(id)
    results.push(await ending.end(due))
    if (pass === MOST_PASSES || !ending.goesOn()) break
    const counts = await keycloak.sessionCounts()
    const again = await survey(clients, counts, false, found.isChosen, keycloak, ctx)
    due = [...again.sessions.values()].filter((target) => !isOwn(target) && !tried.has(target.id))
  }
  return phaseOf('client', tried.size, results, began, ctx.now())
}

/** Ends offline sessions one by one, so that their clients are told. */
async function offlineStep(found: Found, ctx: Context, progress: Progress, ending: Ending): Promise<Phase> {
  const began = ctx.now()
  progress.phase('ending offline sessions', found.offline.size)
  const result = await ending.end([...found.offline.values()])
  return phaseOf('offline', found.offline.size, [result], began, ctx.now())
}

/** Keycloak's own logout of the realm, watched; and what Keycloak says of the Admin URLs when it is asked honestly. */
async function realmStep(
  found: Found,
  told: ReadonlySet<string>,
  keycloak: Keycloak,
  ctx: Context,
  progress: Progress,
) {
  const began = ctx.now()
  progress.phase("Keycloak's logout of the realm")
  const untellable = found.clients.filter(needsSessionEnd)
  const { seen, watch } = await watched(() => keycloak.logoutRealm(), untellable, found.realm, keycloak, ctx)
  const rest = [...found.online.keys()].filter((id) => !told.has(id)).length
  const phase: Phase = {
    ...EMPTY,
    name: 'realm',
    sessions: rest,
    ended: rest,
    seconds: (ctx.now() - began) / 1000,
  }

  const ids = new Set(untellable.map(({ id }) => id))
  const isUntold = (target: Target) => !told.has(target.id) && target.clients.some((id) => ids.has(id))
  const atRisk = new Set(seen)
  for (const target of found.online.values()) if (isUntold(target)) atRisk.add(target.id)
  for (const id of told) atRisk.delete(id)
  if (found.ownSessionId) atRisk.delete(found.ownSessionId)
  const offlineUntold = [...found.offline.values()].filter(isUntold).length

  progress.phase('asking Keycloak about Admin URLs')
  return {
    phase,
    atRisk,
    offlineUntold,
    watch,
    adminUrls: await adminUrlsAfter(found.clients, keycloak, ctx),
  }
}

const EMPTY = { gone: 0, failed: [], untried: 0 }

function phaseOf(
  name: Phase['name'],
  sessions: number,
  results: readonly EndResult[],
  began: number,
  ended: number,
): Phase {
  const sum = (of: (result: EndResult) => number) => results.reduce((total, result) => total + of(result), 0)
  return {
    name,
    sessions,
    ended: sum((result) => result.ended),
    gone: sum((result) => result.gone),
    failed: results
      .flatMap((result) => result.failed)
      .map(({ target, error }) => ({ session: target.id, user: target.username, error: error.message })),
    untried: sum((result) => result.untried),
    seconds: (ended - began) / 1000,
    ...(name === 'client' ? { passes: results.length } : {}),
  }
}
