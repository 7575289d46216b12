import type { Context } from '../../cli/context.ts'
import { notStored } from '../../core/events/events-config.ts'
import { EXIT, UserError } from '../../errors.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import { duration } from '../../util/format.ts'
import type { EventsQuery } from './read-events.ts'

/**
 * Warns about events that cannot be shown: an empty list must not read as "no failures".
 * @param now milliseconds since the epoch, by the server's clock
 */
export async function warnAboutMissing(
  { since, clientId, user }: EventsQuery,
  now: number,
  keycloak: Keycloak,
  { print }: Pick<Context, 'print'>,
): Promise<void> {
  const config = await keycloak.eventsConfig()
  const missing = notStored(config)
  for (const kind of missing)
    print.warn(
      `Realm ${keycloak.realm} does not store ${kind === 'user' ? 'user events about logouts' : 'admin events'}. \`kc-logout events --enable\` has it store them from then on.`,
    )
  const kept = config.eventsExpiration ?? 0
  if (!missing.includes('user') && kept > 0 && since < now - kept * 1000)
    print.warn(`User events expire after ${duration(kept)}: older ones are missing.`)
  if (clientId !== undefined) {
    print.note('Admin events name no client and are left out.')
    if (await isMissing(clientId, keycloak))
      print.warn(`Realm ${keycloak.realm} shows no client ${clientId}. Check the spelling.`)
  }
  if (user)
    print.note(
      'Events without a user are left out: sessions that administrators ended one by one, logouts of the realm, most failed logouts.',
    )
}

/** False where the role to see clients is missing. A client's events may outlive it, so this is only a warning. */
async function isMissing(clientId: string, keycloak: Keycloak): Promise<boolean> {
  try {
    return (await keycloak.findClient(clientId)) === undefined
  } catch (error) {
    if (error instanceof UserError && error.exitCode === EXIT.denied) return false
    throw error
  }
}
