import type { Context } from '../../cli/context.ts'
import type { User } from '../../core/model.ts'
import { EXIT, interrupted, UserError } from '../../errors.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import { mapPool } from '../../util/map-pool.ts'
import type { SessionTarget } from '../target.ts'
import { emptyIfClientDeleted } from '../unless-client-deleted.ts'
import { hasSafeId } from '../unreadable-clients.ts'

/** Keycloak goes on with an act after we stopped waiting for its answer. Each of these looks each second until it is over. */
type Waiting = Pick<Context, 'signal' | 'sleep' | 'now'>

/**
 * Waits until the session has gone, for so many seconds.
 * @throws {UserError} `still-running`, exit 6
 */
export async function waitUntilEnded(
  { id, offline, userId, clients, notified }: SessionTarget,
  keycloak: Pick<Keycloak, 'sessionsOf' | 'offlineSessionsOf'>,
  ctx: Waiting,
  seconds: number,
): Promise<'ended'> {
  // It was found in the list of one of them.
  const asked = clients.filter(hasSafeId)
  const isOver = async () => {
    const living = offline
      ? (
          await mapPool(asked, 4, (client) =>
            emptyIfClientDeleted(keycloak.offlineSessionsOf(userId, client)),
          )
        ).flat()
      : await keycloak.sessionsOf(userId)
    return !living.some((session) => session.id === id)
  }
  await waitUntil(isOver, ctx, seconds, {
    what: `Session ${id} has not ended`,
    why: `A receiver hangs: ${notified.join(' or ') || 'none that this program knows of'}.`,
  })
  return 'ended'
}

/** Waits until Keycloak's logout of a person has come to its end: it sets the person's not-before. */
export const waitUntilLoggedOut = (
  { id, username, notBefore }: User,
  keycloak: Pick<Keycloak, 'findUserById'>,
  ctx: Waiting,
  seconds: number,
): Promise<void> =>
  waitUntil(async () => (await keycloak.findUserById(id))?.notBefore !== notBefore, ctx, seconds, {
    what: `The logout of ${username} has not come to its end`,
    why: 'A receiver hangs.',
  })

/** Waits until Keycloak's logout of the realm has come to its end: it sets the realm's not-before. */
export const waitUntilRealmLoggedOut = (
  notBefore: number | undefined,
  keycloak: Pick<Keycloak, 'realmInfo'>,
  ctx: Waiting,
  seconds: number,
): Promise<void> =>
  waitUntil(async () => (await keycloak.realmInfo()).notBefore !== notBefore, ctx, seconds, {
    what: "Keycloak's logout of the realm has not come to its end",
    why: 'An application behind an Admin URL hangs.',
  })

async function waitUntil(
  isOver: () => Promise<boolean>,
  ctx: Waiting,
  seconds: number,
  { what, why }: { what: string; why: string },
): Promise<void> {
  const until = ctx.now() + seconds * 1000
  while (ctx.now() < until) {
    await ctx.sleep(1000)
    if (ctx.signal.aborted) throw interrupted(ctx.signal)
    if (await isOver().catch(unknownYet)) return
  }
  throw new UserError('still-running', `${what} after ${seconds} s; Keycloak is still at it. ${why}`, {
    exitCode: EXIT.unreachable,
    hint: 'Run it again later: it goes on with what is left.',
  })
}

/** A person who was deleted meanwhile has no session; a server that is away for a moment says nothing. */
function unknownYet(error: unknown): boolean {
  if (error instanceof UserError && error.exitCode === EXIT.notFound) return true
  if (error instanceof UserError && error.exitCode === EXIT.unreachable) return false
  throw error
}
