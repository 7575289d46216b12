import type { Finding } from '../../core/finding.ts'
import type { Client } from '../../core/model.ts'
import { reach } from '../../core/reach.ts'
import { tenantsNotNotified } from '../../core/tenant.ts'

/**
 * What a logout would miss at this client: acts that do not tell it, and tenants that it cannot tell.
 * It looks at the client's settings only; whether its receiver listens is for `doctor` to find out.
 */
export function blindSpots(client: Client): Finding[] {
  const about = { clientId: client.clientId }
  const all = reach(client, 'all')
  const user = reach(client, 'user')
  const realmStep = reach(client, 'realm-step')
  const findings: Finding[] = []

  if (!all.notified && all.reason)
    findings.push({ ...about, code: all.reason, severity: all.reason === 'built-in' ? 'info' : 'warning' })
  else if (!user.notified && user.reason) findings.push({ ...about, code: user.reason, severity: 'warning' })
  else if (!realmStep.notified && realmStep.reason === 'backchannel-only')
    findings.push({ ...about, code: 'backchannel-only', severity: 'info' })

  for (const host of tenantsNotNotified(client))
    findings.push({ ...about, code: 'tenant-not-notified', severity: 'warning', args: { host } })
  return findings
}
