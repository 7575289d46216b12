import type { Finding } from '../../core/finding.ts'
import type { Client } from '../../core/model.ts'
import { reachWithEvents } from '../../core/ssf.ts'
import { tenantsNotNotified } from '../../core/tenant.ts'

/**
 * Returns what a logout would miss at this client: operations that do not notify it, and redirect hosts without a logout
 * URL. Looks only at the client's settings; `doctor` checks whether its logout URLs answer.
 */
export function blindSpots(client: Client): Finding[] {
  const { clientId } = client
  return [
    ...notNotified(client),
    ...tenantsNotNotified(client).map((host) => ({
      clientId,
      code: 'tenant-not-notified',
      severity: 'warning' as const,
      args: { host },
    })),
  ]
}

/** Notified as single sessions end, not by the realm step. */
const LATE: ReadonlySet<string> = new Set(['backchannel-only', 'saml', 'ssf-not-emitted'])

function notNotified(client: Client): Finding[] {
  const { clientId } = client
  const all = reachWithEvents(client, 'all')
  const user = reachWithEvents(client, 'user')
  const realmStep = reachWithEvents(client, 'realm-step')
  if (!all.notified && all.reason)
    return [{ clientId, code: all.reason, severity: all.reason === 'built-in' ? 'info' : 'warning' }]
  if (!user.notified && user.reason) return [{ clientId, code: user.reason, severity: 'warning' }]
  if (!realmStep.notified && realmStep.reason && LATE.has(realmStep.reason))
    return [{ clientId, code: realmStep.reason, severity: 'info' }]
  return []
}
