import type { Context } from '../context.ts'
import type { Client, Session } from '../core/model.ts'
import { type PersonOutcome, type Problem, personOutcome, sessionKey } from '../core/user-outcome.ts'
import type { PersonPlan } from '../core/user-plan.ts'
import { EXIT, UserError } from '../errors.ts'
import type { Keycloak } from '../keycloak/keycloak.ts'
import { type EndOptions, endSessions, type Failure } from './end-sessions.ts'
import { mapPool } from './map-pool.ts'
import { readSessions } from './people.ts'
import { waitUntilLoggedOut } from './still-running.ts'
import { targetsAt } from './targets.ts'

export interface LogOutOptions extends Pick<EndOptions, 'concurrency' | 'actTimeout' | 'onWaiting'> {
  readonly onEnded?: (done: number) => void
  readonly onFailed?: (error: Failure['error']) => void
}

export interface LoggedOut {
  readonly people: readonly PersonOutcome[]
  /** Why the run could not go on, or could not look at what came of it. */
  readonly stopped: UserError | undefined
}

/** Sessions may begin while others end; so often are they looked for before Keycloak's own logout of the person. */
const MOST_ROUNDS = 3
const LOOKS_AT_A_TIME = 8

/**
 * Carries a plan out: locks the account where asked, ends each session by itself (so that every client hears of each on
 * every version, keycloak#27359), lets Keycloak log the person out, which sets the not-before, and looks again. One's
 * own session ends last of all, after that look: it takes the sign-in with it.
 *
 * What fails for one person is said of that person; it does not keep the others from being logged out.
 */
export async function logOutPeople(
  plans: readonly PersonPlan[],
  clients: readonly Client[],
  keycloak: Keycloak,
  ctx: Context,
  options: LogOutOptions,
): Promise<LoggedOut> {
  const problems = new Map<string, Problem[]>(plans.map(({ user }) => [user.id, []]))
  const problemsOf = (userId: string) => problems.get(userId) ?? []
  const answered = new Set<string>()
  const hasAnswer = (session: Session) => answered.has(sessionKey(session))
  const notBeforeSet = new Set<string>()
  const lateComers = new Map<string, Session[]>()
  const own = await keycloak.ownSessionId()
  const isOwn = ({ id, offline }: Session) => !offline && id === own
  const targetOf = targetsAt(clients)
  let stopped: UserError | undefined
  const goesOn = () => stopped === undefined && !ctx.signal.aborted

  const end = async (sessions: readonly Session[]): Promise<void> => {
    if (!goesOn()) return
    const result = await endSessions(sessions.map(targetOf), keycloak, ctx, {
      ...options,
      onEnded: (target) => {
        answered.add(sessionKey(target))
        options.onEnded?.(answered.size)
      },
      onFailed: ({ target, error }) => {
        problemsOf(target.userId).push({ session: target.id, code: error.code, error: error.message })
        options.onFailed?.(error)
      },
    })
    stopped ??= result.stopped
  }

  const forPerson = async ({ user }: PersonPlan, act: () => Promise<void>): Promise<void> => {
    if (!goesOn()) return
    try {
      await act()
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      // Whoever was deleted meanwhile needs nothing more.
      if (error.code === 'interrupted' || error.code === 'user-not-found') return
      problemsOf(user.id).push({ session: '', code: error.code, error: error.message })
      options.onFailed?.(error)
      if (error.exitCode === EXIT.denied) stopped ??= error
    }
  }

  /** Keycloak's logout of the person: sets the not-before, and would end untold what could not be ended before. */
  const finish = (plan: PersonPlan): Promise<void> =>
    forPerson(plan, async () => {
      if (!plan.setsNotBefore || problemsOf(plan.user.id).some(({ session }) => session !== '')) return
      lateComers.set(plan.user.id, await endLateComers(plan, keycloak, end, isOwn))
      if (!goesOn()) return
      await keycloak.logoutUser(plan.user.id).catch((error: unknown) => {
        if (!(error instanceof UserError && error.code === 'still-running')) throw error
        return waitUntilLoggedOut(plan.user, keycloak, ctx, options.actTimeout)
      })
      notBeforeSet.add(plan.user.id)
    })

  const look = async (): Promise<Session[][] | undefined> => {
    if (ctx.signal.aborted) return undefined
    try {
      return await mapPool(plans, LOOKS_AT_A_TIME, ({ user }) => livingOf(user, clients, keycloak))
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      stopped ??= error
      return undefined
    }
  }

  await mapPool(plans, options.concurrency, (plan) =>
    plan.disables ? forPerson(plan, () => keycloak.setUserEnabled(plan.user.id, false)) : Promise.resolve(),
  )
  const sessions = plans.flatMap((plan) => plan.sessions).filter((session) => !isOwn(session))
  // Where an offline session shares its id with an online one (before 26.4), its end takes that one along untold.
  await end(sessions.filter(({ offline }) => !offline))
  await end(sessions.filter(({ offline }) => offline))
  await mapPool(plans, options.concurrency, (plan) =>
    plan.endsOwnSession ? Promise.resolve() : finish(plan),
  )
  const living = await look()
  for (const plan of plans.filter(({ endsOwnSession }) => endsOwnSession)) {
    await finish(plan)
    if (notBeforeSet.has(plan.user.id)) answered.add(sessionKey({ id: own ?? '', offline: false }))
    else await end(plan.sessions.filter(isOwn))
  }

  const people = plans.map((plan, index) => {
    // Nobody looked since one's own session was ended: that is as Keycloak answered.
    const seen = living?.[index]?.filter((session) => !isOwn(session) || !hasAnswer(session))
    const late = lateComers.get(plan.user.id) ?? []
    return personOutcome(plan, {
      living: seen ?? [...plan.sessions, ...late].filter((session) => !hasAnswer(session)),
      lookedAgain: seen !== undefined,
      notBeforeSet: notBeforeSet.has(plan.user.id),
      lateComers: late,
      ownSessionId: own,
      errors: problemsOf(plan.user.id),
    })
  })
  return { people, stopped }
}

async function livingOf(
  user: PersonPlan['user'],
  clients: readonly Client[],
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

/** Keycloak's logout of a person would end these as well, on 18 to 26.6 telling each client once only. */
async function endLateComers(
  { user, sessions }: PersonPlan,
  keycloak: Keycloak,
  end: (sessions: readonly Session[]) => Promise<void>,
  isOwn: (session: Session) => boolean,
): Promise<Session[]> {
  const known = new Set(sessions.filter(({ offline }) => !offline).map(({ id }) => id))
  const found: Session[] = []
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const late = (await keycloak.sessionsOf(user.id)).filter(
      (session) => !known.has(session.id) && !isOwn(session),
    )
    if (late.length === 0) break
    for (const { id } of late) known.add(id)
    await end(late)
    found.push(...late)
  }
  return found
}
