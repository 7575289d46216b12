import type { ClientResult } from '../../../core/client-result.ts'
import { type AllOutcome, realmCallOf } from '../outcome.ts'

/** Whether a client was notified, and how that is known. */
export interface ClientStatus {
  readonly clientId: string
  /**
   * - `confirmed`: Keycloak reached it right after the call
   * - `unconfirmed`: Keycloak called it; the answer is unknown
   * - `failed`: Keycloak called it and did not reach it
   * - `not-notified`: nothing notifies it
   * - `not-yet`: the run ended before it was notified
   * - `planned`: it will be notified (a plan)
   */
  readonly status: 'confirmed' | 'unconfirmed' | 'failed' | 'not-notified' | 'not-yet' | 'planned'
  /**
   * The reason: for `not-notified` as in `clients`; else `answers-unknown`, `admin-url-…` with the code of `adminUrls`,
   * `step-not-run`, `step-refused`, `step-unfinished`, `none-ended` or `ended-unnotified`. null if there is nothing to add.
   */
  readonly why: string | null
  /** Planned sessions. */
  readonly sessions: number
  /** Sessions that ended one by one: Keycloak calls a client with a Backchannel Logout URL once for each. */
  readonly ended: number
}

/** Derives the status of a client. The channel decides what can be known: Keycloak discards answers to logout tokens. */
export function clientStatus(client: ClientResult, { dryRun, adminUrls, phases }: AllOutcome): ClientStatus {
  const { clientId, channel, expectation, reason, delivery, sessions, ended } = client
  const entry = (status: ClientStatus['status'], why: string | null): ClientStatus => ({
    clientId,
    status,
    why,
    sessions,
    ended,
  })
  if (expectation === 'not-notified') return entry('not-notified', reason ?? null)
  if (dryRun) return entry('planned', null)
  if (delivery === 'none') {
    const call = realmCallOf(phases)
    if (channel === 'admin-url') return entry('not-yet', call === 'refused' ? 'step-refused' : 'step-not-run')
    // Keycloak's realm logout ended its sessions without calling it.
    return call === 'done' ? entry('not-notified', 'ended-unnotified') : entry('not-yet', 'none-ended')
  }
  if (channel !== 'admin-url') return entry(delivery, 'answers-unknown')
  const adminUrl = adminUrls.find((one) => one.clientId === clientId)
  if (!adminUrl) return entry(delivery, 'step-unfinished')
  return entry(delivery, adminUrl.why === undefined ? null : `admin-url-${adminUrl.why}`)
}

/** Is this client not notified, although it should be? Built-in clients of Keycloak need no notification. */
export const isUnnotified = ({ status, why }: ClientStatus): boolean =>
  status === 'not-notified' && why !== 'built-in'
