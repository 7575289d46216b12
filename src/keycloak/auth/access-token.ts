import { EXIT, UserError } from '../../errors.ts'
import { isRecord } from '../../util/is-record.ts'
import { type Json, optionalText, parseJson } from '../http/json.ts'
import type { Transport } from '../http/transport.ts'
import type { AccessTokenDeps, RevealedCredentials } from './credentials.ts'
import { endSession } from './end-session.ts'
import { requestToken, signInFailure, type TokenAnswer } from './token-request.ts'

/** Keeps an access token of the login realm valid. */
export interface AccessToken {
  /** A valid token. Any number of callers cause one request. */
  get(): Promise<string>
  /**
   * Replaces a token that Keycloak did not accept, unless another caller has already. False where it cannot be
   * replaced (a given token).
   */
  renew(rejected: string): Promise<boolean>
  /** The session of the token, where the token names one. */
  sessionId(): Promise<string | undefined>
  /** The claims; empty if it is not a JWT. Not verified: the token came from the server that would verify it. */
  claims(): Promise<Json>
  /**
   * The server's clock, milliseconds since the epoch: when it issued the token, plus the time since. At most about two
   * seconds slow, never fast. Undefined for a given token. Keycloak sends no `Date` header.
   */
  serverTime(): Promise<number | undefined>
  /** Ends the session that this run began with a password; absent for any other sign-in. One attempt. */
  readonly end?: (over: Transport) => Promise<void>
}

type SignIn = Exclude<RevealedCredentials, { kind: 'token' | 'session' }>

/** Times are on the monotonic clock. */
interface Current {
  readonly token: string
  readonly refreshToken: string | undefined
  readonly sessionState: string | undefined
  readonly obtainedAt: number
  readonly renewAt: number
  readonly endsAt: number
}

/** Milliseconds until a failed renewal is attempted again, while the token is valid. */
export const RENEWAL_PAUSE = 2000

/** A token obtained elsewhere; used as it is. */
export const fixedToken = (token: string): AccessToken => ({
  get: async () => token,
  renew: async () => false,
  sessionId: async () => sessionOf(token),
  claims: async () => claimsOf(token),
  serverTime: async () => undefined,
})

/**
 * Signs in, and renews at two thirds of the token's lifetime: with the refresh token, or by signing in again where
 * there is none or Keycloak no longer accepts it (a logout of the login realm, a restart). One renewal at a time,
 * because a realm may allow each refresh token once: a second use would end the session.
 */
export function signedIn(credentials: SignIn, deps: AccessTokenDeps): AccessToken {
  const keeper = new TokenKeeper(credentials, deps)
  return {
    get: async () => (await keeper.current()).token,
    renew: (rejected) => keeper.renew(rejected),
    sessionId: async () => {
      const { token, sessionState } = await keeper.current()
      return sessionOf(token) ?? sessionState
    },
    claims: async () => claimsOf((await keeper.current()).token),
    serverTime: async () => {
      const { token, obtainedAt } = await keeper.current()
      return timeSince(token, deps.monotonic() - obtainedAt)
    },
    ...(credentials.kind === 'password' ? { end: (over: Transport) => keeper.end(over) } : {}),
  }
}

class TokenKeeper {
  readonly #credentials: SignIn
  readonly #deps: AccessTokenDeps
  #current: Current | undefined
  #renewal: Promise<Current> | undefined

  constructor(credentials: SignIn, deps: AccessTokenDeps) {
    this.#credentials = credentials
    this.#deps = deps
  }

  async current(): Promise<Current> {
    const { monotonic } = this.#deps
    const current = this.#current
    if (current && monotonic() < current.renewAt && !this.#renewal) return current
    try {
      return await this.#renewOnce()
    } catch (error) {
      // The old token is still valid: a short outage does not end a long run.
      const old = this.#current
      if (!old || monotonic() >= old.endsAt || isDenied(error)) throw error
      this.#current = { ...old, renewAt: Math.min(old.endsAt, monotonic() + RENEWAL_PAUSE) }
      return this.#current
    }
  }

  async renew(rejected: string): Promise<boolean> {
    if (this.#current?.token === rejected) await this.#renewOnce()
    return true
  }

  async end(transport: Transport): Promise<void> {
    const refreshToken = this.#current?.refreshToken
    if (refreshToken === undefined) return
    this.#current = undefined
    await endSession(refreshToken, this.#credentials, { ...this.#deps, transport, sleep: noRetry })
  }

  #renewOnce(): Promise<Current> {
    this.#renewal ??= this.#renew()
      .then((current) => {
        this.#current = current
        return current
      })
      .finally(() => {
        this.#renewal = undefined
      })
    return this.#renewal
  }

  #renew(): Promise<Current> {
    const refreshToken = this.#current?.refreshToken
    return refreshToken === undefined ? this.#signIn() : this.#refresh(refreshToken)
  }

  async #signIn(): Promise<Current> {
    return this.#taken(await requestToken(signInForm(this.#credentials), this.#credentials, this.#deps))
  }

  async #refresh(refreshToken: string): Promise<Current> {
    const form = { grant_type: 'refresh_token', refresh_token: refreshToken }
    const answer = await requestToken(form, this.#credentials, this.#deps)
    // The session of the refresh token has ended: sign in again, once.
    if (answer.kind === 'refused' && answer.error === 'invalid_grant') return this.#signIn()
    return this.#taken(answer)
  }

  #taken(answer: TokenAnswer): Current {
    const { loginRealm, monotonic } = this.#deps
    if (answer.kind === 'refused') throw signInFailure(answer, this.#credentials, loginRealm)
    const now = monotonic()
    const lifetime = answer.expiresIn * 1000
    return {
      token: answer.accessToken,
      refreshToken: answer.refreshToken,
      sessionState: answer.sessionState,
      obtainedAt: now,
      renewAt: now + (lifetime * 2) / 3,
      endsAt: now + lifetime,
    }
  }
}

const noRetry = () =>
  Promise.reject(
    new UserError('not-signed-out', 'The sign-out failed.', { hint: 'The session expires by itself.' }),
  )

export const signInForm = (credentials: SignIn): Record<string, string> =>
  credentials.kind === 'client'
    ? { grant_type: 'client_credentials' }
    : { grant_type: 'password', username: credentials.username, password: credentials.password }

export const isDenied = (error: unknown) => error instanceof UserError && error.exitCode === EXIT.denied

/** The session of a token: `sid` from 16 on, `session_state` up to 24. */
export function sessionOf(token: string): string | undefined {
  const claims = claimsOf(token)
  return optionalText(claims.sid) ?? optionalText(claims.session_state)
}

/** When a token was issued (whole seconds, by the server's clock), plus these milliseconds; see `serverTime`. */
export function timeSince(token: string, passed: number): number | undefined {
  const { iat } = claimsOf(token)
  return typeof iat === 'number' && iat > 0 ? Math.floor(iat) * 1000 + passed : undefined
}

export function claimsOf(token: string): Json {
  const payload = token.split('.')[1]
  const claims =
    payload === undefined ? undefined : parseJson(Buffer.from(payload, 'base64url').toString('utf8'))
  return isRecord(claims) ? claims : {}
}
