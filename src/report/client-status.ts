import type { ClientResult } from '../core/client-result.ts'

/** Whether a client was notified, and how that is known. */
export interface ClientStatus {
  readonly clientId: string
  /**
   * - `confirmed`: it accepted every call
   * - `partly`: it accepted some calls, others were refused, failed or were not sent
   * - `unconfirmed`: calls are expected; not every answer is known
   * - `failed`: it accepted no call
   * - `not-notified`: nothing notifies it
   * - `not-yet`: the run ended before it was notified
   * - `planned`: it will be notified (a plan)
   */
  readonly status: 'confirmed' | 'partly' | 'unconfirmed' | 'failed' | 'not-notified' | 'not-yet' | 'planned'
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

/** Is this client not notified, although it should be? Built-in clients of Keycloak need no notification. */
export const isUnnotified = ({ status, why }: ClientStatus): boolean =>
  status === 'not-notified' && why !== 'built-in'

/** What a status is made of. */
type StatusFacts = Pick<
  ClientResult,
  'clientId' | 'expectation' | 'reason' | 'delivery' | 'sessions' | 'ended'
>

/** Whether a client was notified: without evidence nothing is known of its answers. */
export function statusOf(client: StatusFacts, dryRun: boolean): ClientStatus {
  const { clientId, expectation, reason, delivery, sessions, ended } = client
  const entry = (status: ClientStatus['status'], why: string | null) => ({
    clientId,
    status,
    why,
    sessions,
    ended,
  })
  if (expectation === 'not-notified') return entry('not-notified', reason ?? null)
  if (dryRun) return entry('planned', null)
  if (delivery === 'none') return entry('not-yet', 'none-ended')
  if (expectation === 'uncertain') return entry(delivery, reason ?? 'answers-unknown')
  return entry(delivery, delivery === 'unconfirmed' ? 'answers-unknown' : null)
}
