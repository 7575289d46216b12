import { usageError } from '../errors.ts'
import type { Keycloak } from '../keycloak/keycloak.ts'

/**
 * Refuses to end offline sessions by themselves where Keycloak cannot: before 24 it ignores that an offline session is
 * meant and ends the online one of the same id. Where the version is not known it is 26.4 or newer, which hides it.
 * @throws {UserError} `offline-not-supported` (2)
 */
export async function requireOfflineEnding(
  sessions: Iterable<{ readonly offline: boolean }>,
  keycloak: Pick<Keycloak, 'capabilities'>,
): Promise<void> {
  if (![...sessions].some(({ offline }) => offline)) return
  const { version, endsOfflineSessions } = await keycloak.capabilities()
  if (endsOfflineSessions === false)
    throw usageError(
      'offline-not-supported',
      `Keycloak ${version} cannot end an offline session by itself; 24 and newer can.`,
      'Without --offline-sessions the not-before makes offline tokens unusable, but their clients are not told. Nothing was done.',
    )
}
