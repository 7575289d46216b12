import type { Context } from '../context.ts'
import { EXIT, UserError } from '../errors.ts'
import type { Keycloak } from '../keycloak/keycloak.ts'
import { mapPool } from './map-pool.ts'
import type { Target } from './targets.ts'

/**
 * Keycloak goes on with an act after we stopped waiting for its answer. Looks each second until the session has gone,
 * for so many seconds.
 * @throws {UserError} `still-running`, exit 6
 */
export async function waitUntilGone(
  { id, offline, userId, clients, told }: Target,
  keycloak: Pick<Keycloak, 'sessionsOf' | 'offlineSessionsOf'>,
  ctx: Pick<Context, 'signal' | 'sleep' | 'now'>,
  seconds: number,
): Promise<'ended'> {
  const until = ctx.now() + seconds * 1000
  while (ctx.now() < until && !ctx.signal.aborted) {
    await ctx.sleep(1000)
    const living = offline
      ? (await mapPool(clients, 4, (client) => keycloak.offlineSessionsOf(userId, client))).flat()
      : await keycloak.sessionsOf(userId)
    if (!living.some((session) => session.id === id)) return 'ended'
  }
  throw new UserError(
    'still-running',
    `Session ${id} has not ended after ${seconds} s; Keycloak is still at it.`,
    {
      exitCode: EXIT.unreachable,
      hint: `A receiver hangs. It can be ${told.join(', ') || 'none that this program knows of'}. Run it again later: it goes on with what is left.`,
    },
  )
}
