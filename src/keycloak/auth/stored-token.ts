import type { StoredTokens } from '../../core/connection.ts'
import { EXIT, UserError } from '../../errors.ts'
import {
  type AccessToken,
  claimsOf,
  isDenied,
  RENEWAL_PAUSE,
  sessionOf,
  signInForm,
  timeSince,
} from './access-token.ts'
import type { AccessTokenDeps, RevealedCredentials } from './credentials.ts'
import { requestToken, signInFailure, type TokenAnswer } from './token-request.ts'

type Session = Extract<RevealedCredentials, { kind: 'session' }>
/** `now` is milliseconds since the epoch: processes share the tokens, so lifetimes are compared with a date. */
type Deps = AccessTokenDeps & { readonly now: () => number }

interface Current {
  readonly tokens: StoredTokens
  /** On the monotonic clock. */
  readonly renewAt: number
}

/**
 * The access token of a stored sign-in that processes share. The first process that needs it after two thirds of its
 * lifetime renews it; the others use what that one stored. When the session has ended, signs in again once if the
 * password can be asked for.
 */
export function storedToken(session: Session, deps: Deps): AccessToken {
  const keeper = new StoredTokenKeeper(session, deps)
  return {
    get: async () => (await keeper.current()).accessToken,
    renew: (rejected) => keeper.renew(rejected),
    sessionId: async () => {
      const { accessToken, sessionState } = await keeper.current()
      return sessionOf(accessToken) ?? sessionState
    },
    claims: async () => claimsOf((await keeper.current()).accessToken),
    serverTime: async () => {
      const { accessToken, issuedAt } = await keeper.current()
      return timeSince(accessToken, Math.max(0, deps.now() - issuedAt))
    },
  }
}

class StoredTokenKeeper {
  readonly #session: Session
  readonly #deps: Deps
  #current: Current | undefined
  #renewal: Promise<StoredTokens> | undefined

  constructor(session: Session, deps: Deps) {
    this.#session = session
    this.#deps = deps
  }

  async current(): Promise<StoredTokens> {
    const { monotonic, now } = this.#deps
    const current = this.#current
    if (current && monotonic() < current.renewAt && !this.#renewal) return current.tokens
    try {
      return await this.#renewOnce()
    } catch (error) {
      // The old token is still valid: a short outage does not end a long run.
      const old = this.#current
      if (!old || now() >= old.tokens.expiresAt || isDenied(error)) throw error
      this.#current = { ...old, renewAt: monotonic() + RENEWAL_PAUSE }
      return old.tokens
    }
  }

  async renew(rejected: string): Promise<boolean> {
    if (this.#current?.tokens.accessToken === rejected) await this.#renewOnce(rejected)
    return true
  }

  #renewOnce(rejected?: string): Promise<StoredTokens> {
    this.#renewal ??= this.#renew(rejected)
      .then((tokens) => this.#keep(tokens))
      .finally(() => {
        this.#renewal = undefined
      })
    return this.#renewal
  }

  #keep(tokens: StoredTokens): StoredTokens {
    const { now, monotonic } = this.#deps
    this.#current = { tokens, renewAt: monotonic() + renewalTime(tokens) - now() }
    return tokens
  }

  async #renew(rejected: string | undefined): Promise<StoredTokens> {
    const { store } = this.#session
    const usable = (stored: StoredTokens | undefined) =>
      stored && this.#isFresh(stored) && stored.accessToken !== rejected ? stored : undefined
    const found = usable(await store.read())
    if (found) return found
    let refusal: TokenAnswer | undefined
    const tokens = await store.update(async (stored) => {
      const renewedByOthers = usable(stored)
      if (renewedByOthers) return renewedByOthers
      if (stored?.refreshToken === undefined) return undefined
      const form = { grant_type: 'refresh_token', refresh_token: stored.refreshToken }
      const answer = await requestToken(form, this.#session, this.#deps)
      if (answer.kind === 'token') return storedTokensOf(answer, this.#deps.now(), stored)
      refusal = answer
      return undefined
    })
    if (tokens) return tokens
    if (refusal?.kind === 'refused' && refusal.error !== 'invalid_grant')
      throw signInFailure(refusal, this.#session, this.#deps.loginRealm)
    return this.#signInAgain(refusal)
  }

  #isFresh(tokens: StoredTokens): boolean {
    const now = this.#deps.now()
    // After a clock that was set back, the remaining lifetime is unknown.
    return now >= tokens.issuedAt - 1000 && now < renewalTime(tokens)
  }

  async #signInAgain(refusal: TokenAnswer | undefined): Promise<StoredTokens> {
    const { username, password, store } = this.#session
    if (!password || username === undefined) throw sessionEnded(this.#session, refusal)
    const credentials = {
      ...this.#session,
      kind: 'password' as const,
      username,
      password: await password.reveal(),
    }
    const answer = await requestToken(signInForm(credentials), credentials, this.#deps)
    if (answer.kind === 'refused') throw signInFailure(answer, credentials, this.#deps.loginRealm)
    const tokens = storedTokensOf(answer, this.#deps.now())
    await store.update(async () => tokens)
    return tokens
  }
}

/** Two thirds of the lifetime, milliseconds since the epoch. */
const renewalTime = ({ issuedAt, expiresAt }: StoredTokens) => issuedAt + ((expiresAt - issuedAt) * 2) / 3

/** The tokens of an answer as they are stored. Without a new refresh token the old one stays. */
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

function sessionEnded({ store }: Session, refusal: TokenAnswer | undefined): UserError {
  const said =
    refusal?.kind === 'refused' && refusal.description ? `: Keycloak says "${refusal.description}"` : ''
  return new UserError('session-ended', `The sign-in of ${store.source} has ended${said}.`, {
    exitCode: EXIT.denied,
    hint: store.remedy,
  })
}
