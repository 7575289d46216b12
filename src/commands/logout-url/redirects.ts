/** The settings of a client by which Keycloak decides on a redirect after a logout. */
export interface RedirectRules {
  readonly rootUrl: string | undefined
  readonly redirectUris: readonly string[]
  /** As stored: `+` stands for the redirect URIs, `-` for none. Undefined: the redirect URIs. */
  readonly postLogoutRedirectUris: readonly string[] | undefined
}

/**
 * Keycloak's rules by version (`logoutParametersOf`):
 * - `lenient` as in 12.0.4: the query is ignored, and `https://a.example*` also allows `https://a.example.evil`
 * - `strict`: the query counts without a wildcard, and a pattern does not go beyond its host
 * - `newest` as in 26.7.4: also, no address may hold a parameter of Keycloak's own responses, such as `state`
 */
export type MatchRules = 'newest' | 'strict' | 'lenient'

/**
 * The addresses that a client allows after a logout. Relative ones are completed with its root URL, or without one with
 * Keycloak's own origin (as Keycloak does).
 * @param server Keycloak as browsers see it, with its base path and without a slash at the end
 */
export function allowedRedirects(rules: RedirectRules, server: string): string[] {
  const { postLogoutRedirectUris, redirectUris, rootUrl } = rules
  const stored = postLogoutRedirectUris?.filter((uri) => uri !== '')
  if (stored?.[0] === '-') return []
  const listed =
    stored === undefined || stored.length === 0
      ? redirectUris
      : [...stored.filter((uri) => uri !== '+'), ...(stored.includes('+') ? redirectUris : [])]
  // Keycloak's own clients have these for a root URL.
  const root = rootUrl?.replace(/\$\{auth(Base|Admin)Url\}/, server) || new URL(server).origin
  return [...new Set(listed.map((uri) => (uri.startsWith('/') ? `${root}${uri}` : uri)))]
}

/**
 * Would Keycloak send the browser to this address? The rules of its `RedirectUtils`, compared with a running server in
 * test/live/logout-redirects.test.ts. A relative address is never allowed here, though 12.0.4 completes one.
 */
export function isAllowed(address: string, allowed: readonly string[], rules: MatchRules): boolean {
  const uri = parse(address)
  if (rules === 'lenient') return uri !== undefined && isAllowedLeniently(address, uri, allowed)
  if (!uri || (rules === 'newest' && holdsResponse(address))) return false
  const wildcards = wildcardsAllowed(uri)
  const match =
    matching(address, allowed, wildcards) ??
    // An application on the user's own machine may listen on any port (RFC 8252 section 7.3).
    (uri.scheme === 'http' && LOOPBACK.has(uri.host)
      ? matching(withoutPort(address), allowed, wildcards)
      : undefined)
  if (match === undefined) return false
  // A pattern without a scheme stands for http and https only.
  return uri.scheme === '' || match.startsWith(`${uri.scheme}:`) || /^https?$/i.test(uri.scheme)
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])
const RESPONSE_PARAMETERS = new Set(
  'code id_token access_token token_type expires_in state iss error error_description session_state response kc_action kc_action_status'.split(
    ' ',
  ),
)

/** Does its query or fragment hold a parameter of Keycloak's own responses? An application could mistake it for one. */
function holdsResponse(address: string): boolean {
  const [, query = '', fragment = ''] = /^[^?#]*(?:\?([^#]*))?(?:#(.*))?$/s.exec(address) ?? []
  return [query, fragment].some((part) =>
    [...new URLSearchParams(part).keys()].some((name) => RESPONSE_PARAMETERS.has(name.toLowerCase())),
  )
}

const UNSAFE_PATH =
  /(\/|%2[fF]|%5[cC]|\\)(%2[eE]|%252[eE]|\.){2}(\/|%2[fF]|%5[cC]|\\|;|%3[bB]|%09|%0[aAdD]|%00|$)/

function matching(address: string, allowed: readonly string[], wildcards: boolean): string | undefined {
  const bare = address.includes('?') ? before(address, '?') : before(address, '#')
  for (const pattern of allowed) {
    if (pattern === '*') return pattern
    const wildcard = wildcards ? wildcardOf(pattern) : undefined
    if (wildcard === undefined) {
      if (pattern === address) return pattern
      continue
    }
    const prefix = wildcard.slice(0, -1)
    if (bare.startsWith(prefix) || bare === prefix.replace(/\/$/, '')) return prefix
  }
  return undefined
}

/** `https://a.example*` means `https://a.example/*`; a star after `?` or `#` is an ordinary character. */
function wildcardOf(pattern: string): string | undefined {
  if (!pattern.endsWith('*') || /[?#]/.test(pattern)) return undefined
  const authority = /^[a-z][a-z0-9+.-]*:\/\/([^/]*)$/i.exec(pattern)?.[1]
  if (authority === undefined || authority === '*' || authority.endsWith(':*')) return pattern
  return `${pattern.slice(0, -1)}/*`
}

interface Uri {
  readonly scheme: string
  readonly authority: string
  readonly host: string
  readonly path: string
}

/** The parts that Java's `URI.create` and the rules above use; undefined if Java rejects it. */
function parse(address: string): Uri | undefined {
  if (/[\s<>"{}|\\^`]|%(?![0-9a-fA-F]{2})/.test(address) || /[\u0000-\u001f\u007f]/.test(address))
    return undefined
  const match = /^(?:([a-z][a-z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)/i.exec(address)
  if (!match) return undefined
  const [, scheme = '', authority = '', path = ''] = match
  return { scheme, authority, host: authority.replace(/:\d*$/, ''), path }
}

/** An address with user information, or with `..` in its path, must be listed exactly. */
function wildcardsAllowed({ authority, host, path }: Uri): boolean {
  if (authority.includes('@')) return false
  if (authority !== '' && !/^[A-Za-z0-9.:[\]-]+$/.test(host)) return false
  return !UNSAFE_PATH.test(path)
}

const before = (text: string, mark: string) =>
  text.includes(mark) ? text.slice(0, text.indexOf(mark)) : text
const withoutPort = (address: string) => address.replace(/^(http:\/\/(?:\[::1\]|[^:/?#]+)):\d+/, '$1')

function isAllowedLeniently(address: string, { scheme, host }: Uri, allowed: readonly string[]): boolean {
  const slash = address.indexOf('/', 7)
  const lowered =
    slash < 0 ? address.toLowerCase() : address.slice(0, slash).toLowerCase() + address.slice(slash)
  const bare = before(lowered, '?')
  const matches = (candidate: string) =>
    allowed.some((pattern) => {
      if (!pattern.endsWith('*')) return pattern === candidate
      const prefix = pattern.slice(0, -1)
      return candidate.startsWith(prefix) || candidate === prefix.replace(/\/$/, '')
    })
  return matches(bare) || (scheme === 'http' && LOOPBACK.has(host) && matches(withoutPort(bare)))
}
