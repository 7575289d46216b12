import type { Context } from '../../cli/context.ts'
import type { Certainty } from '../../core/client-result.ts'
import type { User } from '../../core/model.ts'
import { mayStillApply, wasNotApplied } from '../../core/request-outcome.ts'
import { UserError } from '../../errors.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import { waitUntilLoggedOut } from '../../sessions/end/wait-until-ended.ts'

/** The result of one operation on a user's account. */
export interface ActionResult {
  readonly done: Certainty
  /** Why it was not done, or why that is unknown. */
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

/**
 * Runs Keycloak's logout of a user and waits for its end. Sets the not-before, and ends sessions that are still active
 * without notification.
 */
export const logOutByKeycloak = (
  user: User,
  keycloak: Pick<Keycloak, 'logoutUser' | 'findUserById'>,
  ctx: Pick<Context, 'signal' | 'sleep' | 'now'>,
  timeoutSeconds: number,
): Promise<ActionResult> =>
  attempt(
    () =>
      keycloak.logoutUser(user.id).catch((error: unknown) => {
        if (!(error instanceof UserError && error.code === 'still-running')) throw error
        return waitUntilLoggedOut(user, keycloak, ctx, timeoutSeconds)
      }),
    async () => ((await keycloak.findUserById(user.id))?.notBefore ?? 0) > user.notBefore,
  )

/** Makes a change. If the answer is lost, looks up whether it was made. */
export async function attempt(
  change: () => Promise<void>,
  isMade: () => Promise<boolean>,
): Promise<ActionResult> {
  try {
    await change()
    return { done: true }
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    if (wasNotApplied(error)) return { done: false, error }
    const made = error.code === 'interrupted' ? undefined : await lookUp(isMade)
    if (made) return { done: true }
    return { done: made === false && !mayStillApply(error) ? false : null, error }
  }
}

async function lookUp(isMade: () => Promise<boolean>): Promise<boolean | undefined> {
  try {
    return await isMade()
  } catch (error) {
    if (error instanceof UserError) return undefined
    throw error
  }
}
