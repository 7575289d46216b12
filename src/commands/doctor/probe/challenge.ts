import http from 'node:http'
import https from 'node:https'
import type { HttpLook } from '../facts.ts'
import { type ForgedFor, forgedLogoutToken } from './forged-token.ts'

export interface ChallengeOptions {
  readonly signal: AbortSignal
  /** Milliseconds until it is given up; Keycloak itself waits five seconds. */
  readonly timeout: number
  readonly ca: readonly string[]
  readonly userAgent: string
}

/**
 * Posts a forged logout token to a Backchannel Logout URL, as Keycloak posts real ones, and tells how it was answered.
 * Follows no redirect, sends no cookie, and does not read the body. Never for an Admin URL: keycloak-connect acts on
 * what comes there without looking at the signature.
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
      signal.removeEventListener('abort', late)
      request.destroy()
      resolve(look)
    }
    const late = () => settle({ kind: 'silent', ms: ms() })
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
    const timer = setTimeout(late, timeout)
    signal.addEventListener('abort', late)
    request.on('response', ({ statusCode: status = 0, headers }) =>
      settle({ kind: 'answered', status, location: headers.location?.slice(0, 500), ms: ms() }),
    )
    request.on('error', (error) =>
      settle({ kind: 'failed', detail: 'code' in error ? String(error.code) : error.message }),
    )
    request.end(body)
  })
}
