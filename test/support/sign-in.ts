import { randomBytes } from 'node:crypto'
import { Browser, formAction, messageOf } from './browser.ts'
import { type Answer, send } from './http.ts'
import type { TestRealm } from './realm.ts'

export interface Tokens {
  readonly access_token: string
  readonly refresh_token: string
  readonly id_token: string
  /** The session's id, on every version. */
  readonly session_state: string
  readonly scope: string
}

export interface SignedIn {
  readonly user: string
  readonly client: string
  readonly tokens: Tokens
  readonly sid: string
  /** Signs in to more clients in the same session, without a password. */
  readonly browser: Browser
}

export interface SignInOptions {
  user: string
  client: string
  /** A signed-in browser continues its session. Default: a new browser. */
  browser?: Browser
  /** The application's session id, as Keycloak's adapters send it. Without it, no Admin URL is called. */
  adapterSession?: string
  /** Requests `offline_access`. */
  offline?: boolean
  nonce?: string
}

/** Signs a user in with browser and application: authorization code flow, password form, tokens. */
export async function signIn(realm: TestRealm, options: SignInOptions): Promise<SignedIn> {
  const { user, client, browser = new Browser(), nonce } = options
  const scope = options.offline ? 'openid offline_access' : 'openid'
  const page = await browser.open(authorizationUrl(realm, client, { scope, ...(nonce ? { nonce } : {}) }))
  let answer = page.answer
  const action = answer.status === 200 ? formAction(answer.text) : undefined
  if (action) {
    const form = { username: user, password: realm.passwordOf(user), credentialId: '' }
    answer = (await browser.open(new URL(action, page.url).href, form)).answer
  }
  const code = redirectParams(answer).get('code')
  if (!code) throw new Error(`${user} was not signed in to ${client}: ${reason(answer)}`)
  const tokens = await tokenRequest(realm, client, {
    grant_type: 'authorization_code',
    code,
    redirect_uri: realm.redirectUriOf(client),
    ...(options.adapterSession
      ? { client_session_state: options.adapterSession, client_session_host: 'app.test' }
      : {}),
  })
  return { user, client, tokens, sid: tokens.session_state, browser }
}

/** Signs in without a browser (password grant): fast, always a new session, never with an adapter session. */
export async function directGrant(
  realm: TestRealm,
  options: { user: string; client: string; offline?: boolean },
): Promise<Omit<SignedIn, 'browser'>> {
  const { user, client } = options
  const tokens = await tokenRequest(realm, client, {
    grant_type: 'password',
    username: user,
    password: realm.passwordOf(user),
    scope: options.offline ? 'openid offline_access' : 'openid',
  })
  return { user, client, tokens, sid: tokens.session_state }
}

/** Whether this browser can sign in to the client without a password. */
export async function isSignedIn(realm: TestRealm, browser: Browser, client: string): Promise<boolean> {
  const { answer } = await browser.open(authorizationUrl(realm, client, { scope: 'openid', prompt: 'none' }))
  const params = redirectParams(answer)
  if (params.has('code')) return true
  if (params.get('error') === 'login_required') return false
  throw new Error(`Cannot tell whether the browser is signed in to ${client}: ${reason(answer)}`)
}

/** Uses a refresh token and returns the raw answer: 200 with tokens, or 400 `invalid_grant` with a reason. */
export function refresh(realm: TestRealm, client: string, refreshToken: string): Promise<Answer> {
  return requestTokens(realm, client, { grant_type: 'refresh_token', refresh_token: refreshToken })
}

function authorizationUrl(realm: TestRealm, client: string, more: Record<string, string>): string {
  const query = new URLSearchParams({
    client_id: client,
    redirect_uri: realm.redirectUriOf(client),
    response_type: 'code',
    state: randomBytes(8).toString('hex'),
    ...more,
  })
  return `${realm.issuer}/protocol/openid-connect/auth?${query}`
}

async function tokenRequest(realm: TestRealm, client: string, form: Record<string, string>): Promise<Tokens> {
  const answer = await requestTokens(realm, client, form)
  if (answer.status === 200) return answer.json()
  throw new Error(
    `No tokens for ${client} (${form.grant_type}): HTTP ${answer.status} ${answer.text.slice(0, 200)}`,
  )
}

function requestTokens(realm: TestRealm, client: string, form: Record<string, string>): Promise<Answer> {
  const secret = realm.secretOf(client)
  return send('POST', `${realm.issuer}/protocol/openid-connect/token`, {
    form: { client_id: client, ...(secret ? { client_secret: secret } : {}), ...form },
  })
}

/** The parameters of Keycloak's redirect to the application. */
function redirectParams(answer: Answer): URLSearchParams {
  return answer.headers.location ? new URL(answer.headers.location).searchParams : new URLSearchParams()
}

function reason(answer: Answer): string {
  const params = redirectParams(answer)
  if (params.has('error')) return `${params.get('error')} ${params.get('error_description') ?? ''}`.trim()
  return `HTTP ${answer.status}, "${messageOf(answer.text)}"`
}
