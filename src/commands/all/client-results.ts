import type { ClientResult, DeliveryStatus } from '../../core/client-result.ts'
import type { Client } from '../../core/model.ts'
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
    const delivery = execution ? deliveryTo(client, ended, phases, execution.adminUrls) : ('none' as const)
    return { ...client, ended, delivery }
  })
}

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

/** Backchannel calls are made when sessions end one by one, calls to Admin URLs only by the realm step. */
function deliveryTo(
  { clientId, channel, expectation }: Pick<ClientResult, 'clientId' | 'channel' | 'expectation'>,
  ended: number,
  phases: readonly Phase[],
  adminUrls: AllOutcome['adminUrls'],
): DeliveryStatus {
  if (expectation === 'not-notified') return 'none'
  if (channel !== 'admin-url') return ended > 0 ? 'unconfirmed' : 'none'
  if (!wereAdminUrlsCalled(phases)) return 'none'
  return adminUrls.find((entry) => entry.clientId === clientId)?.delivery ?? 'unconfirmed'
}
