import type { Context } from '../../cli/context.ts'
import { notStored } from '../../core/events/events-config.ts'
import { EXIT, UserError } from '../../errors.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import { duration } from '../../util/format.ts'
import type { EventsWanted } from './read-events.ts'

/** An empty list would look like peace. @param now milliseconds since the epoch, by the server's clock */
export async function sayWhatIsMissing(
  { since, clientId, user }: EventsWanted,
  now: number,
  keycloak: Keycloak,
  { print }: Context,
): Promise<void> {
  const storing = await keycloak.eventsConfig()
  const missing = notStored(storing)
  for (const kind of missing)
    print.warn(
      `Realm ${keycloak.realm} does not store ${kind === 'user' ? "people's events about logouts" : "administrators' events"}: \`kc-logout events --enable\` has it store them from then on.`,
    )
  const kept = storing.eventsExpiration ?? 0
  if (!missing.includes('user') && kept > 0 && since < now - kept * 1000)
    print.warn(`People's events expire after ${duration(kept)}: older ones have gone.`)
  if (clientId !== undefined) {
    print.note("Administrators' events name no client and are left out.")
    if (await isUnseen(clientId, keycloak))
      print.warn(`Realm ${keycloak.realm} shows no client ${clientId}: is it spelt right?`)
  }
  if (user)
    print.note(
      'Events that name no person are left out: sessions that administrators ended one by one, logouts of the realm, most failed logouts.',
    )
}

/** False where nobody may look: a client's events may outlive it, so that is no error. */
async function isUnseen(clientId: string, keycloak: Keycloak): Promise<boolean> {
  try {
    return (await keycloak.findClient(clientId)) === undefined
  } catch (error) {
    if (error instanceof UserError && error.exitCode === EXIT.denied) return false
    throw error
  }
}
