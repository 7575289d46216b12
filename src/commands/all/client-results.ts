import type { ClientResult } from '../../core/client-result.ts'
import {
  type KnownNotifications,
  knownNotifications,
  plannedNotifications,
} from '../../core/known-notifications.ts'
import type { Client } from '../../core/model.ts'
import { atMost, exactly } from '../../core/notifications.ts'
import { reach } from '../../core/reach.ts'
import { maskCredentials } from '../../util/mask-credentials.ts'
import { added } from './counts.ts'
import type { Execution } from './execute.ts'
import { type AllOutcome, type Phase, realmCallOf } from './outcome.ts'
import { type AllPlan, planClients } from './plan.ts'
import type { RealmSnapshot } from './snapshot.ts'

/** Each client with sessions: what is planned for it, or with `execution`, what is known of its notification. */
export function clientResults(
  { operation, byClient }: AllPlan,
  snapshot: RealmSnapshot,
  execution: Execution | undefined,
  phases: readonly Phase[],
): ClientResult[] {
  const sessions = execution ? added(byClient, execution.newByClient) : byClient
  return planClients(operation, snapshot, sessions).map(({ id, ...planned }) => {
    const ended = execution?.endedByClient.get(id) ?? 0
    const client = { ...planned, ...channelUsed(snapshot.clients, id, ended, phases) }
    const known = execution
      ? notificationsOf(client, ended, phases, execution.adminUrls)
      : plannedNotifications(plannedCalls(client))
    return { ...client, ended, ...known }
  })
}

/** One call to an Admin URL in the realm step, one to a Backchannel Logout URL for each session. */
const plannedCalls = ({
  expectation,
  channel,
  sessions,
}: Pick<ClientResult, 'expectation' | 'channel' | 'sessions'>) =>
  exactly(expectation === 'not-notified' ? 0 : channel === 'admin-url' ? 1 : sessions)

/**
 * A client with both URLs is notified by the Backchannel Logout URL when a session ends one by one, and only by it if the
 * realm step did not run.
 */
function channelUsed(clients: readonly Client[], id: string, ended: number, phases: readonly Phase[]) {
  const client = clients.find((one) => one.id === id)
  if (!client || ended === 0 || wereAdminUrlsCalled(phases)) return {}
  const { channel, url, notified } = reach(client, 'user')
  return notified ? { channel, url: url && maskCredentials(url) } : {}
}

/** Were Admin URLs called, or may they have been? */
const wereAdminUrlsCalled = (phases: readonly Phase[]) =>
  ['done', 'unknown'].includes(realmCallOf(phases) ?? '')

/**
 * Backchannel calls are made when sessions end one by one, one call to each Admin URL by the realm step. That Keycloak
 * reaches the Admin URL right after does not show that its logout call was accepted; that neither Keycloak nor this
 * machine reaches it shows that it failed.
 */
function notificationsOf(
  { clientId, channel, expectation }: Pick<ClientResult, 'clientId' | 'channel' | 'expectation'>,
  ended: number,
  phases: readonly Phase[],
  adminUrls: AllOutcome['adminUrls'],
): KnownNotifications {
  if (expectation === 'not-notified') return knownNotifications(exactly(0))
  if (channel !== 'admin-url') return knownNotifications(exactly(ended))
  const call = realmCallOf(phases)
  const expected = call === 'done' ? exactly(1) : call === 'unknown' ? atMost(1) : exactly(0)
  const isUnreached = adminUrls.some((entry) => entry.clientId === clientId && entry.reached === 'no')
  return expected.max > 0 && isUnreached
    ? knownNotifications(expected, {
        outcomes: [{ kind: 'failed', error: 'not-reached' }],
        evidence: ['push'],
      })
    : knownNotifications(expected)
}
