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
  /** Signs in at further clients without a password, in the same session. */
  readonly browser: Browser
}

export interface SignInOptions {
  user: string
  client: string
  /** One that is signed in already takes its session along; default: a new one. */
  browser?: Browser
  /** The application's own name for the session, as Keycloak's adapters send it. Without it no Admin URL is called. */
  adapterSession?: string
  /** Asks for `offline_access`. */
  offline?: boolean
  nonce?: string
}

/** Signs a person in as a browser and an application do it together: authorization code flow, password form, tokens. */
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
  const code = handedOver(answer).get('code')
  if (!code) throw new Error(`${user} was not signed in at ${client}: ${reason(answer)}`)
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

/** Signs in without a browser (password grant): quick, one session each, and never one of an adapter. */
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

/** Would this browser get into the client without a password? */
export async function isSignedIn(realm: TestRealm, browser: Browser, client: string): Promise<boolean> {
  const { answer } = await browser.open(authorizationUrl(realm, client, { scope: 'openid', prompt: 'none' }))
  const handed = handedOver(answer)
  if (handed.has('code')) return true
  if (handed.get('error') === 'login_required') return false
  throw new Error(`Whether ${client} lets the browser in cannot be notified: ${reason(answer)}`)
}

/** The raw answer to using a refresh token: 200 with tokens, or 400 `invalid_grant` with the reason. */
export function refresh(realm: TestRealm, client: string, refreshToken: string): Promise<Answer> {
  return askForTokens(realm, client, { grant_type: 'refresh_token', refresh_token: refreshToken })
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
  const answer = await askForTokens(realm, client, form)
  if (answer.status === 200) return answer.json()
  throw new Error(
    `No tokens for ${client} (${form.grant_type}): HTTP ${answer.status} ${answer.text.slice(0, 200)}`,
  )
}

function askForTokens(realm: TestRealm, client: string, form: Record<string, string>): Promise<Answer> {
  const secret = realm.secretOf(client)
  return send('POST', `${realm.issuer}/protocol/openid-connect/token`, {
    form: { client_id: client, ...(secret ? { client_secret: secret } : {}), ...form },
  })
}

/** The parameters with which Keycloak sends the browser back to the application. */
function handedOver(answer: Answer): URLSearchParams {
  return answer.headers.location ? new URL(answer.headers.location).searchParams : new URLSearchParams()
}

function reason(answer: Answer): string {
  const handed = handedOver(answer)
  if (handed.has('error')) return `${handed.get('error')} ${handed.get('error_description') ?? ''}`.trim()
  return `HTTP ${answer.status}, "${messageOf(answer.text)}"`
}
