/** Are these the same call? Compares as URLs, without user name, password and fragment. */
export function sameCall(a: string, b: string): boolean {
  return withoutCredentials(a) === withoutCredentials(b)
}

/** The URL normalised, without user name, password and fragment; text that is no URL stays as it is. */
export function withoutCredentials(url: string): string {
  if (!URL.canParse(url)) return url
  const parsed = new URL(url)
  parsed.username = ''
  parsed.password = ''
  parsed.hash = ''
  return parsed.href
}

/** Where Keycloak posts a logout to an Admin URL. */
export const logoutAction = (adminUrl: string): string => `${adminUrl.replace(/\/+$/, '')}/k_logout`
