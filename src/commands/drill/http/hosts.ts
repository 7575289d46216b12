/** The hosts that one drill may go to: Keycloak's, and those that the client's own URLs name. */
export interface AllowedHosts {
  /** Is this Keycloak, so that its pages may be signed in at? */
  isKeycloak(url: URL): boolean
  /** May this address be asked at all? Every other one is left alone, private addresses included. */
  isAllowed(url: URL): boolean
}

/**
 * @param keycloak origins of Keycloak: where it is administered, and what its issuer names
 * @param application URLs of the client and of the drill; what is not an absolute http(s) URL is skipped
 */
export function allowedHosts(keycloak: readonly string[], application: readonly string[]): AllowedHosts {
  const originsOf = (urls: readonly string[]) =>
    new Set(
      urls
        .filter((url) => URL.canParse(url))
        .map((url) => new URL(url))
        .filter(({ protocol }) => protocol === 'http:' || protocol === 'https:')
        .map(({ origin }) => origin),
    )
  const [theirs, ours] = [originsOf(keycloak), originsOf(application)]
  return {
    isKeycloak: ({ origin }) => theirs.has(origin),
    isAllowed: ({ origin }) => theirs.has(origin) || ours.has(origin),
  }
}
