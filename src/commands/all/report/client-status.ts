import type { ClientResult } from '../../../core/client-result.ts'
import type { ClientStatus } from '../../../report/client-status.ts'
import { type AllOutcome, realmCallOf } from '../outcome.ts'

/** Derives the status of a client. Without evidence nothing is known of answers: Keycloak discards them. */
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
  if (expectation === 'uncertain') return entry(delivery, reason ?? 'answers-unknown')
  if (channel !== 'admin-url') return entry(delivery, delivery === 'unconfirmed' ? 'answers-unknown' : null)
  const adminUrl = adminUrls.find((one) => one.clientId === clientId)
  if (!adminUrl) return entry(delivery, 'step-unfinished')
  return entry(delivery, adminUrl.why === undefined ? null : `admin-url-${adminUrl.why}`)
}
