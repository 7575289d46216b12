import { changedClients } from '../../core/changed-clients.ts'
import type { ClientResult } from '../../core/client-result.ts'
import { mayHaveExpired, shortestLimit } from '../../core/client-session-life.ts'
import { knownNotifications } from '../../core/known-notifications.ts'
import type { Client, Realm, Session } from '../../core/model.ts'
import { atMost, type ExpectedCalls, exactly, plus } from '../../core/notifications.ts'
import type { PlannedClient } from '../../core/planned-client.ts'

/** What requests to end one session came to. */
export interface SentRequests {
  /** Keycloak answered that one of them ended it. */
  readonly isConfirmed: boolean
  /** Each may have called the clients of the session. */
  readonly requests: number
}

/** What decides how often Keycloak called a client. */
export interface CallFacts {
  readonly realm: Realm
  readonly clients: readonly Client[]
  /** The clients after the run; undefined if they could not be read. */
  readonly clientsAfter: readonly Client[] | undefined
  /** When the sessions had ended, by the server's clock, milliseconds since the epoch. */
  readonly endedAt: number
  /** False if Keycloak may have notified a client of only one of several sessions that ended (keycloak#27359). */
  readonly notifiesEachSession: boolean
}

/** The plan read what had expired: only a part that lives shorter than a run may have expired since. */
const SHORT_LIFE_SECONDS = 60

/**
 * Adds to a client how many calls its sessions mean: one for each that Keycloak confirmed; where an answer was lost, a
 * part may have expired or the client was changed during the run, a range.
 * @param sessions those that were to end, with the requests for each
 */
export function withCalls(
  client: PlannedClient,
  sessions: readonly { readonly session: Session; readonly sent: SentRequests }[],
  ended: number,
  facts: CallFacts,
): ClientResult {
  const own = sessions.filter(({ session }) => hasPart(session, client))
  const mayBeOver = new Set(
    own.flatMap(({ session }) => (mayExpireDuringRun(session, client, facts) ? [session] : [])),
  )
  const sum = own
    .map(({ session, sent: { isConfirmed, requests } }) => ({
      min: isConfirmed && !mayBeOver.has(session) ? 1 : 0,
      max: Math.max(isConfirmed ? 1 : 0, requests),
    }))
    .reduce(plus, exactly(0))
  const result = (more: Partial<ClientResult>, expected: ExpectedCalls): ClientResult => ({
    ...client,
    ...more,
    ended,
    ...knownNotifications(expected),
  })
  if (isChanged(client, facts))
    return result({ expectation: 'uncertain', reason: 'changed' }, atMost(sum.max))
  if (client.expectation === 'not-notified') return result({}, exactly(0))
  if (client.expectation === 'uncertain') return result({}, atMost(sum.max))
  const expected = facts.notifiesEachSession ? sum : { ...sum, min: Math.min(1, sum.min) }
  if (sum.min === sum.max) return result({}, expected)
  const reason = mayBeOver.size > 0 ? 'may-have-expired' : 'unconfirmed-end'
  return result({ expectation: 'uncertain', reason }, expected)
}

const hasPart = ({ clients }: Session, { clientId }: Pick<PlannedClient, 'clientId'>) =>
  clients.some((one) => one.clientId === clientId)

function mayExpireDuringRun(
  session: Session,
  { clientId }: Pick<PlannedClient, 'clientId'>,
  { clients, realm, endedAt }: CallFacts,
): boolean {
  const client = clients.find((one) => one.clientId === clientId)
  if (!client) return false
  const limit = shortestLimit(client, realm, session.offline)
  return limit !== undefined && limit < SHORT_LIFE_SECONDS && mayHaveExpired(session, client, realm, endedAt)
}

/** Was it changed or deleted during the run in what decides about its calls? */
function isChanged(
  { clientId }: Pick<PlannedClient, 'clientId'>,
  { clients, clientsAfter }: CallFacts,
): boolean {
  const before = clients.find((one) => one.clientId === clientId)
  return Boolean(before && clientsAfter && changedClients([before], clientsAfter).has(before.id))
}
