import type { Client, Realm, Session } from './model.ts'
import { type Channel, type NotNotifiedReason, reach } from './reach.ts'

export interface PlannedClient {
  readonly clientId: string
  readonly channel: Channel
  readonly url: string | null
  readonly expectation: 'notified' | 'not-notified'
  readonly reason?: NotNotifiedReason
  /** Sessions of the plan that this client takes part in. */
  readonly sessions: number
  /** Seconds for which an access token of this client may still be accepted by those that check it by themselves. */
  readonly accessTokenLifespan: number | null
  /** Not asked for with `--client`, but loses its session with it. */
  readonly alongside: boolean
}

/** What tells who hears of an ended session, and how long that matters. */
export interface RealmFacts {
  readonly realm: Pick<Realm, 'accessTokenLifespan'>
  readonly clients: readonly Client[]
}

/** The clients that take part in these sessions, those that will not be told first. */
export function plannedClients(
  sessions: readonly Session[],
  { clients, realm }: RealmFacts,
  asked?: readonly string[],
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
        url,
        expectation: notified ? ('notified' as const) : ('not-notified' as const),
        ...(reason ? { reason } : {}),
        sessions: counts.get(client.id) ?? 0,
        accessTokenLifespan: client.accessTokenLifespan ?? realm.accessTokenLifespan ?? null,
        alongside: Boolean(asked?.length) && !asked?.includes(client.clientId),
      }
    })
    .sort(
      (a, b) =>
        Number(a.expectation === 'notified') - Number(b.expectation === 'notified') ||
        a.clientId.localeCompare(b.clientId),
    )
}
