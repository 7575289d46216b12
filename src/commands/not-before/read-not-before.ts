import type { Client, User } from '../../core/model.ts'
import { EXIT, UserError } from '../../errors.ts'
import type { AdminEvent } from '../../keycloak/event.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import type { ReadLevel } from './levels.ts'
import { setterOf } from './set-by.ts'

type NotBeforeApi = Pick<Keycloak, 'realm' | 'realmInfo' | 'adminEvents'>

/** At most this many of the newest events are searched for the setter. */
const EVENTS = 100

/**
 * Reads the not-before of the realm, these clients and these users.
 * The setter is named if a stored event proves it, and never without the role view-events. Roles: view-realm; without it
 * the realm's not-before is unknown.
 */
export async function readNotBefore(
  clients: readonly Client[],
  users: readonly User[],
  keycloak: NotBeforeApi,
  { withSetters }: { readonly withSetters: boolean },
): Promise<ReadLevel[]> {
  const realm = await keycloak.realmInfo()
  const read = [
    { level: 'realm' as const, id: '', name: keycloak.realm, seconds: realm.notBefore },
    ...clients.map(({ id, clientId, notBefore }) => ({
      level: 'client' as const,
      id,
      name: clientId,
      seconds: notBefore,
    })),
    ...users.map(({ id, username, notBefore }) => ({
      level: 'user' as const,
      id,
      name: username,
      seconds: notBefore,
    })),
  ]
  const isAnySet = read.some(({ seconds }) => seconds !== undefined && seconds > 0)
  const events = withSetters && isAnySet ? await storedChanges(keycloak) : []
  return read.map(({ id, ...one }) => ({
    ...one,
    setBy: one.seconds ? setterOf({ level: one.level, id, seconds: one.seconds }, events) : undefined,
  }))
}

async function storedChanges(keycloak: NotBeforeApi): Promise<readonly AdminEvent[]> {
  try {
    return await keycloak.adminEvents({
      operations: ['UPDATE', 'ACTION'],
      resourceTypes: ['REALM', 'CLIENT', 'USER'],
      max: EVENTS,
    })
  } catch (error) {
    if (error instanceof UserError && error.exitCode === EXIT.denied) return []
    throw error
  }
}
