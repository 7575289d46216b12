import { usageError } from '../errors.ts'
import type { Keycloak } from '../keycloak/keycloak.ts'

/**
 * Refuses to end offline sessions by themselves where Keycloak cannot: before 24 it ignores that an offline session is
 * meant and ends the online one of the same id. Where neither the version nor the access token tells, that is not tried.
 * @throws {UserError} `offline-not-supported` (2)
 */
export async function requireOfflineEnding(
  sessions: Iterable<{ readonly offline: boolean }>,
  keycloak: Pick<Keycloak, 'capabilities'>,
): Promise<void> {
  if (![...sessions].some(({ offline }) => offline)) return
  const { version, endsOfflineSessions } = await keycloak.capabilities()
  if (!endsOfflineSessions)
    throw usageError(
      'offline-not-supported',
      version === undefined
        ? 'Whether this Keycloak can end an offline session by itself is not known (24 and newer can): it hides its version from this account.'
        : `Keycloak ${version} cannot end an offline session by itself; 24 and newer can.`,
      'Without --offline-sessions the not-before makes offline tokens unusable, but their clients are not told. Nothing was done.',
    )
}
