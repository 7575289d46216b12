import type { DesiredSettings } from '../../client-settings/settings.ts'
import { checkUrl } from '../../client-settings/url-check.ts'
import type { Finding } from '../../core/finding.ts'

/** The platforms whose two URLs follow from the tenant's one. */
export const PRESETS = ['cumulocity'] as const

/**
 * Cumulocity's two logout addresses of one tenant: the Backchannel Logout URL ends the sessions of one person, the Admin
 * URL (Keycloak appends `/k_logout`) those of the whole tenant. Findings of severity `error` are refusals, and then
 * nothing is wanted. A trailing slash is dropped; a path, query or fragment is refused, as it belongs to a page of the
 * tenant and not to its address.
 */
export function cumulocity(tenantUrl: string): { wanted: DesiredSettings; findings: Finding[] } {
  const findings = tenantProblems(tenantUrl)
  if (findings.length > 0) return { wanted: {}, findings }
  const { origin } = new URL(tenantUrl)
  return {
    wanted: { backchannelLogoutUrl: `${origin}/user/logout/oidc`, adminUrl: `${origin}/user/keycloak` },
    findings,
  }
}

function tenantProblems(tenantUrl: string): Finding[] {
  const refuse = (code: string, args = {}): Finding[] => [
    { code, severity: 'error', url: tenantUrl, args: { field: 'tenantUrl', ...args } },
  ]
  const problem = checkUrl(tenantUrl, 'backchannelLogoutUrl').find(({ severity }) => severity === 'error')
  if (problem) return [{ ...problem, args: { ...problem.args, field: 'tenantUrl' } }]
  if (tenantUrl.startsWith('/')) return refuse('url-scheme')
  if (tenantUrl.includes('${')) return refuse('url-character', { character: '{' })
  const { origin, pathname, search } = new URL(tenantUrl)
  return pathname === '/' && search === '' ? [] : refuse('tenant-url-with-path', { suggestion: origin })
}
