import type { Finding } from '../../core/finding.ts'
import type { Client } from '../../core/model.ts'
import { reach } from '../../core/reach.ts'
import { tenantsNotTold } from '../../core/tenant.ts'

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

  if (!all.told && all.reason)
    findings.push({ ...about, code: all.reason, severity: all.reason === 'built-in' ? 'info' : 'warning' })
  else if (!user.told && user.reason) findings.push({ ...about, code: user.reason, severity: 'warning' })
  else if (!realmStep.told && realmStep.reason === 'backchannel-only')
    findings.push({ ...about, code: 'backchannel-only', severity: 'info' })

  for (const host of tenantsNotTold(client))
    findings.push({ ...about, code: 'tenant-not-told', severity: 'warning', args: { host } })
  return findings
}
