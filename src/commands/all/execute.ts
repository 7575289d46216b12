import type { Context } from '../../cli/context.ts'
import type { UserError } from '../../errors.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import type { Progress } from '../../ui/output.ts'
import { formatTime } from '../../util/time.ts'
import type { Connects } from './admin-urls.ts'
import { clientStep, offlineStep } from './client-step.ts'
import type { RunHistory } from './history.ts'
import type { Phase } from './outcome.ts'
import type { AllPlan } from './plan.ts'
import { NOTHING_SEEN, type RealmStepResult, realmStep } from './realm-step.ts'
import { type SessionEnder, sessionEnder } from './session-ender.ts'
import type { Found } from './snapshot.ts'

export interface RealmOptions {
  readonly concurrency: number
  /** Seconds. */
  readonly actTimeout: number
  /** Runs the realm step although sessions could not be ended. */
  readonly forceRealmStep: boolean
  readonly connects: Connects
  /** Is told of what happens when. */
  readonly history?: RunHistory | undefined
}

export interface RealmLoggedOut extends RealmStepResult {
  /** Those that end sessions one by one. */
  readonly phases: readonly Phase[]
  /** Of each client (internal id), how many sessions that began meanwhile were to end one by one, too. */
  readonly joined: ReadonlyMap<string, number>
  /** Of each client (internal id), how many of its sessions were ended one by one. */
  readonly endedAt: ReadonlyMap<string, number>
  /** Why the realm step did not run although it was planned: `sessions-left`, `interrupted` or the code of `stopped`. */
  readonly realmStepSkipped: string | undefined
  readonly interrupted: boolean
  /** Why the run could not go on. */
  readonly stopped: UserError | undefined
}

/**
 * Carries a plan out: the client step in passes, offline sessions, the realm step, the truth about Admin URLs. Whatever
 * keeps it from its end once sessions have ended is part of the result, so that what was done is never lost.
 * @throws {UserError} when the realm's not-before cannot be set first: then nothing was done
 */
export async function logOutRealm(
  plan: AllPlan,
  found: Found,
  keycloak: Keycloak,
  ctx: Context,
  progress: Progress,
  options: RealmOptions,
): Promise<RealmLoggedOut> {
  let { notBefore } = found.realm
  if (plan.cutOffFirst) {
    notBefore = await cutOff(keycloak, ctx, progress)
    options.history?.mark('cut-off')
    progress.note(`Cut off: Keycloak refuses what it issued before ${formatTime(notBefore)} from now on.`)
  }
  const ending = sessionEnder(keycloak, ctx, progress, options)
  const phases: Phase[] = []
  let joined: RealmLoggedOut['joined'] = new Map()
  if (plan.clientStep) {
    const step = await clientStep(plan, found, keycloak, ctx, progress, ending)
    phases.push(step.phase)
    joined = step.joined
  }
  if (plan.offlineStep && ending.goesOn()) phases.push(await offlineStep(found, ctx, progress, ending))

  const realmStepSkipped = plan.realmStep ? whySkipped(phases, ending, options) : undefined
  let seen: RealmStepResult = NOTHING_SEEN
  if (plan.realmStep && realmStepSkipped === undefined) {
    seen = await realmStep(found, notBefore, keycloak, ctx, progress, ending, options)
  } else if (!plan.realmStep && ending.goesOn()) {
    // With a realm step one's own session would have ended in it.
    await ending.end([...found.online.values()].filter(({ id }) => id === found.ownSessionId))
  }
  const stopped = ending.stopped()
  if (stopped) options.history?.mark('stopped', stopped.code)
  return {
    ...seen,
    phases,
    joined,
    endedAt: ending.endedAt,
    realmStepSkipped,
    interrupted: ctx.signal.aborted,
    stopped,
  }
}

/**
 * Sets the realm's not-before to now and answers it; one that is later stays as it is, as somebody wanted it so. By the
 * server's clock, which issues the tokens: by another one they would outlive this, or nobody could sign in.
 */
async function cutOff(keycloak: Keycloak, ctx: Context, progress: Progress): Promise<number> {
  const serverTime = await keycloak.serverTime()
  if (serverTime === undefined)
    progress.note("The token that was given does not tell the server's clock: this machine's is taken.")
  const now = Math.floor((serverTime ?? ctx.now()) / 1000)
  const { notBefore: present = 0 } = await keycloak.realmInfo()
  if (present > now) return present
  await keycloak.setRealmNotBefore(now)
  return now
}

/** It would end untold what could not be ended before. */
function whySkipped(phases: readonly Phase[], ending: SessionEnder, { forceRealmStep }: RealmOptions) {
  if (!ending.goesOn()) return ending.stopped()?.code ?? 'interrupted'
  const left = phases.some(({ failed, untried }) => failed.length + untried > 0)
  return left && !forceRealmStep ? 'sessions-left' : undefined
}
