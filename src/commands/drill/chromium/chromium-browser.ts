import { setTimeout as sleep } from 'node:timers/promises'
import type { BrowserContext, CDPSession, Request, Page as Tab } from 'playwright-core'
import { isInternalHost } from '../../../util/internal-host.ts'
import type { Browser } from '../browser.ts'
import { actionOf } from '../form-data.ts'
import type { AllowedHosts } from '../hosts.ts'
import type { Form } from '../html.ts'
import { marksIn, sessionStateIn } from '../own-session.ts'
import { BrowseError, type BrowseProblem, type Page, providerIn } from '../page.ts'
import { browserEnded } from './browser-ended.ts'

/** Milliseconds that a page may keep loading before it is taken as it is. */
const SETTLE_MS = 8000
const STABLE_MS = 400
const CLOSED_MS = 500

/** One tab of a Chromium, with cookies of its own. Scripts run; the tab opens only allowed hosts, and no other tabs. */
export class ChromiumBrowser implements Browser {
  readonly #context: BrowserContext
  readonly #tab: Tab
  readonly #hosts: AllowedHosts
  readonly #signal: AbortSignal
  #sessionState: string | undefined
  #status = 0
  /** Why the tab was kept from opening a page, and what it opened before. */
  #blocked: BrowseProblem | undefined
  #opened: string[] = []
  /** Something was typed, and the tab has not left the page since. */
  #isTyped = false

  private constructor(context: BrowserContext, tab: Tab, hosts: AllowedHosts, signal: AbortSignal) {
    this.#context = context
    this.#tab = tab
    this.#hosts = hosts
    this.#signal = signal
  }

  static async open(context: BrowserContext, hosts: AllowedHosts, signal: AbortSignal): Promise<Browser> {
    const tab = await context.newPage()
    const browser = new ChromiumBrowser(context, tab, hosts, signal)
    tab.on('request', (request) => browser.#noteRequest(request))
    tab.on('response', (response) => {
      if (browser.#isOfTab(response.request())) browser.#status = response.status()
    })
    tab.on('dialog', (dialog) => void dialog.dismiss().catch(() => {}))
    await browser.#confine()
    const devtools = await context.newCDPSession(tab)
    await browser.#guard(devtools)
    return browser
  }

  async open(url: URL): Promise<Page> {
    if (this.#signal.aborted) throw new BrowseError({ kind: 'unreachable', reason: 'interrupted' })
    this.#blocked = undefined
    this.#opened = []
    const response = await this.#tab
      .goto(url.href, { waitUntil: 'domcontentloaded' })
      .catch((error: unknown) => this.#fail(error))
    const way: string[] = []
    // Redirects of HTTP; a script that signs in opens pages of its own.
    for (let request = response?.request() ?? null; request; request = request.redirectedFrom())
      way.unshift(addressOf(request.url()))
    return this.#settled(way)
  }

  async submit(page: Page, form: Form, typed: Readonly<Record<string, string>>): Promise<Page> {
    if (this.#tab.url() !== page.url.href) return this.#settled([])
    this.#opened = []
    try {
      // Handles belong to this document: if a script opens another one meanwhile, nothing is typed there.
      const shown = await this.#tab.locator('form').nth(form.index).elementHandle()
      const target = new URL((await shown?.evaluate(targetOf)) ?? page.url)
      if (!shown || target.href !== actionOf(form, page)?.href) return this.#settled([])
      this.#isTyped = Object.keys(typed).length > 0
      for (const [name, value] of Object.entries(typed))
        await (await shown.$(`[name="${name}"]`))?.fill(value)
      const left = this.#tab.waitForEvent('framenavigated', (frame) => frame === this.#tab.mainFrame())
      await Promise.all([left, shown.evaluate(requestSubmit)])
    } catch (error) {
      await this.#fail(error)
    } finally {
      this.#isTyped = false
    }
    return this.#settled([])
  }

  async marks(): Promise<readonly string[] | undefined> {
    const state = this.#sessionState === undefined ? [] : [this.#sessionState]
    const cookies = await this.#context.cookies([...this.#hosts.keycloak]).catch(() => undefined)
    if (cookies) return [...state, ...marksIn(cookies)]
    return state.length > 0 ? state : undefined
  }

  /** The same tab: a user would reload it, with whatever its scripts have stored. */
  async copy(): Promise<Browser> {
    return this
  }

  async close(): Promise<void> {
    await this.#context.close().catch(() => {})
  }

  /** Loaded, and at the same address a moment later: redirects by script have then been followed. */
  async #settled(way: readonly string[]): Promise<Page> {
    const until = Date.now() + SETTLE_MS
    for (let before = ''; before !== this.#tab.url() && Date.now() < until; ) {
      before = this.#tab.url()
      await this.#tab.waitForLoadState('networkidle', { timeout: SETTLE_MS }).catch(() => {})
      await this.#tab.waitForTimeout(STABLE_MS).catch((error: unknown) => this.#fail(error))
    }
    if (this.#blocked) throw new BrowseError(this.#blocked)
    const body = await this.#tab.content().catch((error: unknown) => this.#fail(error))
    return { url: new URL(this.#tab.url()), status: this.#status, body, way }
  }

  async #fail(error: unknown): Promise<never> {
    if (this.#blocked) throw new BrowseError(this.#blocked)
    const text = error instanceof Error ? error.message : String(error)
    // Of a browser that ends, the tab is said to be closed first.
    if (text.includes('has been closed')) await sleep(CLOSED_MS)
    if (!this.#context.browser()?.isConnected()) throw browserEnded()
    if (text.includes('ERR_TOO_MANY_REDIRECTS')) throw new BrowseError({ kind: 'too-many-redirects' })
    // The rest of the message contains the address with its query.
    const reason = /net::(ERR_\w+)/.exec(text)?.[1] ?? (/Timeout/.test(text) ? 'timeout' : 'failed')
    throw new BrowseError({ kind: 'unreachable', reason })
  }

  #isOfTab(request: Request): boolean {
    return request.isNavigationRequest() && request.frame() === this.#tab.mainFrame()
  }

  #noteRequest(request: Request): void {
    if (!this.#isOfTab(request)) return
    const from = request.redirectedFrom()
    if (!from || !this.#hosts.isKeycloak(new URL(from.url()))) return
    this.#sessionState = sessionStateIn(new URL(request.url())).get('session_state') ?? this.#sessionState
  }

  /** Holds what `#guard` does not see: frames of other sites, workers and WebSockets; the tab opens no windows. */
  async #confine(): Promise<void> {
    await this.#context.route('**/*', (route, request) => {
      const isRefused = pageOf(request) !== this.#tab || !this.#mayLoad(new URL(request.url()))
      // The tab may have been closed.
      return (isRefused ? route.abort('blockedbyclient') : route.continue()).catch(() => {})
    })
    await this.#context.routeWebSocket(/^/, (socket) => {
      if (this.#mayLoad(new URL(socket.url().replace(/^ws/, 'http')))) socket.connectToServer()
      else void socket.close()
    })
    // Its requests belong to no page.
    await this.#context.addInitScript('delete globalThis.SharedWorker')
  }

  /** May a part of a page come from there? Also from any public host. */
  #mayLoad(url: URL): boolean {
    return this.#hosts.isAllowed(url) || !isInternalHost(url.hostname)
  }

  /** Holds each request of the tab, redirects included, to the allowed hosts. */
  async #guard(devtools: CDPSession): Promise<void> {
    const { frameTree } = await devtools.send('Page.getFrameTree')
    devtools.on(
      'Fetch.requestPaused',
      ({ requestId, request, resourceType, frameId, redirectedRequestId }) => {
        const url = new URL(request.url)
        const isPage = resourceType === 'Document' && frameId === frameTree.frame.id
        const problem = isPage
          ? this.#problemOf(url, redirectedRequestId !== undefined && request.method === 'POST')
          : undefined
        const isAllowed = isPage ? !problem : this.#mayLoad(url)
        this.#blocked ??= problem
        if (isPage) this.#opened.push(addressOf(request.url))
        if (isPage && isAllowed) this.#isTyped = false
        const answer = isAllowed
          ? devtools.send('Fetch.continueRequest', { requestId })
          : devtools.send('Fetch.failRequest', { requestId, errorReason: 'BlockedByClient' })
        // The tab may have been closed.
        answer.catch(() => {})
      },
    )
    await devtools.send('Fetch.enable', { patterns: [{ urlPattern: '*' }] })
  }

  /**
   * Why the tab may not open this address.
   * @param isRepeated a redirect repeats a form there (307, 308)
   */
  #problemOf(url: URL, isRepeated: boolean): BrowseProblem | undefined {
    const from = this.#opened.at(-1)
    if (!this.#hosts.isAllowed(url))
      return { kind: 'foreign-host', host: url.host, provider: providerIn(this.#opened, this.#hosts) }
    // Fields for one host are not sent to another one.
    const isForAnother = isRepeated && from !== undefined && new URL(from).origin !== url.origin
    // A script of the page may have changed the form after it was filled.
    const isSwapped = this.#isTyped && !this.#hosts.isKeycloak(url)
    return isForAnother || isSwapped ? { kind: 'form-redirected', host: url.host } : undefined
  }
}

/** Runs in the page: where the form is sent to, or an empty text if it is no longer in the document. */
const targetOf = (form: unknown) => {
  const { isConnected, baseURI, ownerDocument, getAttribute } = form as {
    isConnected: boolean
    baseURI: string
    ownerDocument: { URL: string }
    getAttribute(name: string): string | null
  }
  const action = getAttribute.call(form, 'action')
  if (!isConnected) return undefined
  return action ? new URL(action, baseURI).href : ownerDocument.URL
}

/** Runs in the page. */
const requestSubmit = (form: unknown) => (form as { requestSubmit(): void }).requestSubmit()

function addressOf(url: string): string {
  const { origin, pathname } = new URL(url)
  return `${origin}${pathname}`
}

/** Undefined for the first request of a new window. */
function pageOf(request: Request): Tab | undefined {
  try {
    return request.frame().page()
  } catch {
    return undefined
  }
}
