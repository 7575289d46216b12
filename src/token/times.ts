import { isoTime, looksLikeMilliseconds } from '../util/time.ts'
import type { JsonObject } from './json.ts'
import type { Kind } from './kind.ts'
import type { Expectations, RuleResult } from './rules/rule.ts'

/** The times of a token, in ISO 8601; `null` if missing or out of range. */
export interface Times {
  /** The time it was checked for. */
  readonly judgedAt: string | null
  readonly issuedAt: string | null
  readonly notBefore: string | null
  readonly expiresAt: string | null
  readonly authenticatedAt: string | null
  readonly lifetimeSeconds: number | null
  /** `aged`: valid until it expired, as far as the rules tell. `never-valid`: expired, and it was never valid. */
  readonly state: 'current' | 'not-yet' | 'aged' | 'never-valid' | 'no-expiry'
  /** Seconds by which the server's clock is ahead of the local one, if a server was asked. */
  readonly clockOffsetSeconds: number | null
}

/** The rules that fail because a token has expired. */
const OF_EXPIRY = new Set(['L11', 'I07', 'A04', 'F06', 'C04', 'D08', 'E05', 'G04', 'K02', 'T09'])

export function timesOf(
  kind: Kind,
  payload: JsonObject,
  { now, tolerance, clockOffset }: Expectations,
  /** The results for the token itself, without `--online`: the realm's present state says nothing about the past. */
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

/** The kinds in which exp 0 means never. */
const NEVER_WITH_0: readonly Kind[] = ['offline', 'refresh', 'registration']

/** When it expires. Keycloak writes 0 for "never" into tokens that are only for itself; elsewhere 0 is 1970. */
function endOf(kind: Kind, { exp, expiration }: JsonObject): number | undefined {
  if (kind === 'admin-action') return seconds(expiration)
  return exp === 0 && NEVER_WITH_0.includes(kind) ? undefined : seconds(exp)
}

/** A time in seconds; milliseconds are converted. */
function seconds(value: unknown): number | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined
  return looksLikeMilliseconds(value) ? value / 1000 : value
}

const iso = (value: number | undefined) => (value === undefined ? null : (isoTime(value) ?? null))
