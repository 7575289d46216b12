import { Cookie, CookieJar } from 'tough-cookie'
import type { HttpAnswer, HttpRequest } from '../../keycloak/http/messages.ts'
import { TransportError } from '../../keycloak/http/transport-error.ts'
import type { Browser } from './browser.ts'
import { actionOf, filled } from './form-data.ts'
import type { AllowedHosts } from './hosts.ts'
import { readPage } from './html.ts'
import { marksIn, sessionStateIn } from './own-session.ts'
import { BrowseError, type Page, providerIn } from './page.ts'
import { decodePage } from './page-text.ts'

const MAX_REDIRECTS = 20
/** Milliseconds for a page with its redirects; the one that is being sent then may still take its own timeout. */
const MAX_TIME = 120_000
const MAX_PAGE_BYTES = 4 * 1024 * 1024
const ACCEPT = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'

/** Sends one request, without following redirects. */
export type Send = (request: HttpRequest) => Promise<HttpAnswer>

type Fields = readonly (readonly [name: string, value: string])[]

/** Keeps cookies (RFC 6265), follows redirects and sends forms like a browser. Runs no scripts. */
export class HttpBrowser implements Browser {
  readonly #send: Send
  readonly #hosts: AllowedHosts
  readonly #jar: CookieJar
  #sessionState: string | undefined

  constructor(send: Send, hosts: AllowedHosts, jar = new CookieJar(undefined, { looseMode: true })) {
    this.#send = send
    this.#hosts = hosts
    this.#jar = jar
  }

  open(url: URL): Promise<Page> {
    return this.#follow(url, undefined)
  }

  async submit(page: Page, form: Parameters<Browser['submit']>[1], typed: Readonly<Record<string, string>>) {
    const action = actionOf(form, page)
    if (!action) throw new BrowseError({ kind: 'bad-redirect' })
    const fields = filled(form, typed)
    if (this.#hosts.isKeycloak(page.url)) this.#noteSessionState(new URLSearchParams(pairs(fields)))
    if (form.method === 'POST') return this.#follow(action, fields)
    action.search = new URLSearchParams(pairs(fields)).toString()
    return this.#follow(action, undefined)
  }

  async marks(): Promise<readonly string[]> {
    const cookies = await Promise.all(this.#hosts.keycloak.map((url) => this.#jar.getCookies(url)))
    const state = this.#sessionState === undefined ? [] : [this.#sessionState]
    return [...state, ...marksIn(cookies.flat().map(({ key, value }) => ({ name: key, value })))]
  }

  async copy(): Promise<Browser> {
    return new HttpBrowser(this.#send, this.#hosts, await this.#jar.clone())
  }

  async close(): Promise<void> {}

  async #follow(first: URL, fields: Fields | undefined): Promise<Page> {
    const way: string[] = []
    let url = first
    let sent = fields
    const began = Date.now()
    for (let count = 0; count <= MAX_REDIRECTS; count++) {
      if (!this.#hosts.isAllowed(url))
        throw new BrowseError({
          kind: 'foreign-host',
          host: url.host,
          provider: providerIn(way, this.#hosts),
        })
      if (Date.now() - began > MAX_TIME)
        throw new BrowseError({ kind: 'unreachable', reason: `longer than ${MAX_TIME / 1000} s` })
      way.push(`${url.origin}${url.pathname}`)
      const { status, headers, body: bytes } = await this.#request(url, sent)
      const body = decodePage(bytes, headers['content-type'])
      for (const text of headers['set-cookie'] ?? []) {
        const cookie = cookieOf(text)
        if (cookie) await this.#jar.setCookie(cookie, url.href, { ignoreError: true })
      }
      const target = targetOf(status, headers.location, body)
      if (target === undefined || (status < 300 && target === url.href)) return { url, status, body, way }
      if (!URL.canParse(target, url.href)) throw new BrowseError({ kind: 'bad-redirect' })
      const from = url
      url = new URL(target, from.href)
      if (this.#hosts.isKeycloak(from)) this.#noteSessionState(sessionStateIn(url))
      // Browsers turn a POST into a GET, except for 307 and 308 (Fetch, HTTP-redirect fetch).
      if (status !== 307 && status !== 308) sent = undefined
      // Fields for one host are not sent to another one.
      else if (url.origin !== from.origin && sent !== undefined)
        throw new BrowseError({ kind: 'form-redirected', host: url.host })
    }
    throw new BrowseError({ kind: 'too-many-redirects' })
  }

  #noteSessionState(params: URLSearchParams): void {
    this.#sessionState = params.get('session_state') ?? this.#sessionState
  }

  async #request(url: URL, fields: Fields | undefined): Promise<HttpAnswer> {
    const cookie = await this.#jar.getCookieString(url.href)
    try {
      return await this.#send({
        method: fields ? 'POST' : 'GET',
        url,
        headers: {
          accept: ACCEPT,
          'accept-language': 'en',
          ...(cookie === '' ? {} : { cookie }),
          ...(fields ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
        },
        body: fields && new URLSearchParams(pairs(fields)).toString(),
        maxBytes: MAX_PAGE_BYTES,
        isBinary: true,
      })
    } catch (error) {
      if (!(error instanceof TransportError)) throw error
      throw new BrowseError({ kind: 'unreachable', reason: error.message })
    }
  }
}

/** tough-cookie 6 decodes the path of an address, not that of a cookie: a realm with a space in its name needs both. */
function cookieOf(text: string): Cookie | undefined {
  const cookie = Cookie.parse(text, { loose: true })
  if (cookie?.path?.includes('%'))
    try {
      cookie.path = decodeURI(cookie.path)
    } catch {
      // Not an encoded path: it stays as it is.
    }
  return cookie
}

/** Where an answer leads: by a redirect, or by a refresh in its HTML. */
function targetOf(status: number, location: string | undefined, body: string): string | undefined {
  if (status >= 300 && status < 400) return location
  return /http-equiv\s*=\s*["']?refresh/i.test(body) ? readPage(body).refresh : undefined
}

const pairs = (fields: Fields) => fields.map(([name, value]): [string, string] => [name, value])
