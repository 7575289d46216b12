import { isoTime, looksLikeMilliseconds } from '../util/time.ts'
import type { JsonObject } from './json.ts'
import type { Kind } from './kind.ts'
import type { Expectations, RuleResult } from './rules/rule.ts'

/** The times of a token, in ISO 8601; `null` where it has none, or none that makes sense. */
export interface Times {
  /** As of when it was judged. */
  readonly judgedAt: string | null
  readonly issuedAt: string | null
  readonly notBefore: string | null
  readonly expiresAt: string | null
  readonly authenticatedAt: string | null
  readonly lifetimeSeconds: number | null
  /**
   * `aged`: it was good until it expired, as far as the rules tell. `never-valid`: it has expired, or cannot begin, and
   * was never good.
   */
  readonly state: 'current' | 'not-yet' | 'aged' | 'never-valid' | 'no-expiry'
  /** How far the server's clock is ahead of ours, where a server was asked. */
  readonly clockOffsetSeconds: number | null
}

/** The rules that fail because a token has expired; the message of each says the same as the state. */
const OF_EXPIRY = new Set(['L11', 'I07', 'A04', 'F06', 'K02', 'T09'])

export function timesOf(
  kind: Kind,
  payload: JsonObject,
  { now, tolerance, clockOffset }: Expectations,
  /** Of the token itself: what the realm says of it now tells nothing of what it was. */
  rules: readonly RuleResult[],
): Times {
  const exp = endOf(kind, payload)
  const iat = seconds(payload.iat)
  const nbf = seconds(payload.nbf)
  const start = Math.max(iat ?? Number.NEGATIVE_INFINITY, nbf ?? Number.NEGATIVE_INFINITY)
  const failsOtherwise = rules.some((each) => each.status === 'fail' && !OF_EXPIRY.has(each.id))
  let state: Times['state'] = 'current'
  if (exp !== undefined && iat !== undefined && exp <= iat) state = 'never-valid'
  else if (exp !== undefined && exp <= now - tolerance) state = failsOtherwise ? 'never-valid' : 'aged'
  else if (start > now + tolerance) state = 'not-yet'
  else if (exp === undefined) state = 'no-expiry'
  return {
    judgedAt: isoTime(now) ?? null,
    issuedAt: iso(iat),
    notBefore: iso(nbf),
    expiresAt: iso(exp),
    authenticatedAt: iso(seconds(payload.auth_time)),
    lifetimeSeconds: exp !== undefined && iat !== undefined ? exp - iat : null,
    state,
    clockOffsetSeconds: clockOffset ?? null,
  }
}

/** When it ends. Keycloak writes 0 for "never" into the tokens that are for itself; elsewhere 0 is 1970. */
function endOf(kind: Kind, { exp, expiration }: JsonObject): number | undefined {
  if (kind === 'admin-action') return seconds(expiration)
  return exp === 0 && (kind === 'offline' || kind === 'refresh') ? undefined : seconds(exp)
}

/** A time in seconds; one in milliseconds is taken for what it must mean. */
function seconds(value: unknown): number | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined
  return looksLikeMilliseconds(value) ? value / 1000 : value
}

const iso = (value: number | undefined) => (value === undefined ? null : (isoTime(value) ?? null))
