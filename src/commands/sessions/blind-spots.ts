import type { Finding } from '../../core/finding.ts'
import type { Client } from '../../core/model.ts'
import { reach } from '../../core/reach.ts'
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

function notNotified(client: Client): Finding[] {
  const { clientId } = client
  const all = reach(client, 'all')
  const user = reach(client, 'user')
  const realmStep = reach(client, 'realm-step')
  if (!all.notified && all.reason)
    return [{ clientId, code: all.reason, severity: all.reason === 'built-in' ? 'info' : 'warning' }]
  if (!user.notified && user.reason) return [{ clientId, code: user.reason, severity: 'warning' }]
  if (!realmStep.notified && (realmStep.reason === 'backchannel-only' || realmStep.reason === 'saml'))
    return [{ clientId, code: realmStep.reason, severity: 'info' }]
  return []
}
