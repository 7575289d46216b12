import type { ClientResult } from '../../../core/client-result.ts'
import { type AllOutcome, realmCallOf } from '../outcome.ts'

/** Was a client told, and how is that known? */
export interface Telling {
  readonly clientId: string
  /**
   * - `confirmed`: Keycloak reached it just after the call
   * - `unconfirmed`: Keycloak called it; what it answered is not known
   * - `failed`: Keycloak called it and did not reach it
   * - `not-notified`: nothing tells it
   * - `not-yet`: it would have been told, but the run did not come to that
   * - `planned`: it would be told (a plan)
   */
  readonly status: 'confirmed' | 'unconfirmed' | 'failed' | 'not-notified' | 'not-yet' | 'planned'
  /**
   * Why it is so: for `not-notified` a reason as in `clients`; else `answers-unknown`, `admin-url-…` with the code of
   * `adminUrls`, `step-not-run`, `step-refused`, `step-unfinished`, `none-ended` or `ended-untold`. null where there is
   * nothing to add.
   */
  readonly why: string | null
  /** Sessions that were to end at it. */
  readonly sessions: number
  /** Those that ended one by one: so often it was called, where that tells it. */
  readonly ended: number
}

/** The channel decides what can be known: Keycloak throws the answers to logout tokens away. */
export function clientStatusOf(client: ClientResult, { dryRun, adminUrls, phases }: AllOutcome): Telling {
  const { clientId, channel, expectation, reason, delivery, sessions, ended } = client
  const entry = (status: Telling['status'], why: string | null): Telling => ({
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
    // Its sessions ended all the same, in Keycloak's logout of the realm, which does not call it.
    return call === 'done' ? entry('not-notified', 'ended-untold') : entry('not-yet', 'none-ended')
  }
  if (channel !== 'admin-url') return entry(delivery, 'answers-unknown')
  const found = adminUrls.find((one) => one.clientId === clientId)
  if (!found) return entry(delivery, 'step-unfinished')
  return entry(delivery, found.why === undefined ? null : `admin-url-${found.why}`)
}
