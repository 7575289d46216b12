import { CookieJar } from 'tough-cookie'
import type { Transport } from '../../../keycloak/http/transport.ts'
import { TransportError } from '../../../keycloak/http/transport-error.ts'
import type { AllowedHosts } from './hosts.ts'
import { BrowseError, type Page } from './page.ts'

const MOST_REDIRECTS = 20
const LARGEST_PAGE = 4 * 1024 * 1024
const USER_AGENT_ACCEPT = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'

export interface PageRequest {
  readonly method?: 'GET' | 'POST'
  /** Sent as `application/x-www-form-urlencoded`. */
  readonly form?: readonly (readonly [name: string, value: string])[]
}

/** What a browser of people does, without scripts: keeps cookies (RFC 6265), follows redirects, posts forms. */
export interface HttpBrowser {
  /**
   * Opens a page and follows where it leads.
   * @throws {BrowseError} where it leads to a host that is not allowed, leads on without end, or does not answer
   */
  open(url: URL, request?: PageRequest): Promise<Page>
  /** The `session_state` that Keycloak gave the application last (OpenID Connect Session Management, 2). */
  readonly sessionState: string | undefined
}

/**
 * A browser of its own for each client: no cookie of another drill is in it.
 * @param transportTo the way out to an address; it never follows redirects by itself
 */
export function httpBrowser(transportTo: (url: URL) => Transport, hosts: AllowedHosts): HttpBrowser {
  const jar = new CookieJar(undefined, { looseMode: true })
  let sessionState: string | undefined

  const ask = async (url: URL, { method = 'GET', form }: PageRequest) => {
    if (!hosts.isAllowed(url)) throw new BrowseError({ kind: 'foreign-host', host: url.host })
    const cookie = await jar.getCookieString(url.href)
    const body =
      form === undefined
        ? undefined
        : new URLSearchParams(form.map(([n, v]): [string, string] => [n, v])).toString()
    try {
      return await transportTo(url).request({
        method,
        url,
        headers: {
          accept: USER_AGENT_ACCEPT,
          'accept-language': 'en',
          ...(cookie === '' ? {} : { cookie }),
          ...(body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
        },
        body,
        maxBytes: LARGEST_PAGE,
        repeatable: method === 'GET',
      })
    } catch (error) {
      if (!(error instanceof TransportError)) throw error
      throw new BrowseError({ kind: 'unreachable', reason: error.message })
    }
  }

  return {
    get sessionState() {
      return sessionState
    },
    async open(first, request = {}) {
      const way: string[] = []
      let url = first
      let next = request
      for (let count = 0; count <= MOST_REDIRECTS; count++) {
        way.push(`${url.origin}${url.pathname}`)
        const { status, headers, body } = await ask(url, next)
        for (const cookie of headers['set-cookie'] ?? [])
          await jar.setCookie(cookie, url.href, { ignoreError: true })
        const target = headers.location
        if (status < 300 || status >= 400 || target === undefined) return { url, status, body, way }
        if (!URL.canParse(target, url.href)) throw new BrowseError({ kind: 'bad-redirect' })
        const from = url
        url = new URL(target, url.href)
        if (hosts.isKeycloak(from)) sessionState = sessionStateIn(url) ?? sessionState
        // A browser turns a POST into a GET but for 307 and 308 (Fetch, HTTP-redirect fetch).
        if (status !== 307 && status !== 308) next = {}
        // What was typed for one host must not be sent on to another one.
        else if (url.origin !== from.origin && next.form !== undefined)
          throw new BrowseError({ kind: 'foreign-host', host: url.host })
      }
      throw new BrowseError({ kind: 'too-many-redirects' })
    },
  }
}

/** In the query (response_mode query) or in the fragment. */
export function sessionStateIn(url: URL): string | undefined {
  const inFragment = new URLSearchParams(url.hash.slice(1))
  return url.searchParams.get('session_state') ?? inFragment.get('session_state') ?? undefined
}
