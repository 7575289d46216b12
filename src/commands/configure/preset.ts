import type { DesiredSettings } from '../../client-settings/settings.ts'
import { checkUrl } from '../../client-settings/url-check.ts'
import type { Finding } from '../../core/finding.ts'

/** The platforms whose two URLs follow from the URL of the tenant. */
export const PRESETS = ['cumulocity'] as const

/**
 * The two logout URLs of a Cumulocity tenant, from the URL of the tenant.
 * The Backchannel Logout URL ends the sessions of one user, the Admin URL (Keycloak appends `/k_logout`) those of the
 * whole tenant. A trailing slash is dropped; a path, query or fragment is refused, because it belongs to a page of the
 * tenant. With a finding of severity `error` there are no settings.
 */
export function cumulocity(tenantUrl: string): { desired: DesiredSettings; findings: Finding[] } {
  const findings = tenantProblems(tenantUrl)
  if (findings.length > 0) return { desired: {}, findings }
  const { origin } = new URL(tenantUrl)
  return {
    desired: { backchannelLogoutUrl: `${origin}/user/logout/oidc`, adminUrl: `${origin}/user/keycloak` },
    findings,
  }
}

function tenantProblems(tenantUrl: string): Finding[] {
  const refusal = (code: string, args = {}): Finding[] => [
    { code, severity: 'error', url: tenantUrl, args: { field: 'tenantUrl', ...args } },
  ]
  const problem = checkUrl(tenantUrl, 'backchannelLogoutUrl').find(({ severity }) => severity === 'error')
  if (problem) return [{ ...problem, args: { ...problem.args, field: 'tenantUrl' } }]
  if (tenantUrl.startsWith('/')) return refusal('url-scheme')
  if (tenantUrl.includes('${')) return refusal('url-character', { character: '{' })
  const { origin, pathname, search } = new URL(tenantUrl)
  return pathname === '/' && search === '' ? [] : refusal('tenant-url-with-path', { suggestion: origin })
}
