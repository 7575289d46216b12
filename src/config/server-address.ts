import { isLoopback } from '../util/loopback.ts'

/** What somebody means by an address: the server, and the realm whose console it opens. */
export interface UnderstoodAddress {
  readonly server: string
  readonly loginRealm?: string
}

const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i
/** Everything up to a page of Keycloak: the admin console, its REST API, a realm. */
const PAGE = /^([a-z]+:\/\/[^/]+(?:\/[^?#]*?)??)\/(?:admin|realms)(?:[/?#].*)?$/i
const CONSOLE = /\/admin\/([^/?#]+)\/console(?:[/?#]|$)/

/**
 * Understands an address as people copy it: without a scheme (https, or http to this machine), or of a page such as the
 * admin console. Checks nothing: see `serverUrl`.
 */
export function understoodAddress(text: string): UnderstoodAddress {
  const address = withScheme(text.trim())
  const server = PAGE.exec(address)?.[1]
  if (server === undefined) return { server: address }
  const realm = CONSOLE.exec(address)?.[1]
  return { server, ...(realm === undefined ? {} : { loginRealm: decoded(realm) }) }
}

function withScheme(text: string): string {
  if (text === '' || SCHEME.test(text)) return text
  const http = `http://${text}`
  return URL.canParse(http) && isLoopback(new URL(http).hostname) ? http : `https://${text}`
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
