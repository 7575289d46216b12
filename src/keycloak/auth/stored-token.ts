import type { StoredTokens } from '../../core/connection.ts'
import { EXIT, UserError } from '../../errors.ts'
import { type AccessToken, claimsOf, isDenied, sessionOf, signInForm, timeSince } from './access-token.ts'
import type { AccessTokenDeps, RevealedCredentials } from './credentials.ts'
import { requestToken, signInFailure, type TokenAnswer } from './token-request.ts'

type Session = Extract<RevealedCredentials, { kind: 'session' }>
/** Milliseconds since the epoch: processes share the tokens, so their lives are compared with a date. */
type Deps = AccessTokenDeps & { readonly now: () => number }

interface Held {
  readonly tokens: StoredTokens
  readonly renewAt: number
}

/** Milliseconds until a renewal that failed is tried again, while the token lives. */
const RENEW_AGAIN = 2000

/**
 * The access token of a sign-in that is stored and shared with other processes. Renewed at two thirds of its life by
 * whoever needs it first, alone; the others take what was stored meanwhile. When the session has ended, signs in again
 * where the password can be asked for, once, and else says what to do (exit 4).
 */
export function storedToken(session: Session, deps: Deps): AccessToken {
  const { store } = session
  let held: Held | undefined
  let renewing: Promise<StoredTokens> | undefined

  const isFresh = ({ issuedAt, expiresAt }: StoredTokens) => {
    const now = deps.now()
    // A clock that was set back says nothing about how long it still lives.
    return now >= issuedAt - 1000 && now < issuedAt + ((expiresAt - issuedAt) * 2) / 3
  }
  const take = (tokens: StoredTokens): StoredTokens => {
    const life = tokens.issuedAt + ((tokens.expiresAt - tokens.issuedAt) * 2) / 3 - deps.now()
    held = { tokens, renewAt: deps.monotonic() + life }
    return tokens
  }

  const renewed = async (rejected: string | undefined): Promise<StoredTokens> => {
    const usable = (stored: StoredTokens | undefined) =>
      stored && isFresh(stored) && stored.accessToken !== rejected ? stored : undefined
    const found = usable(await store.read())
    if (found) return found
    let ended: TokenAnswer | undefined
    const tokens = await store.update(async (stored) => {
      const others = usable(stored)
      if (others) return others
      if (stored?.refreshToken === undefined) return undefined
      const form = { grant_type: 'refresh_token', refresh_token: stored.refreshToken }
      const answer = await requestToken(form, session, deps)
      if (answer.kind === 'token') return storedTokensOf(answer, deps.now(), stored)
      ended = answer
      return undefined
    })
    if (tokens) return tokens
    if (ended?.kind === 'refused' && ended.error !== 'invalid_grant')
      throw signInFailure(ended, session, deps.loginRealm)
    return signInAgain(ended)
  }

  const signInAgain = async (ended: TokenAnswer | undefined): Promise<StoredTokens> => {
    const { username, password } = session
    if (!password || username === undefined) throw sessionEnded(session, ended)
    const again = { ...session, kind: 'password' as const, username, password: await password.reveal() }
    const answer = await requestToken(signInForm(again), again, deps)
    if (answer.kind === 'refused') throw signInFailure(answer, again, deps.loginRealm)
    const tokens = storedTokensOf(answer, deps.now())
    await store.update(async () => tokens)
    return tokens
  }

  const renewOnce = (rejected?: string): Promise<StoredTokens> => {
    renewing ??= renewed(rejected)
      .then(take)
      .finally(() => {
        renewing = undefined
      })
    return renewing
  }

  const current = async (): Promise<StoredTokens> => {
    if (held && deps.monotonic() < held.renewAt && !renewing) return held.tokens
    try {
      return await renewOnce()
    } catch (error) {
      // The old one still lives: a server that is away for a moment ends no long run.
      if (!held || deps.now() >= held.tokens.expiresAt || isDenied(error)) throw error
      held = { ...held, renewAt: deps.monotonic() + RENEW_AGAIN }
      return held.tokens
    }
  }

  return {
    get: async () => (await current()).accessToken,
    renew: async (rejected) => {
      if (held?.tokens.accessToken === rejected) await renewOnce(rejected)
      return true
    },
    sessionId: async () => {
      const { accessToken, sessionState } = await current()
      return sessionOf(accessToken) ?? sessionState
    },
    claims: async () => claimsOf((await current()).accessToken),
    serverTime: async () => {
      const { accessToken, issuedAt } = await current()
      return timeSince(accessToken, Math.max(0, deps.now() - issuedAt))
    },
  }
}

/** What is kept of an answer. A refresh that brings no new refresh token leaves the old one. */
export function storedTokensOf(
  answer: Extract<TokenAnswer, { kind: 'token' }>,
  now: number,
  before?: StoredTokens,
): StoredTokens {
  const { refreshToken, refreshExpiresIn } = answer
  return {
    accessToken: answer.accessToken,
    issuedAt: now,
    expiresAt: now + answer.expiresIn * 1000,
    refreshToken: refreshToken ?? before?.refreshToken,
    refreshExpiresAt:
      refreshToken === undefined
        ? before?.refreshExpiresAt
        : refreshExpiresIn
          ? now + refreshExpiresIn * 1000
          : undefined,
    sessionState: answer.sessionState ?? before?.sessionState,
  }
}

function sessionEnded({ store }: Session, ended: TokenAnswer | undefined): UserError {
  const said = ended?.kind === 'refused' && ended.description ? `: Keycloak says "${ended.description}"` : ''
  return new UserError('session-ended', `The sign-in of ${store.source} has ended${said}.`, {
    exitCode: EXIT.denied,
    hint: store.remedy,
  })
}
