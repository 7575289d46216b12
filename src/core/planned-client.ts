import { maskCredentials } from '../util/mask-credentials.ts'
import type { ClientResult, NotificationExpectation } from './client-result.ts'
import type { Client, Realm, Session } from './model.ts'
import { atMost, type ExpectedCalls, exactly } from './notifications.ts'
import { type Reach, reach } from './reach.ts'

/** A client of the sessions that will end, and whether it will be notified. */
export type PlannedClient = Pick<
  ClientResult,
  | 'clientId'
  | 'channel'
  | 'url'
  | 'expectation'
  | 'reason'
  | 'sessions'
  | 'accessTokenLifespan'
  | 'alongside'
  | 'expired'
  | 'invalidated'
>

/** The settings that decide which clients are notified, and how long access tokens stay valid. */
export interface RealmFacts {
  readonly realm: Pick<Realm, 'accessTokenLifespan'>
  readonly clients: readonly Client[]
}

type ClientRef = Session['clients'][number]

/** Client sessions that end or stop working without a notification, one entry each. */
export interface UnnotifiedParts {
  /** Expired, while their user sessions were still active. */
  readonly expired: readonly ClientRef[]
  /** Of offline sessions that stay listed with invalid tokens. */
  readonly invalidated: readonly ClientRef[]
}

const NO_PARTS: UnnotifiedParts = { expired: [], invalidated: [] }

/**
 * Returns the clients of these sessions, those that will not be notified first. A client that is in a session but not
 * in the list of clients is not visible to the caller, or was created in the meantime: whether Keycloak notifies it is
 * unknown.
 * @param selected client ids given with `--client`
 */
export function plannedClients(
  sessions: readonly Session[],
  { clients, realm }: RealmFacts,
  selected?: readonly string[],
  { expired, invalidated }: UnnotifiedParts = NO_PARTS,
): PlannedClient[] {
  const ending = sessions.flatMap((session) => session.clients)
  const known = new Map(clients.map((client) => [client.id, client]))
  const refs = new Map([...ending, ...expired, ...invalidated].map((ref) => [ref.id, ref]))
  return [...refs.values()]
    .map(({ id, clientId }): PlannedClient => {
      const client = known.get(id)
      const counts = {
        sessions: countOf(id, ending),
        expired: countOf(id, expired),
        invalidated: countOf(id, invalidated),
      }
      const { channel, url, expectation, reason } = notificationOf(client, counts)
      return {
        clientId: client?.clientId ?? clientId,
        channel,
        url: url && maskCredentials(url),
        expectation,
        ...(reason ? { reason } : {}),
        sessions: counts.sessions,
        accessTokenLifespan: client?.accessTokenLifespan ?? realm.accessTokenLifespan ?? null,
        alongside: Boolean(selected?.length) && !selected?.includes(clientId),
        ...(counts.expired > 0 ? { expired: counts.expired } : {}),
        ...(counts.invalidated > 0 ? { invalidated: counts.invalidated } : {}),
      }
    })
    .sort((a, b) => RANK[a.expectation] - RANK[b.expectation] || a.clientId.localeCompare(b.clientId))
}

const RANK: Readonly<Record<NotificationExpectation, number>> = {
  'not-notified': 0,
  uncertain: 1,
  notified: 2,
}

const countOf = (id: string, refs: readonly ClientRef[]) => refs.filter((ref) => ref.id === id).length

type Notification = Pick<Reach, 'channel' | 'url' | 'reason'> & {
  readonly expectation: NotificationExpectation
}

function notificationOf(
  client: Client | undefined,
  { sessions, expired }: { readonly sessions: number; readonly expired: number },
): Notification {
  const found = client ? reach(client, 'user') : undefined
  if (found?.reason === 'built-in') return { ...found, expectation: 'not-notified' }
  if (sessions === 0) {
    const reason = expired > 0 ? 'session-expired' : 'offline-invalidated'
    return { channel: found?.channel ?? 'none', url: null, expectation: 'not-notified', reason }
  }
  if (!found) return { channel: 'none', url: null, expectation: 'uncertain', reason: 'not-visible' }
  return { ...found, expectation: found.notified ? 'notified' : 'not-notified' }
}

/** The calls to expect of a client for this number of sessions that end. */
export const expectedCalls = (expectation: NotificationExpectation, sessions: number): ExpectedCalls =>
  expectation === 'notified' ? exactly(sessions) : expectation === 'uncertain' ? atMost(sessions) : exactly(0)
