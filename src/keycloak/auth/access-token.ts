import { EXIT, UserError } from '../../errors.ts'
import { isRecord } from '../../util/is-record.ts'
import { type Json, optionalText, parseJson } from '../http/json.ts'
import type { AccessTokenDeps, RevealedCredentials } from './credentials.ts'
import { requestToken, signInFailure, type TokenAnswer } from './token-request.ts'

/** Keeps an access token fresh in the realm that we signed in to. */
export interface AccessToken {
  /** A token with life left in it. Any number of callers cause one request. */
  get(): Promise<string>
  /**
   * Gets another token in place of one that Keycloak did not accept, unless another caller has already. Resolves to
   * false when there is no way to (a token that was given).
   */
  renew(rejected: string): Promise<boolean>
  /** The session behind the token, where the token names one. */
  sessionId(): Promise<string | undefined>
  /** What the token says; nothing when it is no JWT. Not verified: it came from where its signature would be checked. */
  claims(): Promise<Json>
  /**
   * The server's clock, milliseconds since the epoch: when it issued the token, and what has passed since. At most about
   * two seconds behind, never ahead. Undefined where that cannot be told (a token that was given). Keycloak sends no
   * `Date` header.
   */
  serverTime(): Promise<number | undefined>
}

interface Held {
  readonly token: string
  readonly refreshToken: string | undefined
  readonly sessionState: string | undefined
  readonly obtainedAt: number
  readonly renewAt: number
  readonly endsAt: number
}

/** Milliseconds until a renewal that failed is tried again, while the token lives. */
const RENEW_AGAIN = 2000

/** A token that somebody else obtained: used as it is. */
export const fixedToken = (token: string): AccessToken => ({
  get: async () => token,
  renew: async () => false,
  sessionId: async () => sessionOf(token),
  claims: async () => claimsOf(token),
  serverTime: async () => undefined,
})

/**
 * Signs in, and renews at two thirds of the token's life: by the refresh token, or by signing in again where there is
 * none or Keycloak no longer takes it (a logout of the realm signed in to, a restart). One renewal at a time, because
 * a realm may allow each refresh token once: a second use would end the session.
 */
export function signedIn(
  credentials: Exclude<RevealedCredentials, { kind: 'token' | 'session' }>,
  deps: AccessTokenDeps,
): AccessToken {
  let held: Held | undefined
  let renewing: Promise<Held> | undefined

  const signIn = async () => keep(await requestToken(signInForm(credentials), credentials, deps))

  const refresh = async (refreshToken: string): Promise<Held> => {
    const answer = await requestToken(
      { grant_type: 'refresh_token', refresh_token: refreshToken },
      credentials,
      deps,
    )
    // The session behind the refresh token has gone: only the credentials help now, once.
    if (answer.kind === 'refused' && answer.error === 'invalid_grant') return signIn()
    return keep(answer)
  }

  const keep = (answer: TokenAnswer): Held => {
    if (answer.kind === 'refused') throw signInFailure(answer, credentials, deps.loginRealm)
    const now = deps.monotonic()
    const life = answer.expiresIn * 1000
    return {
      token: answer.accessToken,
      refreshToken: answer.refreshToken,
      sessionState: answer.sessionState,
      obtainedAt: now,
      renewAt: now + (life * 2) / 3,
      endsAt: now + life,
    }
  }

  const renewOnce = (): Promise<Held> => {
    renewing ??= (held?.refreshToken === undefined ? signIn() : refresh(held.refreshToken))
      .then((fresh) => {
        held = fresh
        return fresh
      })
      .finally(() => {
        renewing = undefined
      })
    return renewing
  }

  const current = async (): Promise<Held> => {
    if (held && deps.monotonic() < held.renewAt && !renewing) return held
    try {
      return await renewOnce()
    } catch (error) {
      // The old one still lives: a server that is away for a moment ends no long run.
      if (!held || deps.monotonic() >= held.endsAt || isDenied(error)) throw error
      held = { ...held, renewAt: Math.min(held.endsAt, deps.monotonic() + RENEW_AGAIN) }
      return held
    }
  }

  return {
    get: async () => (await current()).token,
    renew: async (rejected) => {
      if (held?.token === rejected) await renewOnce()
      return true
    },
    sessionId: async () => {
      const { token, sessionState } = await current()
      return sessionOf(token) ?? sessionState
    },
    claims: async () => claimsOf((await current()).token),
    serverTime: async () => {
      const { token, obtainedAt } = await current()
      return timeSince(token, deps.monotonic() - obtainedAt)
    },
  }
}

export const signInForm = (
  credentials: Exclude<RevealedCredentials, { kind: 'token' | 'session' }>,
): Record<string, string> =>
  credentials.kind === 'client'
    ? { grant_type: 'client_credentials' }
    : { grant_type: 'password', username: credentials.username, password: credentials.password }

export const isDenied = (error: unknown) => error instanceof UserError && error.exitCode === EXIT.denied

/** `sid` names it from 16 on, `session_state` up to 24. */
export function sessionOf(token: string): string | undefined {
  const claims = claimsOf(token)
  return optionalText(claims.sid) ?? optionalText(claims.session_state)
}

/** When a token was issued (whole seconds, by the server's clock) and so many milliseconds later; see `serverTime`. */
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
