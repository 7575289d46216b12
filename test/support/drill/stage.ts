import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { FakeKeycloak } from '../fake-keycloak.ts'

/** How one application of the stage behaves. Default: a page behind a sign-in that a backchannel logout reaches. */
export interface AppBehaviour {
  /** Does a notification end its session? Default true. */
  readonly wired?: boolean
  /** Ends its session by itself at this look after the logout. */
  readonly outAtLook?: number
  /** Answers requests itself; one that it does not answer goes on as usual. */
  readonly answer?: (request: IncomingMessage, response: ServerResponse, signedIn: boolean) => void
}

/** How the login pages behave. */
export interface LoginBehaviour {
  readonly password?: string
  /** Answers requests at Keycloak itself; one that it does not answer goes on as usual. */
  readonly answer?: (path: string, response: ServerResponse) => void
  /** Puts something else around the login form. */
  readonly shown?: (form: string) => string
  /** Shows username and password on two pages. */
  readonly twoPages?: boolean
  readonly formPost?: boolean
}

export interface DrillStage {
  readonly keycloak: FakeKeycloak
  /** URL of Keycloak. */
  readonly login: string
  /** Every request that an application or Keycloak received: method, host, path, Cookie, body. */
  readonly requests: readonly Seen[]
  /** Adds a client with an application; returns the URL of its page. */
  addApp(clientId: string, behaviour?: AppBehaviour, client?: Record<string, unknown>): Promise<string>
}

export interface Seen {
  readonly method: string
  readonly host: string
  readonly path: string
  readonly cookie: string
  readonly body: string
}

export const PASSWORD = 'drill pass word'

/** A fake Keycloak whose users sign in over real HTTP, and applications on ports of their own. For one test. */
export async function drillStage(behaviour: LoginBehaviour = {}): Promise<DrillStage> {
  const keycloak = new FakeKeycloak()
  keycloak.addUser('dora')
  const requests: Seen[] = []
  const login = await serve(requests, (request, response, body) =>
    loginPages(keycloak, behaviour, request, response, body),
  )
  keycloak.discovery = async () => ({ issuer: `${login}/realms/${keycloak.realm}` })
  return {
    keycloak,
    login,
    requests,
    async addApp(clientId, app = {}, client = {}) {
      const handler = application(keycloak, clientId, login, app)
      const url = await serve(requests, handler)
      keycloak.addClient({
        clientId,
        rootUrl: url,
        baseUrl: '/me',
        redirectUris: [`${url}/*`],
        ...(app.wired === false ? {} : { backchannelLogoutUrl: `${url}/backchannel` }),
        ...client,
      })
      return `${url}/me`
    },
  }
}

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void

async function serve(requests: Seen[], handler: Handler): Promise<string> {
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk
    })
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request
      requests.push({ method, host: headers.host ?? '', path, cookie: headers.cookie ?? '', body })
      handler(request, response, body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function loginPages(
  keycloak: FakeKeycloak,
  { password = PASSWORD, answer, shown = (form) => form, twoPages = false, formPost = false }: LoginBehaviour,
  request: IncomingMessage,
  response: ServerResponse,
  body: string,
): void {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://x')
  answer?.(pathname, response)
  if (response.writableEnded) return
  const action = `/realms/${keycloak.realm}/login-actions/authenticate?${searchParams}`
  if (request.method === 'GET') {
    page(response, shown(loginForm(action, twoPages ? ['username'] : ['username', 'password'])), [
      'AUTH_SESSION_ID=tab; Path=/realms/; HttpOnly',
    ])
    return
  }
  const typed = new URLSearchParams(body)
  const form = loginForm(action, ['username', 'password'])
  if (!typed.has('password')) page(response, loginForm(action, ['password']))
  else if (typed.get('password') !== password)
    page(response, `<span id="input-error">Invalid username or password.</span>${form}`)
  else signedIn(keycloak, searchParams, formPost, response)
}

function signedIn(
  keycloak: FakeKeycloak,
  searchParams: URLSearchParams,
  formPost: boolean,
  response: ServerResponse,
): void {
  const clientId = searchParams.get('client_id') ?? ''
  const { id } = keycloak.addSession({ username: 'dora', clients: [clientId] })
  const identity = Buffer.from(JSON.stringify({ sid: id })).toString('base64url')
  const cookies = [`KEYCLOAK_IDENTITY=e30.${identity}.x; Path=/realms/; HttpOnly`]
  const to = searchParams.get('redirect_uri') ?? ''
  if (formPost)
    page(
      response,
      `<form method="post" action="${to}"><input type="hidden" name="code" value="c"><input type="hidden" name="session_state" value="${id}"></form>`,
      cookies,
    )
  else response.writeHead(302, { location: `${to}?code=c&session_state=${id}`, 'set-cookie': cookies }).end()
}

const loginForm = (action: string, fields: readonly string[]) =>
  `<form id="kc-form-login" method="post" action="${action.replaceAll('&', '&amp;')}">${fields
    .map((name) => `<input name="${name}" type="${name === 'password' ? 'password' : 'text'}">`)
    .join('')}<input type="submit" name="login"></form>`

export function page(response: ServerResponse, html: string, cookies: readonly string[] = []): void {
  response.writeHead(200, { 'content-type': 'text/html', 'set-cookie': [...cookies] })
  response.end(`<!doctype html><title>Page</title><body>${html}</body>`)
}

function application(
  keycloak: FakeKeycloak,
  clientId: string,
  login: string,
  behaviour: AppBehaviour,
): Handler {
  const { wired = true, outAtLook, answer } = behaviour
  const cookie = `app-${clientId}`
  let looks = 0
  return (request, response, body) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://x')
    const sid = new RegExp(`${cookie}=([^;]+)`).exec(request.headers.cookie ?? '')?.[1]
    const isEnded = sid !== undefined && !keycloak.sessions.some(({ id }) => id === sid)
    if (isEnded) looks++
    const isNotified = keycloak.deliveries.some((one) => one.sid === sid && one.clientId === clientId)
    const isOut =
      sid === undefined || (wired && isNotified) || (outAtLook !== undefined && looks >= outAtLook)
    answer?.(request, response, !isOut)
    if (response.writableEnded) return
    if (pathname === '/callback') {
      const state = searchParams.get('session_state') ?? new URLSearchParams(body).get('session_state')
      response.writeHead(302, { location: '/me', 'set-cookie': `${cookie}=${state}; Path=/; HttpOnly` }).end()
    } else if (isOut) {
      const callback = encodeURIComponent(`http://${request.headers.host}/callback`)
      const location = `${login}/realms/${keycloak.realm}/protocol/openid-connect/auth?client_id=${clientId}&redirect_uri=${callback}`
      response.writeHead(302, { location }).end()
    } else page(response, '<p>Welcome, Dora</p><a id="sign-out">Sign out</a>')
  }
}
