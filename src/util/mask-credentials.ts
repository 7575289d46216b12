const MASK = '***@'

/** User name and password where a URL has them: before the last @ of its host part. */
const AUTHORITY = /(\/\/)[^/?#\s"'<>]*@/g

/** A path, or a scheme with a complete host: an @ after it belongs to the path. */
const HOST_OR_PATH = /^(\/|https?:\/\/(\[[^\]]*\]|[^/?#:@]*)(:\d*)?([/?#]|$))/i

/**
 * Whether a URL, or something that was meant as one, contains a user name or password.
 * Also finds a password that contains `/`, `?` or `#`, or that is where a URL has none.
 */
export const mayContainCredentials = (url: string): boolean =>
  /^[^/?#]*\/\/[^/?#]*@/.test(url) || (url.includes('@') && !HOST_OR_PATH.test(url))

/** A URL to be shown, with `***` in place of user name and password. Never for a request or a comparison. */
export function maskCredentials(url: string): string {
  if (!mayContainCredentials(url)) return url
  const masked = url.replace(/^([^/?#]*\/\/)[^/?#]*@/, `$1${MASK}`)
  return masked === url ? url.replace(/^([a-z][a-z0-9+.-]*:\/+|https?:|\/+)?.*@/is, `$1${MASK}`) : masked
}

/** A text with the credentials of every URL in it masked. */
export const maskCredentialsInText = (text: string): string => text.replace(AUTHORITY, `$1${MASK}`)
