import type { Context } from '../../cli/context.ts'
import type { Certainty } from '../../core/client-result.ts'
import type { Session } from '../../core/model.ts'
import type { RealmFacts } from '../../core/planned-client.ts'
import { EXIT, UserError } from '../../errors.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import { type EndFailure, type EndOptions, endSessions } from '../../sessions/end/end-sessions.ts'
import { readSessions } from '../../sessions/read-user-sessions.ts'
import { targetMapper } from '../../sessions/target.ts'
import { mapPool } from '../../util/map-pool.ts'
import { type ActionResult, lockAccount, logOutByKeycloak } from './account-actions.ts'
import { sessionKey, userResult } from './build-outcome.ts'
import { endLateComers } from './end-new-sessions.ts'
import type { UserResult } from './outcome.ts'
import type { PlannedUser } from './plan.ts'
import { initialProgress, remainingSessions, type UserProgress } from './user-progress.ts'

export interface LogOutOptions
  extends Pick<EndOptions, 'concurrency' | 'actTimeout' | 'onWaiting' | 'onPause'> {
  readonly onEnded?: (done: number) => void
  readonly onFailed?: (error: EndFailure['error']) => void
}

export interface LoggedOut {
  readonly users: readonly UserResult[]
  readonly interrupted: boolean
  /** Why the run could not go on, or could not look at what came of it. */
  readonly stopped: UserError | undefined
}

const LOOKS_AT_A_TIME = 8

/**
 * Carries a plan out: locks the account where asked, ends each session by itself (so that every client hears of each on
 * every version, keycloak#27359), lets Keycloak log the person out, which sets the not-before, and looks again. One's
 * own session ends last of all, after that look: it takes the sign-in with it.
 *
 * What fails for one person is said of that person; it does not keep the others from being logged out.
 */
export async function logOutUsers(
  plans: readonly PlannedUser[],
  facts: RealmFacts,
  keycloak: Keycloak,
  ctx: Context,
  options: LogOutOptions,
): Promise<LoggedOut> {
  const courses = new Map(plans.map(({ user }) => [user.id, initialProgress()]))
  const courseOf = (userId: string) => courses.get(userId) ?? initialProgress()
  const answered = new Set<string>()
  /** Not those that had gone by themselves. */
  const endedHere = new Set<string>()
  const hasAnswer = (session: Session) => answered.has(sessionKey(session))
  const own = await keycloak.ownSessionId()
  const isOwn = ({ id, offline }: Session) => !offline && id === own
  const targetOf = targetMapper(facts.clients)
  let stopped: UserError | undefined
  const goesOn = () => stopped === undefined && !ctx.signal.aborted

  const end = async (sessions: readonly Session[]): Promise<void> => {
    if (!goesOn()) return
    const result = await endSessions(sessions.map(targetOf), keycloak, ctx, {
      ...options,
      onEnded: (target, answer) => {
        answered.add(sessionKey(target))
        if (answer === 'ended') endedHere.add(sessionKey(target))
        options.onEnded?.(answered.size)
      },
      onFailed: ({ target, error }) => {
        courseOf(target.userId).errors.push({ session: target.id, code: error.code, error: error.message })
        options.onFailed?.(error)
      },
    })
    stopped ??= result.stopped
  }

  const report = (course: UserProgress, error: UserError): void => {
    if (error.code === 'interrupted') return
    // Whoever was deleted meanwhile needs nothing more.
    if (error.code === 'user-not-found') {
      course.deleted = true
      return
    }
    course.errors.push({ session: '', code: error.code, error: error.message })
    options.onFailed?.(error)
    if (error.exitCode === EXIT.denied) stopped ??= error
  }

  const doneOf = (course: UserProgress, { done, error }: ActionResult): Certainty => {
    if (error) report(course, error)
    return done
  }

  const disable = async ({ user }: PlannedUser): Promise<void> => {
    const course = courseOf(user.id)
    if (goesOn()) course.disabled = doneOf(course, await lockAccount(user, keycloak))
  }

  /** Ends what began meanwhile, too; false where it could not be looked for. */
  const endLate = async ({ user, sessions }: PlannedUser, course: UserProgress): Promise<boolean> => {
    const known = new Set(sessions.map(sessionKey))
    const isKnown = (session: Session) => known.has(sessionKey(session)) || isOwn(session)
    const onFound = (session: Session) => {
      known.add(sessionKey(session))
      course.lateComers.push(session)
    }
    try {
      await endLateComers(user, { isKnown, onFound }, keycloak, end)
      return true
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      report(course, error)
      return false
    }
  }

  /** Keycloak's logout of the person: sets the not-before, and would end untold what could not be ended before. */
  const finish = async (plan: PlannedUser): Promise<void> => {
    const course = courseOf(plan.user.id)
    const isSafe = () => goesOn() && !course.errors.some(({ session }) => session !== '')
    if (!plan.setsNotBefore || !isSafe() || !(await endLate(plan, course)) || !isSafe()) return
    const tried = await logOutByKeycloak(plan.user, keycloak, ctx, options.actTimeout)
    course.notBeforeSet = doneOf(course, tried)
  }

  const look = async (): Promise<Session[][] | undefined> => {
    if (ctx.signal.aborted) return undefined
    try {
      return await mapPool(plans, LOOKS_AT_A_TIME, ({ user }) => livingOf(user, facts, keycloak))
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      stopped ??= error
      return undefined
    }
  }

  const disabling = plans.filter(({ disables }) => disables)
  await mapPool(disabling, options.concurrency, disable)
  const sessions = plans.flatMap((plan) => plan.sessions).filter((session) => !isOwn(session))
  // Where an offline session shares its id with an online one (before 26.4), its end takes that one along untold.
  await end(sessions.filter(({ offline }) => !offline))
  await end(sessions.filter(({ offline }) => offline))
  const others = plans.filter(({ endsOwnSession }) => !endsOwnSession)
  await mapPool(others, options.concurrency, finish)
  const looked = await look()
  for (const plan of plans.filter(({ endsOwnSession }) => endsOwnSession)) {
    await finish(plan)
    const ownOnes = plan.sessions.filter(isOwn)
    if (!courseOf(plan.user.id).notBeforeSet) await end(ownOnes)
    else for (const key of ownOnes.map(sessionKey)) for (const keys of [answered, endedHere]) keys.add(key)
  }

  const people = plans.map((plan, index) => {
    const course = courseOf(plan.user.id)
    const seen = looked?.[index]
    const living = remainingSessions(plan, course, seen, { isOwn, hasAnswer })
    const after = { ...course, living, endedHere, lookedAgain: seen !== undefined, ownSessionId: own }
    return userResult(plan, after, facts)
  })
  return { users: people, interrupted: ctx.signal.aborted, stopped }
}

async function livingOf(
  user: PlannedUser['user'],
  { clients }: RealmFacts,
  keycloak: Keycloak,
): Promise<Session[]> {
  try {
    const people = await readSessions([user], clients, keycloak)
    return people.flatMap(({ sessions }) => sessions)
  } catch (error) {
    // Deleted meanwhile, by whoever does that to people who have left: no session is left either.
    if (error instanceof UserError && error.code === 'user-not-found') return []
    throw error
  }
}
