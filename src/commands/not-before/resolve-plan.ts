import type { Context } from '../../cli/context.ts'
import type { Client } from '../../core/model.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import { isoTime } from '../../util/time.ts'
import type { DesiredNotBefore } from './execute.ts'
import { levelsOf } from './levels.ts'
import type { NotBeforeDocument } from './outcome.ts'
import { readNotBefore } from './read.ts'

/**
 * What is about to be set, for the realm or for a client: what is so now, and how many sessions it can be about.
 * Roles: manage-realm; for a client manage-clients alone, the realm's not-before is unknown then.
 * @param to seconds since the epoch, 0 clears
 * @param clock the server's, milliseconds since the epoch
 */
export async function planNotBefore(
  act: 'set' | 'clear',
  to: number,
  clock: number,
  client: Client | undefined,
  keycloak: Keycloak,
  ctx: Context,
): Promise<{ wanted: DesiredNotBefore; document: NotBeforeDocument }> {
  const read = await readNotBefore(client ? [client] : [], [], keycloak, { withSetters: false })
  const place = read.find(({ level }) => level === (client ? 'client' : 'realm'))
  const from = place?.seconds
  const level = client ? 'client' : 'realm'
  const name = client?.clientId ?? keycloak.realm
  const settings = await ctx.settings()
  return {
    wanted: { level, name, id: client?.id, from, to },
    document: {
      act,
      realm: keycloak.realm,
      now: new Date(clock).toISOString(),
      levels: levelsOf(read, { clientId: client?.clientId }, clock),
      change: { level, name, from: momentIn(from), to: momentIn(to) },
      sessions: await countSessions(client, keycloak),
      ownSignIn: level === 'realm' && settings.loginRealm.value === keycloak.realm,
    },
  }
}

async function countSessions(client: Client | undefined, keycloak: Keycloak) {
  if (client) {
    const { id } = client
    const count = (offline: boolean) => keycloak.countClientSessions(id, { offline })
    const [active, offline] = await Promise.all([count(false), count(true)])
    return { active, offline }
  }
  const counts = await keycloak.sessionCounts()
  const sum = (kind: 'active' | 'offline') => counts.reduce((all, one) => all + one[kind], 0)
  return { active: sum('active'), offline: sum('offline') }
}

const momentIn = (seconds: number | undefined) =>
  seconds === undefined || seconds <= 0 ? null : (isoTime(seconds) ?? null)
