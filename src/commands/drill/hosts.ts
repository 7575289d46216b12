/** The hosts that one drill may open: Keycloak's, and those in the client's own URLs. */
export interface AllowedHosts {
  /** Is this a page of the realm at Keycloak, so that credentials may be typed there? */
  isKeycloak(url: URL): boolean
  /** May this address be opened? No other one is, private addresses included. */
  isAllowed(url: URL): boolean
  /** Addresses of the realm at Keycloak, with a slash at the end. */
  readonly keycloak: readonly string[]
  /** Where pages may be opened. */
  readonly origins: readonly URL[]
}

/**
 * @param realmUrls addresses of the realm: its issuer, and where it is administered
 * @param application URLs of the client and of the drill; anything but absolute http(s) URLs is ignored
 */
export function allowedHosts(realmUrls: readonly string[], application: readonly string[]): AllowedHosts {
  const keycloak = httpUrls(realmUrls).map(({ href }) => (href.endsWith('/') ? href : `${href}/`))
  const origins = new Set(httpUrls([...keycloak, ...application]).map(({ origin }) => origin))
  return {
    keycloak,
    origins: [...origins].map((origin) => new URL(origin)),
    isKeycloak: ({ href }) => keycloak.some((prefix) => href.startsWith(prefix)),
    isAllowed: ({ origin }) => origins.has(origin),
  }
}

const httpUrls = (urls: readonly string[]) =>
  urls
    .filter((url) => URL.canParse(url))
    .map((url) => new URL(url))
    .filter(({ protocol }) => protocol === 'http:' || protocol === 'https:')

export const URL_HINT = 'Write an absolute http or https URL without credentials.'

/** An absolute http or https URL without credentials. */
export function httpUrl(text: string): URL | undefined {
  const [url] = httpUrls([text])
  return url?.username === '' && url.password === '' ? url : undefined
}
