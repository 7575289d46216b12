import type { Context, Progress } from '../context.ts'
import type { After } from '../core/all-outcome.ts'
import { EXIT, UserError } from '../errors.ts'
import type { Keycloak } from '../keycloak/keycloak.ts'
import type { RealmLoggedOut } from './log-out-realm.ts'
import type { RealmFound } from './realm-found.ts'
import { survey } from './survey.ts'

/** Reads the realm once more: what was to end and lives, what began since, and who was ended untold. */
export async function lookAgain(
  found: RealmFound,
  done: RealmLoggedOut,
  keycloak: Keycloak,
  ctx: Context,
  progress: Progress,
): Promise<{ after: After; endedUntold: number }> {
  const unseen = {
    after: { active: null, offline: null, startedAfter: null, left: null },
    endedUntold: done.atRisk.size,
  }
  // Interrupted: what is left is said by what was not tried, and the person is waiting.
  if (ctx.signal.aborted || done.stopped) return unseen
  try {
    const counts = await keycloak.sessionCounts()
    const online = await survey(found.clients, counts, false, () => true, keycloak, ctx, progress)
    // The sign-in that looks is new where the realm's logout has ended the old one.
    const own = await keycloak.ownSessionId()
    const living = [...online.sessions.keys()].filter((id) => id !== own && id !== found.ownSessionId)
    const known = found.online
    return {
      after: {
        active: counts.reduce((sum, { active }) => sum + active, 0),
        offline: counts.reduce((sum, { offline }) => sum + offline, 0),
        startedAfter: living.filter((id) => !known.has(id)).length,
        left: living.filter((id) => known.has(id)).length,
      },
      endedUntold: [...done.atRisk].filter((id) => !online.sessions.has(id)).length + done.offlineUntold,
    }
  } catch (error) {
    // A token that somebody else gave us dies with the realm's sessions, and cannot be renewed.
    if (error instanceof UserError && error.exitCode === EXIT.denied) return unseen
    throw error
  }
}
