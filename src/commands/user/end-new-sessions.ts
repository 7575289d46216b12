import type { Session, User } from '../../core/model.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'

/** Sessions may begin while others end; so often are they looked for before Keycloak's own logout of the person. */
const MOST_ROUNDS = 3

/**
 * Ends what began after the plan: Keycloak's logout of the person would end it as well, on 18 to 26.6 telling each
 * client once only.
 * @param onFound is told of them before they are ended, so that none is lost where this fails
 */
export async function endLateComers(
  user: User,
  { isKnown, onFound }: { isKnown: (session: Session) => boolean; onFound: (session: Session) => void },
  keycloak: Pick<Keycloak, 'sessionsOf'>,
  end: (sessions: readonly Session[]) => Promise<void>,
): Promise<void> {
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const late = (await keycloak.sessionsOf(user.id)).filter((session) => !isKnown(session))
    if (late.length === 0) return
    for (const session of late) onFound(session)
    await end(late)
  }
}
