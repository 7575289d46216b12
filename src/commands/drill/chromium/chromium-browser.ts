import type { BrowserContext, CDPSession, Request, Page as Tab } from 'playwright-core'
import { isInternalHost } from '../../../util/internal-host.ts'
import type { Browser } from '../browser.ts'
import { actionOf } from '../form-data.ts'
import type { AllowedHosts } from '../hosts.ts'
import type { Form } from '../html.ts'
import { marksIn, sessionStateIn } from '../own-session.ts'
import { BrowseError, type Page, providerIn } from '../page.ts'

/** Milliseconds that a page may keep loading before it is taken as it is. */
const SETTLE_MS = 8000
const STABLE_MS = 400

/** One tab of a Chromium, with cookies of its own. Scripts run; the tab opens no hosts but those that are allowed. */
export class ChromiumBrowser implements Browser {
  readonly #context: BrowserContext
  readonly #tab: Tab
  readonly #hosts: AllowedHosts
  readonly #signal: AbortSignal
  #sessionState: string | undefined
  #status = 0
  /** The host that the tab was kept from opening, and what it opened before. */
  #blocked: { readonly host: string; readonly provider: string | undefined } | undefined
  #opened: string[] = []

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
      for (const [name, value] of Object.entries(typed))
        await (await shown.$(`[name="${name}"]`))?.fill(value)
      const left = this.#tab.waitForEvent('framenavigated', (frame) => frame === this.#tab.mainFrame())
      await Promise.all([left, shown.evaluate(requestSubmit)])
    } catch (error) {
      this.#fail(error)
    }
    return this.#settled([])
  }

  async marks(): Promise<readonly string[]> {
    const cookies = await this.#context.cookies([...this.#hosts.keycloak])
    return [...(this.#sessionState === undefined ? [] : [this.#sessionState]), ...marksIn(cookies)]
  }

  /** The same tab: a user would reload it, with whatever its scripts have stored. */
  async copy(): Promise<Browser> {
    return this
  }

  close(): Promise<void> {
    return this.#context.close()
  }

  /** Loaded, and at the same address a moment later: redirects by script have then been followed. */
  async #settled(way: readonly string[]): Promise<Page> {
    const until = Date.now() + SETTLE_MS
    for (let before = ''; before !== this.#tab.url() && Date.now() < until; ) {
      before = this.#tab.url()
      await this.#tab.waitForLoadState('networkidle', { timeout: SETTLE_MS }).catch(() => {})
      await this.#tab.waitForTimeout(STABLE_MS)
    }
    if (this.#blocked) throw new BrowseError({ kind: 'foreign-host', ...this.#blocked })
    const body = await this.#tab.content().catch((error: unknown) => this.#fail(error))
    return { url: new URL(this.#tab.url()), status: this.#status, body, way }
  }

  #fail(error: unknown): never {
    if (this.#blocked) throw new BrowseError({ kind: 'foreign-host', ...this.#blocked })
    const text = error instanceof Error ? error.message : String(error)
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

  /** Holds each request, redirects included, to the allowed hosts; parts of pages may also come from public hosts. */
  async #guard(devtools: CDPSession): Promise<void> {
    const { frameTree } = await devtools.send('Page.getFrameTree')
    devtools.on(
      'Fetch.requestPaused',
      ({ requestId, request, resourceType, frameId, redirectedRequestId }) => {
        const url = new URL(request.url)
        const isPage = resourceType === 'Document' && frameId === frameTree.frame.id
        const [from] = this.#opened.slice(-1)
        // Fields for one host are not sent to another one (307, 308).
        const isRepeated =
          isPage &&
          redirectedRequestId !== undefined &&
          request.method === 'POST' &&
          from !== undefined &&
          new URL(from).origin !== url.origin
        const isAllowed =
          !isRepeated && (this.#hosts.isAllowed(url) || (!isPage && !isInternalHost(url.hostname)))
        if (isPage && !isAllowed)
          this.#blocked = { host: url.host, provider: providerIn(this.#opened, this.#hosts) }
        if (isPage) this.#opened.push(addressOf(request.url))
        const answer = isAllowed
          ? devtools.send('Fetch.continueRequest', { requestId })
          : devtools.send('Fetch.failRequest', { requestId, errorReason: 'BlockedByClient' })
        // The tab may have been closed.
        answer.catch(() => {})
      },
    )
    await devtools.send('Fetch.enable', { patterns: [{ urlPattern: '*' }] })
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
