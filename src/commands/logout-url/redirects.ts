/** What Keycloak looks at to decide whether a browser may be sent back to an address after a logout. */
export interface RedirectRules {
  readonly rootUrl: string | undefined
  readonly redirectUris: readonly string[]
  /** As stored: `+` stands for the redirect URIs, `-` for none. Undefined: as the redirect URIs. */
  readonly postLogoutRedirectUris: readonly string[] | undefined
}

/**
 * Which of Keycloak's rules hold (`logoutParametersOf` says for which version):
 * - `lenient` as in 12.0.4: the query does not count, and `https://a.example*` also allows `https://a.example.evil`
 * - `strict`: the query counts where there is no wildcard, and a host ends where it ends
 * - `newest` as in 26.7.4: also, no address may hold a parameter that an answer of Keycloak's holds, such as `state`
 */
export type MatchRules = 'newest' | 'strict' | 'lenient'

/**
 * The addresses that a client allows after a logout, relative ones completed by its root URL, or by Keycloak's own
 * origin where it has none (as Keycloak does).
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
 * Would Keycloak send the browser to this address? Its `RedirectUtils` in rules, which a test holds to the server.
 * A relative address is never allowed here, though 12.0.4 completes one.
 */
export function isAllowed(address: string, allowed: readonly string[], rules: MatchRules): boolean {
  const uri = parse(address)
  if (rules === 'lenient') return uri !== undefined && isAllowedLeniently(address, uri, allowed)
  if (!uri || (rules === 'newest' && holdsAnswer(address))) return false
  const wildcards = wildcardsAllowed(uri)
  const match =
    matching(address, allowed, wildcards) ??
    // An application on the person's own machine may listen on any port (RFC 8252 section 7.3).
    (uri.scheme === 'http' && LOOPBACK.has(uri.host)
      ? matching(withoutPort(address), allowed, wildcards)
      : undefined)
  if (match === undefined) return false
  // Only http and https may be meant by a pattern that names no scheme.
  return uri.scheme === '' || match.startsWith(`${uri.scheme}:`) || /^https?$/i.test(uri.scheme)
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])
const ANSWERS = new Set(
  'code id_token access_token token_type expires_in state iss error error_description session_state response kc_action kc_action_status'.split(
    ' ',
  ),
)

/** In its query or its fragment: whoever gets it could take it for an answer of Keycloak's. */
function holdsAnswer(address: string): boolean {
  const [, query = '', fragment = ''] = /^[^?#]*(?:\?([^#]*))?(?:#(.*))?$/s.exec(address) ?? []
  return [query, fragment].some((part) =>
    [...new URLSearchParams(part).keys()].some((name) => ANSWERS.has(name.toLowerCase())),
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

/** As far as Java's `URI.create` and the rules above look at it; undefined for what Java rejects. */
function parse(address: string): Uri | undefined {
  if (/[\s<>"{}|\\^`]|%(?![0-9a-fA-F]{2})/.test(address) || /[\u0000-\u001f\u007f]/.test(address))
    return undefined
  const match = /^(?:([a-z][a-z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)/i.exec(address)
  if (!match) return undefined
  const [, scheme = '', authority = '', path = ''] = match
  return { scheme, authority, host: authority.replace(/:\d*$/, ''), path }
}

/** An address with user information, or with steps up in its path, must be listed letter by letter. */
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
