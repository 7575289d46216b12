import type { Context } from '../../cli/context.ts'
import type { Certainty } from '../../core/client-result.ts'
import type { User } from '../../core/model.ts'
import { mayStillApply, wasNotApplied } from '../../core/request-outcome.ts'
import { UserError } from '../../errors.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import { waitUntilLoggedOut } from '../../sessions/end/wait-until-ended.ts'

/** What came of one act on a person. */
export interface ActionResult {
  readonly done: Certainty
  /** Why it was not done, or why nobody can tell. */
  readonly error?: UserError
}

/** Locks the account. */
export const lockAccount = (
  { id }: User,
  keycloak: Pick<Keycloak, 'setUserEnabled' | 'findUserById'>,
): Promise<ActionResult> =>
  attempt(
    () => keycloak.setUserEnabled(id, false),
    async () => (await keycloak.findUserById(id))?.enabled === false,
  )

/** Keycloak's logout of the person, for so many seconds: sets the not-before, and ends untold what still lives. */
export const logOutByKeycloak = (
  user: User,
  keycloak: Pick<Keycloak, 'logoutUser' | 'findUserById'>,
  ctx: Pick<Context, 'signal' | 'sleep' | 'now'>,
  seconds: number,
): Promise<ActionResult> =>
  attempt(
    () =>
      keycloak.logoutUser(user.id).catch((error: unknown) => {
        if (!(error instanceof UserError && error.code === 'still-running')) throw error
        return waitUntilLoggedOut(user, keycloak, ctx, seconds)
      }),
    async () => ((await keycloak.findUserById(user.id))?.notBefore ?? 0) > user.notBefore,
  )

/** A lost answer is no failure: what the act has changed can be looked up. */
async function attempt(act: () => Promise<void>, hasHappened: () => Promise<boolean>): Promise<ActionResult> {
  try {
    await act()
    return { done: true }
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    if (wasNotApplied(error)) return { done: false, error }
    const seen = await look(error, hasHappened)
    if (seen) return { done: true }
    return { done: seen === false && !mayStillApply(error) ? false : null, error }
  }
}

async function look({ code }: UserError, hasHappened: () => Promise<boolean>): Promise<boolean | undefined> {
  if (code === 'interrupted') return undefined
  try {
    return await hasHappened()
  } catch (error) {
    if (error instanceof UserError) return undefined
    throw error
  }
}
