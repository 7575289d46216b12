import type { Client, User } from '../../core/model.ts'
import { EXIT, UserError } from '../../errors.ts'
import type { AdminEvent } from '../../keycloak/event.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import type { ReadLevel } from './levels.ts'
import { setterOf } from './set-by.ts'

type Asked = Pick<Keycloak, 'realm' | 'realmInfo' | 'adminEvents'>

/** So many of the newest events are looked through for who set it. */
const EVENTS = 100

/**
 * The not-before of the realm, of these clients and of these people. Who set each one is told as far as the realm's
 * stored events prove it; without the role view-events nobody is named.
 * Roles: view-realm; without it the realm's is unknown.
 */
export async function readNotBefore(
  clients: readonly Client[],
  users: readonly User[],
  keycloak: Asked,
  { withSetters }: { readonly withSetters: boolean },
): Promise<ReadLevel[]> {
  const { notBefore } = await keycloak.realmInfo()
  const read = [
    { level: 'realm' as const, id: '', name: keycloak.realm, seconds: notBefore },
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
  const events = withSetters && isAnySet ? await storedActs(keycloak) : []
  return read.map(({ id, ...one }) => ({
    ...one,
    setBy: one.seconds ? setterOf({ level: one.level, id, seconds: one.seconds }, events) : undefined,
  }))
}

async function storedActs(keycloak: Asked): Promise<readonly AdminEvent[]> {
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
