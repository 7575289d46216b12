import type { Context } from '../context.ts'
import type { Client, Session } from '../core/model.ts'
import { type PersonOutcome, personOutcome } from '../core/user-outcome.ts'
import type { PersonPlan } from '../core/user-plan.ts'
import { UserError } from '../errors.ts'
import type { Keycloak } from '../keycloak/keycloak.ts'
import { type EndResult, endSessions, type Failure } from './end-sessions.ts'
import { mapPool } from './map-pool.ts'
import { readSessions } from './people.ts'
import { targetsAt } from './targets.ts'

export interface LogOutOptions {
  readonly concurrency: number
  /** Seconds. */
  readonly actTimeout: number
  readonly onEnded?: (done: number) => void
  readonly onFailed?: (failure: Failure) => void
  readonly onSlow?: (clientId: string) => void
  readonly onWaiting?: (told: readonly string[]) => void
}

export interface LoggedOut {
  readonly people: readonly PersonOutcome[]
  readonly result: EndResult
}

/** Sessions may begin while others end; so often are they looked for before Keycloak's own logout of the person. */
const MOST_ROUNDS = 3

/**
 * Carries a plan out: locks the account where asked, ends each session by itself (so that every client hears of each on
 * every version, keycloak#27359), and last lets Keycloak log the person out, which sets the not-before. Then looks again.
 */
export async function logOutPeople(
  plans: readonly PersonPlan[],
  clients: readonly Client[],
  keycloak: Keycloak,
  ctx: Context,
  { concurrency, actTimeout, onEnded, onFailed, onSlow, onWaiting }: LogOutOptions,
): Promise<LoggedOut> {
  const failures: Failure[] = []
  const personErrors = new Map<string, UserError>()
  const endedToo = new Map<string, Session[]>()
  const targetOf = targetsAt(clients)
  let done = 0

  await mapPool(
    plans.filter(({ disables }) => disables),
    concurrency,
    ({ user }) => keycloak.setUserEnabled(user.id, false),
  )

  const end = (sessions: readonly Session[]) =>
    endSessions(sessions.map(targetOf), keycloak, ctx, {
      concurrency,
      actTimeout,
      onEnded: () => onEnded?.(++done),
      onFailed: (failure) => {
        failures.push(failure)
        onFailed?.(failure)
      },
      ...(onSlow ? { onSlow } : {}),
      ...(onWaiting ? { onWaiting } : {}),
    })

  // One's own session ends last of all, over all people: the others are ended with its token.
  const own = await keycloak.ownSessionId()
  const isOwn = ({ id }: { id: string }) => id === own
  const sessions = plans.flatMap((plan) => plan.sessions)
  const result = await end(sessions.filter((session) => !isOwn(session)))

  if (!result.stopped && !ctx.signal.aborted) {
    await mapPool(
      plans.filter(({ setsNotBefore }) => setsNotBefore),
      concurrency,
      async (plan) => {
        if (failures.some(({ target }) => target.userId === plan.user.id)) return
        try {
          endedToo.set(plan.user.id, await endLateComers(plan, keycloak, end, isOwn))
          await keycloak.logoutUser(plan.user.id)
        } catch (error) {
          if (!(error instanceof UserError)) throw error
          personErrors.set(plan.user.id, error)
        }
      },
    )
    await end(sessions.filter(isOwn))
  }

  const living = await readSessions(
    plans.map(({ user }) => user),
    clients,
    keycloak,
  )
  const people = plans.map((plan, index) =>
    personOutcome(plan, {
      living: living[index]?.sessions ?? [],
      endedToo: endedToo.get(plan.user.id) ?? [],
      ownSessionId: own,
      errors: [
        ...failures
          .filter(({ target }) => target.userId === plan.user.id)
          .map(({ target, error }) => ({ session: target.id, code: error.code, error: error.message })),
        ...[personErrors.get(plan.user.id)]
          .filter((error) => error !== undefined)
          .map((error) => ({ session: '', code: error.code, error: error.message })),
      ],
    }),
  )
  return { people, result }
}

/** Keycloak's logout of a person would end these as well, on 18 to 26.6 telling each client once only. */
async function endLateComers(
  { user, sessions }: PersonPlan,
  keycloak: Keycloak,
  end: (sessions: readonly Session[]) => Promise<EndResult>,
  isOwn: (session: Session) => boolean,
): Promise<Session[]> {
  const known = new Set(sessions.map(({ id }) => id))
  const ended: Session[] = []
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const late = (await keycloak.sessionsOf(user.id)).filter(
      (session) => !known.has(session.id) && !isOwn(session),
    )
    if (late.length === 0) break
    for (const { id } of late) known.add(id)
    await end(late)
    ended.push(...late)
  }
  return ended
}
