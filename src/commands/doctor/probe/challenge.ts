import http from 'node:http'
import https from 'node:https'
import { errnoCode } from '../../../util/errno.ts'
import type { HttpLook } from '../facts.ts'
import { type ForgedFor, forgedLogoutToken } from './forged-token.ts'

export interface ChallengeOptions {
  readonly signal: AbortSignal
  /** Milliseconds; Keycloak itself waits five seconds. */
  readonly timeout: number
  readonly ca: readonly string[]
  readonly userAgent: string
}

/**
 * Posts a forged logout token to a Backchannel Logout URL, as Keycloak posts real ones, and returns the response. Follows
 * no redirect, sends no cookie, and does not read the body. Not for Admin URLs: keycloak-connect carries out requests
 * there without checking the signature.
 */
export function challenge(url: string, forged: ForgedFor, options: ChallengeOptions): Promise<HttpLook> {
  const { signal, timeout, ca, userAgent } = options
  const body = new URLSearchParams({ logout_token: forgedLogoutToken(forged) }).toString()
  const started = performance.now()
  const ms = () => Math.round(performance.now() - started)
  return new Promise((resolve) => {
    const target = new URL(url)
    const secure = target.protocol === 'https:'
    const settle = (look: HttpLook) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', timedOut)
      request.destroy()
      resolve(look)
    }
    const timedOut = () => settle({ kind: 'silent', ms: ms() })
    const request = (secure ? https : http).request(target, {
      method: 'POST',
      agent: false,
      ...(secure ? { ca: [...ca] } : {}),
      headers: {
        'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
        'content-length': String(Buffer.byteLength(body)),
        'user-agent': `${userAgent} (doctor --probe: a forged logout token, to be rejected)`,
      },
    })
    const timer = setTimeout(timedOut, timeout)
    signal.addEventListener('abort', timedOut)
    request.on('response', ({ statusCode: status = 0, headers }) =>
      settle({ kind: 'answered', status, location: headers.location?.slice(0, 500), ms: ms() }),
    )
    request.on('error', (error) => settle({ kind: 'failed', detail: errnoCode(error) ?? error.message }))
    request.end(body)
  })
}
