import { clientsNotVisible } from '../../core/not-visible.ts'
import type { UserError } from '../../errors.ts'
import { formatTime } from '../../util/time.ts'
import type { CallCounter } from './calls.ts'
import { clientStep, offlineStep } from './client-step.ts'
import { countEach } from './counts.ts'
import type { HeldBack, Phase } from './outcome.ts'
import { NO_REALM_STEP, type RealmStepResult, realmStep } from './realm-step.ts'
import type { RealmRun } from './run.ts'
import { type SessionEnder, sessionEnder } from './session-ender.ts'

export interface Execution extends RealmStepResult {
  /** The steps that end sessions one by one. */
  readonly phases: readonly Phase[]
  /** Number of sessions to end one by one that started during the run, by internal client id. */
  readonly newByClient: ReadonlyMap<string, number>
  /** The calls that ending sessions one by one meant for each client. */
  readonly calls: CallCounter
  /** Number of offline sessions that stopped working without having been ended, by internal client id. */
  readonly invalidatedByClient: ReadonlyMap<string, number>
  /** Why a planned realm step did not run: `sessions-left`, `not-visible`, `unread`, `interrupted` or the code of `stopped`. */
  readonly realmStepSkipped: string | undefined
  readonly heldBack: readonly HeldBack[]
  readonly interrupted: boolean
  /** Why the run could not continue. */
  readonly stopped: UserError | undefined
}

/**
 * Carries out a plan: the client step in passes, offline sessions, the realm step, the check of Admin URLs. An error
 * after the first session ended is part of the result, so that what was done is not lost.
 * @throws {UserError} if the realm's not-before cannot be set first; nothing was changed then
 */
export async function execute(run: RealmRun): Promise<Execution> {
  const { plan, snapshot, ctx, progress, history } = run
  let { notBefore } = snapshot.realm
  if (plan.cutOffFirst) {
    notBefore = await cutOff(run)
    history?.mark('cut-off')
    progress.note(`Cut off: Keycloak rejects everything issued before ${formatTime(notBefore)}.`)
  }
  const ender = sessionEnder(run)
  const phases: Phase[] = []
  let newByClient: Execution['newByClient'] = new Map()
  if (plan.clientStep) {
    const step = await clientStep(run, ender)
    phases.push(step.phase)
    newByClient = step.newByClient
  }
  if (plan.offlineStep && ender.canContinue()) phases.push(await offlineStep(run, ender))

  const heldBack = await ender.holdBack.finish()

  const realmStepSkipped = plan.realmStep ? await whySkipped(run, phases, ender, heldBack) : undefined
  let realmStepResult: RealmStepResult = NO_REALM_STEP
  if (plan.realmStep && realmStepSkipped === undefined) {
    realmStepResult = await realmStep(run, ender, notBefore)
  } else if (!plan.realmStep && ender.canContinue()) {
    // A realm step would have ended our own session.
    const own = snapshot.online.targets.get(snapshot.ownSessionId ?? '')
    if (own) await ender.end([own])
  }
  const stopped = ender.stopped()
  if (stopped) history?.mark('stopped', stopped.code)
  return {
    ...realmStepResult,
    phases,
    newByClient,
    calls: ender.calls,
    invalidatedByClient: invalidated(run, ender, realmStepResult),
    realmStepSkipped,
    heldBack,
    interrupted: ctx.signal.aborted,
    stopped,
  }
}

/** A not-before makes the tokens of offline sessions invalid. Ending the online session of the same id has notified its clients. */
function invalidated(
  { plan, snapshot }: RealmRun,
  ender: SessionEnder,
  { realmStep }: RealmStepResult,
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  const isSet = realmStep?.call === 'done' || realmStep?.call === 'unknown' || plan.cutOffFirst
  if (!isSet) return counts
  for (const { id, clients } of snapshot.offline.targets.values())
    if (!ender.endedOffline.has(id) && !ender.endedOnline.has(id)) countEach(counts, clients)
  return counts
}

/**
 * Sets the realm's not-before to now and returns it; a later one stays, because it was set on purpose. Now is the time
 * of the server, which issues the tokens: with another clock they would outlive it, or users could not sign in.
 */
async function cutOff({ keycloak, ctx, progress }: RealmRun): Promise<number> {
  const serverTime = await keycloak.serverTime()
  if (serverTime === undefined)
    progress.note("The server's time is unknown with a given access token. Using this machine's clock.")
  const now = Math.floor((serverTime ?? ctx.now()) / 1000)
  const { notBefore: present = 0 } = await keycloak.realmInfo()
  if (present > now) return present
  await keycloak.setRealmNotBefore(now)
  return now
}

/** The realm step would end remaining sessions without notification. */
async function whySkipped(
  run: RealmRun,
  phases: readonly Phase[],
  ender: SessionEnder,
  heldBack: readonly HeldBack[],
) {
  const { settings, plan, snapshot, keycloak } = run
  const whyStopped = () => (ender.canContinue() ? undefined : (ender.stopped()?.code ?? 'interrupted'))
  if (whyStopped()) return whyStopped()
  if (plan.realmStepBlocked) return plan.realmStepBlocked
  const isIncomplete = phases.some(({ failed, untried }) => failed.length + untried > 0)
  if (settings.forceRealmStep) return undefined
  if (heldBack.length > 0) return 'held-back'
  if (isIncomplete) return 'sessions-left'
  // A client that was created meanwhile is in no plan, as little as one that is not visible.
  const counts = await ender.attempt(() => keycloak.sessionCounts())
  if (!counts) return whyStopped()
  return clientsNotVisible(counts, snapshot.clients).length > 0 ? 'not-visible' : undefined
}
