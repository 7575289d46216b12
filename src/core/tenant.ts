import { isInternalHost } from '../util/internal-host.ts'
import type { Client } from './model.ts'
import { hostOf, resolveUrl } from './urls.ts'

/**
 * Returns the tenant of a client: the host of its logout URLs, else of its root or base URL, else of its first absolute
 * redirect URI. Platforms use one host per tenant. A host that browsers do not use only counts if there is no other one.
 * Undefined if no URL has a host.
 */
export function tenantOf(client: Client): string | undefined {
  const { rootUrl, baseUrl } = client
  const redirects = redirectHosts(client)
  const hosts = [...logoutHosts(client), hostOf(rootUrl), hostOf(complete(baseUrl, rootUrl)), ...redirects]
  const [first, ...others] = hosts.filter((host) => host !== undefined)
  return first && isHidden(first, redirects)
    ? (others.find((host) => !isHidden(host, redirects)) ?? first)
    : first
}

/**
 * Returns the hosts of redirect URIs that are not hosts of the client's logout URLs. A client has one Backchannel Logout
 * URL and one Admin URL, so users stay signed in at the other hosts. Empty if a logout URL has an internal host that no
 * redirect URI has: such an address of the application cannot be compared with the hosts that browsers use.
 */
export function tenantsNotNotified(client: Client): string[] {
  const notified = logoutHosts(client).filter((host) => host !== undefined)
  const redirects = redirectHosts(client)
  if (notified.length === 0 || notified.some((host) => isHidden(host, redirects))) return []
  return [...new Set(redirects)].filter((host) => !isAmong(host, notified)).sort()
}

const logoutHosts = ({ backchannelLogoutUrl, adminUrl, rootUrl }: Client) =>
  [backchannelLogoutUrl, adminUrl].map((url) => hostOf(complete(url, rootUrl)))

const complete = (url: string | undefined, rootUrl: string | undefined) => url && resolveUrl(url, rootUrl)

const redirectHosts = ({ redirectUris }: Client): string[] =>
  redirectUris.map((uri) => hostOf(uri.replace(/\*+$/, ''))).filter((host) => host !== undefined)

/** Whether only Keycloak uses this host, not browsers. */
const isHidden = (host: string, redirects: readonly string[]) =>
  isInternalHost(withoutPort(host)) && !isAmong(host, redirects)

const isAmong = (host: string, hosts: readonly string[]) =>
  hosts.some((other) => withoutPort(other) === withoutPort(host))

const withoutPort = (host: string) => host.replace(/:\d+$/, '')
