import { performance } from 'node:perf_hooks'
import { errnoCode } from '../../src/util/errno.ts'
import type { FakeKeycloak } from './fake-keycloak.ts'
import type { WireAnswer, WireRequest } from './fault-server.ts'
import { answerAdmin, json } from './http-keycloak-routes.ts'

export interface HttpKeycloakOptions {
  readonly realm?: string
  readonly loginRealm?: string
  /** Lifespan of access tokens in seconds. */
  readonly life?: number
  /** Like "Revoke Refresh Token": a refresh token works once, and reusing it ends the session. */
  readonly rotation?: boolean
  /** The scheme of its own URLs. */
  readonly scheme?: 'http' | 'https'
  /** Prefix of all tokens, to search for. */
  readonly mark?: string
}

/** A fake Keycloak over HTTP, with sign-in: enough to run the built program against it. */
export interface HttpKeycloak {
  answer(request: WireRequest): Promise<WireAnswer>
  /** The token requests in order, and whether they succeeded. */
  readonly grants: { readonly type: string; readonly given: boolean }[]
  /** Ends all sign-ins so far, refresh tokens included. */
  killSessions(): void
  /** Refuses sign-ins with this `error_description`; undefined accepts them again. */
  refuseSignIns(why: string | undefined): void
}

/** Serves a `FakeKeycloak` with Keycloak's paths, representations and status codes. */
export function httpKeycloak(fake: FakeKeycloak, options: HttpKeycloakOptions = {}): HttpKeycloak {
  const { loginRealm = 'master', scheme = 'http' } = options
  const signIns = new SignIns(options)

  function answerRealm(realm: string, path: string, request: WireRequest): WireAnswer | undefined {
    if (realm !== loginRealm && realm !== fake.realm) return json({ error: 'Realm does not exist' }, 404)
    const issuer = `${scheme}://${request.headers.host}/realms/${realm}`
    if (path.includes('/.well-known/'))
      return json({
        issuer,
        jwks_uri: `${issuer}/protocol/openid-connect/certs`,
        end_session_endpoint: `${issuer}/protocol/openid-connect/logout`,
      })
    if (path.endsWith('/certs')) return json({ keys: fake.keySet })
    return path.endsWith('/token') ? signIns.token(request) : undefined
  }

  return {
    grants: signIns.grants,
    killSessions: () => signIns.killSessions(),
    refuseSignIns: (why) => {
      signIns.refusal = why
    },
    async answer(request) {
      const path = request.path.replace(/\?.*$/, '').replace(/\/$/, '')
      const query = new URLSearchParams(request.path.split('?')[1])
      const [first, second = '', name = '', ...rest] = path.split('/').slice(1).map(decodeURIComponent)
      const answer = first === 'realms' ? answerRealm(second, path, request) : undefined
      if (answer) return answer
      if (first === 'audit') return json({ auditRecords: [] })
      if (first !== 'admin') return json({ error: 'Unable to find matching target resource method' }, 404)
      if (!signIns.isSignedIn(request)) return json({ error: 'HTTP 401 Unauthorized' }, 401)
      if (second === 'serverinfo') return json({ systemInfo: await fake.serverInfo() })
      if (name !== fake.realm) return json({ error: 'Realm not found.' }, 404)
      try {
        return await answerAdmin(fake, request, rest, query)
      } catch (error) {
        const code = errnoCode(error) ?? ''
        const message = /"(.+)"/.exec(error instanceof Error ? error.message : '')?.[1]
        if (code.endsWith('not-found')) return json({ error: message ?? 'not found' }, 404)
        return json({ error: 'unknown_error' }, 500)
      }
    },
  }
}

/** The token endpoint and the tokens it issued. */
class SignIns {
  readonly grants: { type: string; given: boolean }[] = []
  refusal: string | undefined
  readonly #options: HttpKeycloakOptions
  #serial = 0
  /** End of life by access token. */
  readonly #accessTokens = new Map<string, number>()
  readonly #refreshTokens = new Set<string>()

  constructor(options: HttpKeycloakOptions) {
    this.#options = options
  }

  token({ body }: WireRequest): WireAnswer {
    const form = new URLSearchParams(body)
    const type = form.get('grant_type') ?? ''
    const error = this.#check(type, form.get('refresh_token') ?? '')
    this.grants.push({ type, given: error === undefined })
    if (error !== undefined) return json({ error: 'invalid_grant', error_description: error }, 400)
    return this.#issue(type)
  }

  killSessions(): void {
    this.#accessTokens.clear()
    this.#refreshTokens.clear()
  }

  isSignedIn({ headers }: WireRequest): boolean {
    const token = (headers.authorization ?? '').replace(/^Bearer /, '')
    return (this.#accessTokens.get(token) ?? 0) > performance.now()
  }

  /** Returns why the request is refused, and uses up its refresh token. */
  #check(type: string, refreshToken: string): string | undefined {
    const { rotation = false } = this.#options
    if (type !== 'refresh_token') return this.refusal
    if (!this.#refreshTokens.has(refreshToken)) {
      if (rotation) this.killSessions()
      return rotation ? 'Maximum allowed refresh token reuse exceeded' : 'Token is not active'
    }
    if (rotation) this.#refreshTokens.delete(refreshToken)
    return undefined
  }

  #issue(type: string): WireAnswer {
    const { life = 60, mark = 'token' } = this.#options
    const iat = Math.floor(Date.now() / 1000)
    const claims = Buffer.from(JSON.stringify({ jti: `onrtro:${++this.#serial}`, typ: 'Bearer', iat }))
    const access = `e30.${claims.toString('base64url')}.${mark}-access-${this.#serial}`
    const refresh = `${mark}-refresh-${this.#serial}`
    this.#accessTokens.set(access, performance.now() + life * 1000)
    this.#refreshTokens.add(refresh)
    return json({
      access_token: access,
      expires_in: life,
      token_type: 'Bearer',
      ...(type === 'client_credentials' ? {} : { refresh_token: refresh, refresh_expires_in: 1800 }),
    })
  }
}
