import type { Session, User } from '../../core/model.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'

/** Sessions may start while others end, so new ones are looked for at most this many times. */
const MAX_ROUNDS = 3

/**
 * Ends sessions that started after the plan. Keycloak's logout of the user would end them too, but Keycloak 18 to 26.6
 * would notify each client only once.
 * @param onFound called before a new session is ended, so that it is known even if that fails
 */
export async function endNewSessions(
  user: User,
  { isKnown, onFound }: { isKnown: (session: Session) => boolean; onFound: (session: Session) => void },
  keycloak: Pick<Keycloak, 'sessionsOf'>,
  end: (sessions: readonly Session[]) => Promise<void>,
): Promise<void> {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const found = (await keycloak.sessionsOf(user.id)).filter((session) => !isKnown(session))
    if (found.length === 0) return
    for (const session of found) onFound(session)
    await end(found)
  }
}
