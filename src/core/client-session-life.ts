import type { Client, Realm, Session } from './model.ts'

/** Clocks differ, and a run takes time: within this of its end a client session may be either. */
const MARGIN_SECONDS = 5

/**
 * May the client session have expired while its user session lives? Keycloak lists and counts it all the same (26.7.4)
 * but does not notify its client. The API does not show a client session's own times, only its user session's: it began
 * no earlier than that and was used no earlier. So within the shortest limit from the user session's start it certainly
 * lives; after that it may be either (`SessionExpirationUtils` of Keycloak: the client's setting, else the realm's for
 * client sessions, else that of user sessions).
 * @param now milliseconds since the epoch, by the server's clock where it is known
 */
export function mayHaveExpired(
  session: Pick<Session, 'start' | 'offline'>,
  client: Client,
  realm: Realm,
  now: number,
): boolean {
  const shortest = shortestLimit(client, realm, session.offline)
  if (shortest === undefined) return true
  return now - session.start > (shortest - MARGIN_SECONDS) * 1000
}

/** Seconds after which a client session may expire; undefined where no limit is known, which says nothing. */
export function shortestLimit(client: Client, realm: Realm, offline: boolean): number | undefined {
  const own = offline ? client.offlineSessionLimits : client.sessionLimits
  const limits = offline ? realm.offlineSessionLimits : realm.sessionLimits
  const idle = own?.idle ?? limits?.client.idle ?? limits?.user.idle
  const max = own?.max ?? limits?.client.max ?? limits?.user.max
  if (idle === undefined || max === undefined) return idle ?? max
  return Math.min(idle, max)
}
