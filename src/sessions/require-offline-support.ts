import { usageError } from '../errors.ts'
import type { Keycloak } from '../keycloak/keycloak.ts'

const WITHOUT_OFFLINE_SESSIONS =
  'Without --offline-sessions the not-before makes offline tokens unusable, but their clients are not told. Nothing was done.'

/**
 * Refuses to end offline sessions by themselves where Keycloak cannot: before 24 it ignores that an offline session is
 * meant and ends the online one of the same id. Where neither the version nor the access token tells, that is not tried.
 * @param hint what to do instead, where it was not --offline-sessions that asked for it
 * @throws {UserError} `offline-not-supported` (2)
 */
export async function requireOfflineSupport(
  sessions: Iterable<{ readonly offline: boolean }>,
  keycloak: Pick<Keycloak, 'capabilities'>,
  hint = WITHOUT_OFFLINE_SESSIONS,
): Promise<void> {
  if (![...sessions].some(({ offline }) => offline)) return
  const { version, endsOfflineSessions } = await keycloak.capabilities()
  if (!endsOfflineSessions)
    throw usageError(
      'offline-not-supported',
      version === undefined
        ? 'Whether this Keycloak can end an offline session by itself is not known (24 and newer can): it hides its version from this account.'
        : `Keycloak ${version} cannot end an offline session by itself; 24 and newer can.`,
      hint,
    )
}
