import type { Context } from '../../cli/context.ts'
import { findClient } from '../../client-settings/find-clients.ts'
import type { Client } from '../../core/model.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import type { ReadLevel } from './levels.ts'
import {
  type NotBeforeOperation,
  type NotBeforeOptions,
  parseAt,
  refuseFuture,
  secondsNow,
} from './options.ts'
import { readNotBefore } from './read-not-before.ts'

/** Everything that is read before a not-before is set or cleared. */
export interface NotBeforeFacts {
  readonly operation: Exclude<NotBeforeOperation, 'show'>
  readonly keycloak: Keycloak
  /** Undefined for the not-before of the realm. */
  readonly client: Client | undefined
  /** Seconds since the epoch; 0 clears. */
  readonly to: number
  /** The server's time as far as it is known, milliseconds since the epoch. */
  readonly clock: number
  readonly read: readonly ReadLevel[]
  readonly sessions: { readonly active: number; readonly offline: number }
  /** The realm that the account is signed in to. */
  readonly loginRealm: string
}

/**
 * Reads what is set now, and how many sessions a change can affect. Changes nothing.
 * Roles: manage-realm; for a client manage-clients alone, and then the realm's not-before is unknown.
 */
export async function gather(
  operation: Exclude<NotBeforeOperation, 'show'>,
  options: NotBeforeOptions,
  ctx: Context,
): Promise<NotBeforeFacts> {
  const at = options.at === undefined ? undefined : parseAt(options.at)
  const keycloak = await ctx.keycloak()
  const client = options.client === undefined ? undefined : await findClient(options.client, keycloak)
  const serverTime = await keycloak.serverTime()
  const clock = serverTime ?? ctx.now()
  const to = operation === 'clear' ? 0 : (at ?? secondsNow(serverTime))
  refuseFuture(to, clock)
  const read = await readNotBefore(client ? [client] : [], [], keycloak, { withSetters: false })
  const sessions = await countSessions(client, keycloak)
  const loginRealm = (await ctx.settings()).loginRealm.value
  return { operation, keycloak, client, to, clock, read, sessions, loginRealm }
}

async function countSessions(client: Client | undefined, keycloak: Keycloak) {
  if (client) {
    const { id } = client
    const count = (offline: boolean) => keycloak.countClientSessions(id, { offline })
    const [active, offline] = await Promise.all([count(false), count(true)])
    return { active, offline }
  }
  const counts = await keycloak.sessionCounts()
  const sum = (kind: 'active' | 'offline') => counts.reduce((total, one) => total + one[kind], 0)
  return { active: sum('active'), offline: sum('offline') }
}
