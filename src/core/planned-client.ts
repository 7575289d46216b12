import { maskCredentials } from '../util/mask-credentials.ts'
import type { NotificationExpectation } from './client-result.ts'
import type { Client, Realm, Session } from './model.ts'
import { type Channel, type NotNotifiedReason, reach } from './reach.ts'

/** A client of the sessions that will end, and whether it will be notified. */
export interface PlannedClient {
  readonly clientId: string
  readonly channel: Channel
  readonly url: string | null
  readonly expectation: NotificationExpectation
  readonly reason?: NotNotifiedReason
  /** Sessions of this client that will end. */
  readonly sessions: number
  /** Seconds for which an access token may still be accepted by services that validate it locally. */
  readonly accessTokenLifespan: number | null
  /** Not selected with `--client`, but its session ends too. */
  readonly alongside: boolean
}

/** The settings that decide which clients are notified, and how long access tokens stay valid. */
export interface RealmFacts {
  readonly realm: Pick<Realm, 'accessTokenLifespan'>
  readonly clients: readonly Client[]
}

/**
 * Returns the clients of these sessions, those that will not be notified first.
 * @param selected client ids given with `--client`
 */
export function plannedClients(
  sessions: readonly Session[],
  { clients, realm }: RealmFacts,
  selected?: readonly string[],
): PlannedClient[] {
  const counts = new Map<string, number>()
  for (const session of sessions)
    for (const { id } of session.clients) counts.set(id, (counts.get(id) ?? 0) + 1)
  return clients
    .filter(({ id }) => counts.has(id))
    .map((client) => {
      const { channel, url, notified, reason } = reach(client, 'user')
      return {
        clientId: client.clientId,
        channel,
        url: url && maskCredentials(url),
        expectation: notified ? ('notified' as const) : ('not-notified' as const),
        ...(reason ? { reason } : {}),
        sessions: counts.get(client.id) ?? 0,
        accessTokenLifespan: client.accessTokenLifespan ?? realm.accessTokenLifespan ?? null,
        alongside: Boolean(selected?.length) && !selected?.includes(client.clientId),
      }
    })
    .sort(
      (a, b) =>
        Number(a.expectation === 'notified') - Number(b.expectation === 'notified') ||
        a.clientId.localeCompare(b.clientId),
    )
}
