import type { ClientResult } from '../../../core/client-result.ts'
import { type ClientStatus, statusOf } from '../../../report/client-status.ts'
import { type AllOutcome, realmCallOf } from '../outcome.ts'

/** The status of a client after all steps: the realm step calls Admin URLs, and ends what was left without a call. */
export function clientStatus(client: ClientResult, { dryRun, adminUrls, phases }: AllOutcome): ClientStatus {
  const { clientId, channel, expectation, delivery } = client
  const known = statusOf(client, dryRun)
  if (dryRun || expectation === 'not-notified') return known
  if (delivery === 'none') {
    const call = realmCallOf(phases)
    if (channel === 'admin-url')
      return { ...known, why: call === 'refused' ? 'step-refused' : 'step-not-run' }
    // Keycloak's realm logout ended its sessions without calling it.
    return call === 'done' ? { ...known, status: 'not-notified', why: 'ended-unnotified' } : known
  }
  if (expectation === 'uncertain' || channel !== 'admin-url') return known
  const adminUrl = adminUrls.find((one) => one.clientId === clientId)
  if (!adminUrl) return { ...known, why: 'step-unfinished' }
  return { ...known, why: adminUrl.why === undefined ? null : `admin-url-${adminUrl.why}` }
}
