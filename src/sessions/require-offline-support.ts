import { usageError } from '../errors.ts'
import type { Keycloak } from '../keycloak/keycloak.ts'

const WITHOUT_OFFLINE_SESSIONS =
  'Without --offline-sessions, a not-before makes offline tokens unusable, but their clients are not notified. Nothing was changed.'

/**
 * Refuses to end single offline sessions if Keycloak cannot: versions before 24 ignore `isOffline` and end the online
 * session with the same id. Also refuses if neither the version nor the access token shows the version.
 * @param hint what to do instead, if not about --offline-sessions
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
        ? 'It is unknown whether this Keycloak can end a single offline session (24 and newer can): it hides its version from this account.'
        : `Keycloak ${version} cannot end a single offline session; 24 and newer can.`,
      hint,
    )
}
