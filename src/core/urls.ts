/** Is this a path on the client's own host, to be completed by its root URL? */
export const isRelative = (url: string): boolean => !/^[a-z][a-z0-9+.-]*:/i.test(url)

/** Keycloak joins root URL and path as strings. */
const resolveAgainstRoot = (path: string, rootUrl: string): string =>
  `${rootUrl.replace(/\/+$/, '')}/${path.replace(/^\/+/, '')}`

/** In an Admin URL this makes Keycloak's logout of the realm fail for everybody (500, measured on 26.7.4). */
export const SESSION_HOST = '${application.session.host}'
export const hasSessionHost = (url: string): boolean => url.includes(SESSION_HOST)

/** The root URL completes a relative URL; an absolute one stays as it is. */
export const resolveUrl = (url: string, rootUrl: string | undefined): string =>
  isRelative(url) && rootUrl ? resolveAgainstRoot(url, rootUrl) : url

/** Does it name a host as Java reads it? The parser of browsers takes `https:/x` and `https:///x` for the host `x`. */
export const hasHost = (url: string): boolean => /^https?:\/\/[^/?#]/i.test(url) && hostOf(url) !== undefined

/** Can Keycloak call it at all? It fills in what stands as `${…}` from its own system properties, which nobody sees here. */
export const isCallableUrl = (url: string): boolean => url.includes('${') || hasHost(url)

/** Host and port of an absolute http(s) URL, lower case; undefined for anything else. */
export function hostOf(url: string | undefined | null): string | undefined {
  if (!url || !/^https?:\/\//i.test(url)) return undefined
  try {
    return new URL(url).host.toLowerCase() || undefined
  } catch {
    return undefined
  }
}
