import type { Client } from './model.ts'
import { hostOf, resolveUrl } from './urls.ts'

/**
 * Returns the tenant of a client: the host of its logout URLs, else of its root or base URL, else of its first absolute
 * redirect URI. Platforms use one host per tenant. Undefined if no URL has a host.
 */
export function tenantOf(client: Client): string | undefined {
  const { backchannelLogoutUrl, adminUrl, rootUrl, baseUrl, redirectUris } = client
  const complete = (url: string | undefined) => url && resolveUrl(url, rootUrl)
  const candidates = [
    complete(backchannelLogoutUrl),
    complete(adminUrl),
    rootUrl,
    complete(baseUrl),
    ...redirectUris,
  ]
  for (const url of candidates) {
    const host = hostOf(url?.replace(/\*+$/, ''))
    if (host) return host
  }
  return undefined
}

/**
 * Returns the hosts of redirect URIs that are not hosts of the client's logout URLs. A client has one Backchannel Logout
 * URL and one Admin URL, so users stay signed in at the other hosts.
 */
export function tenantsNotNotified(client: Client): string[] {
  const { backchannelLogoutUrl, adminUrl, redirectUris, rootUrl } = client
  const complete = (url: string | undefined) => url && resolveUrl(url, rootUrl)
  const notified = new Set(
    [hostOf(complete(backchannelLogoutUrl)), hostOf(complete(adminUrl))].filter(Boolean),
  )
  if (notified.size === 0) return []
  const hosts = redirectUris
    .map((uri) => hostOf(uri.replace(/\*+$/, '')))
    .filter((host) => host !== undefined)
  return [...new Set(hosts)].filter((host) => !notified.has(host)).sort()
}
