/** Whether a URL is relative to the client's root URL. */
export const isRelative = (url: string): boolean => !/^[a-z][a-z0-9+.-]*:/i.test(url)

/** Keycloak joins root URL and path as strings, not by RFC 3986. */
const resolveAgainstRoot = (path: string, rootUrl: string): string =>
  `${rootUrl.replace(/\/+$/, '')}/${path.replace(/^\/+/, '')}`

/** In an Admin URL, this makes Keycloak's realm logout fail for all clients (500, measured on 26.7.4). */
export const SESSION_HOST = '${application.session.host}'
export const hasSessionHost = (url: string): boolean => url.includes(SESSION_HOST)

/** Resolves a relative URL against the root URL, as Keycloak does. Returns any other URL unchanged. */
export const resolveUrl = (url: string, rootUrl: string | undefined): string =>
  isRelative(url) && rootUrl ? resolveAgainstRoot(url, rootUrl) : url

/** Whether Java finds a host in this URL. (The WHATWG parser reads `https:/x` and `https:///x` as host `x`.) */
export const hasHost = (url: string): boolean => /^https?:\/\/[^/?#]/i.test(url) && hostOf(url) !== undefined

/** Whether a root URL stands for Keycloak's own address: Keycloak then posts to itself (measured on 26.7.4). */
export const isKeycloakRoot = (rootUrl: string | undefined): boolean =>
  rootUrl === '${authBaseUrl}' || rootUrl === '${authAdminUrl}'

/**
 * Fills in the defaults of placeholders such as `${TENANT:main}`, as Keycloak does.
 * It fills in a variable only if `spi-admin--allowed-system-variables` names it. Otherwise a placeholder without a
 * default stays, Java refuses the URL ("Illegal character in path"), and nothing is sent (measured on 26.7.4).
 */
export const fillDefaults = (url: string): string => url.replace(/\$\{[^{}:]+:([^{}]*)\}/g, '$1')

/** Whether Keycloak can call a URL only if the server is set up to fill in a placeholder of it. */
export const hasPlaceholder = (url: string): boolean => fillDefaults(url).includes('${')

/** Returns host and port of an absolute http(s) URL in lower case; undefined for anything else. */
export function hostOf(url: string | undefined | null): string | undefined {
  if (!url || !/^https?:\/\//i.test(url)) return undefined
  try {
    return new URL(url).host.toLowerCase() || undefined
  } catch {
    return undefined
  }
}
