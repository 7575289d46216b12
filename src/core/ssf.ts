import { maskCredentials } from '../util/mask-credentials.ts'
import type { Client, Session } from './model.ts'
import {
  type PlannedClient,
  plannedClients,
  type RealmFacts,
  type UnnotifiedParts,
} from './planned-client.ts'
import { type Operation, type Reach, reach } from './reach.ts'

/** A client that receives security events (Shared Signals Framework, experimental in Keycloak 26.7). */
export type SsfReceiver = Client & { readonly ssf: NonNullable<Client['ssf']> }

const isReceiver = (client: Client): client is SsfReceiver => client.enabled && client.ssf !== undefined

/** The clients whose stream delivers session-revoked events. None on a server without the feature. */
export const ssfReceivers = (clients: readonly Client[]): SsfReceiver[] => clients.filter(isReceiver)

/** As `reach`, where a client that Keycloak does not call may receive security events instead. */
export function reachWithEvents(client: Client, operation: Operation): Reach {
  const found = reach(client, operation)
  return found.notified || !isReceiver(client) ? found : reachOfEvents(client, operation)
}

/** Events are emitted for sessions that end one by one. */
const reachOfEvents = ({ ssf: { url } }: SsfReceiver, operation: Operation): Reach =>
  operation === 'realm-step'
    ? { channel: 'ssf', url: null, notified: false, reason: 'ssf-not-emitted' }
    : { channel: 'ssf', url, notified: true }

/**
 * The rows of a plan or a result, and one for each receiver: it gets an event for each session that ends one by one,
 * whichever clients take part in it. A row of the same client gives way if it says "not notified".
 * @param sessions the number of sessions to end
 */
export function withReceivers<T extends PlannedClient>(
  rows: readonly T[],
  clients: readonly Client[],
  { sessions, operation }: { readonly sessions: number; readonly operation: Operation },
  make: (row: PlannedClient) => T,
): T[] {
  const receivers = sessions > 0 ? ssfReceivers(clients) : []
  const own = receivers.map((client) => {
    const { channel, url, notified, reason } = reachOfEvents(client, operation)
    const row = rows.find(({ clientId }) => clientId === client.clientId)
    return make({
      clientId: client.clientId,
      channel,
      url: url && maskCredentials(url),
      expectation: notified ? 'notified' : 'not-notified',
      ...(reason ? { reason } : {}),
      sessions,
      accessTokenLifespan: row?.accessTokenLifespan ?? client.accessTokenLifespan ?? null,
      alongside: false,
    })
  })
  const isReplaced = ({ clientId, expectation }: T) =>
    expectation === 'not-notified' && own.some((one) => one.clientId === clientId)
  return [...rows.filter((row) => !isReplaced(row)), ...own]
}

/** As `plannedClients`, with the receivers of security events. */
export const plannedWithReceivers = (
  sessions: readonly Session[],
  facts: RealmFacts,
  selected?: readonly string[],
  unnotified?: UnnotifiedParts,
): PlannedClient[] =>
  withReceivers(
    plannedClients(sessions, facts, selected, unnotified),
    facts.clients,
    { sessions: sessions.length, operation: 'user' },
    (row) => row,
  )
