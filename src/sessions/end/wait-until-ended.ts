import pMap from 'p-map'
import type { Context } from '../../cli/context.ts'
import type { User } from '../../core/model.ts'
import { EXIT, interrupted, UserError } from '../../errors.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import type { SessionTarget } from '../target.ts'
import { emptyIfClientDeleted } from '../unless-client-deleted.ts'
import { hasSafeId } from '../unreadable-clients.ts'
import { type EndUnit, isUser } from './units.ts'

/*
 * Keycloak continues an operation after a request timed out. Each function here polls once a second until it is over, and
 * throws a UserError `still-running` (6) after `seconds`.
 */

type WaitContext = Pick<Context, 'signal' | 'sleep' | 'now'>

const PARALLEL_REQUESTS = 4

/** Waits until a session, or the sessions of a user, have ended. */
export async function waitUntilEnded(
  unit: EndUnit,
  keycloak: Pick<Keycloak, 'sessionsOf' | 'offlineSessionsOf'>,
  ctx: WaitContext,
  seconds: number,
): Promise<void> {
  const { userId, notified } = unit
  const ids = new Set((isUser(unit) ? unit.sessions : [unit]).map(({ id }) => id))
  const sessions = () =>
    !isUser(unit) && unit.offline ? offlineSessionsOf(unit, keycloak) : keycloak.sessionsOf(userId)
  const hasEnded = async () => !(await sessions()).some(({ id }) => ids.has(id))
  await waitUntil(hasEnded, ctx, seconds, {
    what: isUser(unit) ? `Ending the sessions of user ${userId} is` : `Ending session ${unit.id} is`,
    why: notified.length > 0 ? `Not responding: ${notified.join(' or ')}.` : undefined,
  })
}

async function offlineSessionsOf(
  { userId, clients }: SessionTarget,
  keycloak: Pick<Keycloak, 'offlineSessionsOf'>,
) {
  const lists = await pMap(
    clients.filter(hasSafeId),
    (client) => emptyIfClientDeleted(keycloak.offlineSessionsOf(userId, client)),
    { concurrency: PARALLEL_REQUESTS },
  )
  return lists.flat()
}

/** Waits until Keycloak's logout of a user is complete, which sets the user's not-before. */
export const waitUntilLoggedOut = (
  { id, username, notBefore }: User,
  keycloak: Pick<Keycloak, 'findUserById'>,
  ctx: WaitContext,
  seconds: number,
): Promise<void> =>
  waitUntil(async () => (await keycloak.findUserById(id))?.notBefore !== notBefore, ctx, seconds, {
    what: `The logout of ${username} is`,
    why: 'An application is not responding.',
  })

/** Waits until Keycloak's logout of the realm is complete, which sets the realm's not-before. */
export const waitUntilRealmLoggedOut = (
  notBefore: number | undefined,
  keycloak: Pick<Keycloak, 'realmInfo'>,
  ctx: WaitContext,
  seconds: number,
): Promise<void> =>
  waitUntil(async () => (await keycloak.realmInfo()).notBefore !== notBefore, ctx, seconds, {
    what: "Keycloak's realm logout is",
    why: 'An application behind an Admin URL is not responding.',
  })

async function waitUntil(
  isOver: () => Promise<boolean>,
  ctx: WaitContext,
  seconds: number,
  { what, why }: { what: string; why: string | undefined },
): Promise<void> {
  const until = ctx.now() + seconds * 1000
  while (ctx.now() < until) {
    await ctx.sleep(1000)
    if (ctx.signal.aborted) throw interrupted(ctx.signal)
    if (await isOver().catch(isOverAfter)) return
  }
  const message = `${what} still in progress in Keycloak after ${seconds} s.`
  throw new UserError('still-running', why ? `${message} ${why}` : message, {
    exitCode: EXIT.unreachable,
    hint: 'Run the command again later: it continues with what is left.',
  })
}

/** A deleted user has no sessions. While the server is unreachable, the state is unknown. */
function isOverAfter(error: unknown): boolean {
  if (error instanceof UserError && error.exitCode === EXIT.notFound) return true
  if (error instanceof UserError && error.exitCode === EXIT.unreachable) return false
  throw error
}
