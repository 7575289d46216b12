import type { Client, SessionCount } from './model.ts'

/**
 * The clients with sessions that the caller may not view: Keycloak counts their sessions, and leaves them out of its list
 * of clients (fine-grained admin permissions, 26.7.4). Not visible is not absent: whether they are notified is unknown.
 */
export function clientsNotVisible(
  counts: readonly SessionCount[],
  clients: readonly Pick<Client, 'id'>[],
): SessionCount[] {
  const visible = new Set(clients.map(({ id }) => id))
  return counts.filter(({ id, active, offline }) => !visible.has(id) && active + offline > 0)
}

/** How much of a realm's clients a list of them shows. */
export interface ClientSight {
  /** False: some are hidden. Undefined: the caller lacks view-clients, and no hidden client has a session. */
  readonly isAll: boolean | undefined
  /** The hidden clients that have sessions. */
  readonly notVisible: readonly SessionCount[]
}

const NAMES_SHOWN = 5

/** What is not seen, as a sentence; undefined if everything is. */
export function sightText({ isAll, notVisible }: ClientSight): string | undefined {
  if (isAll === true) return undefined
  if (notVisible.length === 0)
    return 'Your account sees only the clients that it was granted: others may be missing here.'
  const names = notVisible.slice(0, NAMES_SHOWN).map(({ clientId }) => clientId)
  const more = notVisible.length > NAMES_SHOWN ? `, and ${notVisible.length - NAMES_SHOWN} more` : ''
  const [noun, verb] = notVisible.length === 1 ? ['client', 'is'] : ['clients', 'are']
  return `${notVisible.length} ${noun} with sessions ${verb} not visible to you: ${names.join(', ')}${more}.`
}
