import type { ClientResult } from '../../core/client-result.ts'
import { knownNotifications } from '../../core/known-notifications.ts'
import { atMost } from '../../core/notifications.ts'
import type { Connection } from '../../keycloak/http/can-connect.ts'
import { findUnconnected } from '../../sessions/unconnected.ts'
import type { UserRun } from './gather.ts'
import type { UserOutcome } from './outcome.ts'

/**
 * Returns the result with each client as uncertain that was called and whose host refuses connections from this machine:
 * Keycloak may not reach it either.
 */
export async function doubtUnconnected(
  outcome: UserOutcome,
  { keycloak, facts }: Pick<UserRun, 'keycloak' | 'facts'>,
  connect: (url: string) => Promise<Connection>,
): Promise<UserOutcome> {
  const called = new Set(
    outcome.users.flatMap(({ clients }) => clients.filter(isCalled).map(({ clientId }) => clientId)),
  )
  const found = await findUnconnected(
    facts.clients.filter(({ clientId }) => called.has(clientId)),
    keycloak.server,
    connect,
  )
  const refusing = new Set(facts.clients.filter(({ id }) => found.has(id)).map(({ clientId }) => clientId))
  const doubted = (client: ClientResult): ClientResult =>
    isCalled(client) && refusing.has(client.clientId)
      ? {
          ...client,
          expectation: 'uncertain',
          reason: 'no-connection',
          ...knownNotifications(atMost(client.notifications.expected.max)),
        }
      : client
  return {
    ...outcome,
    users: outcome.users.map((user) => ({ ...user, clients: user.clients.map(doubted) })),
  }
}

const isCalled = ({ expectation, notifications }: ClientResult) =>
  expectation === 'notified' && notifications.expected.max > 0
