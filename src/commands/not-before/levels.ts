import { isoTime } from '../../util/time.ts'
import type { LevelName, SetBy } from './set-by.ts'

/** A not-before as it was read: tokens of this realm, client or user that were issued before it are stale. */
export interface ReadLevel {
  readonly level: LevelName
  /** The name of the realm, the client id or the username. */
  readonly name: string
  /** Seconds since the epoch, 0 or less if it was never set; undefined if the account may not see it. */
  readonly seconds: number | undefined
  readonly setBy: SetBy | undefined
}

/** A not-before as the document shows it (docs/reference/not-before.md). */
export interface Level {
  readonly level: LevelName
  readonly name: string
  /** ISO 8601; null if it was never set or cannot be seen. */
  readonly notBefore: string | null
  readonly seconds: number | null
  /** Until then, every token is stale as soon as it is issued. */
  readonly inFuture: boolean
  /** Is there a token for which this one is the latest? */
  readonly decides: boolean
  readonly setBy: SetBy | null
}

/** Restricts the tokens in question; what is absent may be any. */
export interface Scope {
  readonly clientId?: string | undefined
  /** Only tokens of the one user among the levels. */
  readonly user?: boolean | undefined
}

/**
 * The levels with the one that decides marked.
 * Keycloak compares a token's time of issue with all three, so the latest decides; of equal ones the first of realm,
 * client, user. If one of them cannot be seen, none is marked.
 * @param now the server's time, milliseconds since the epoch
 */
export function levelsOf(read: readonly ReadLevel[], scope: Scope, now: number): Level[] {
  const latest = (level: LevelName) =>
    Math.max(0, ...read.filter((one) => one.level === level).map(({ seconds = 0 }) => seconds))
  const realm = latest('realm')
  const user = scope.user ? latest('user') : 0
  const client = scope.clientId === undefined ? 0 : latest('client')
  const isUnseen = read.some(({ seconds }) => seconds === undefined)
  const decides = ({ level, seconds = 0 }: ReadLevel) => {
    if (seconds <= 0 || isUnseen) return false
    if (level === 'realm') return seconds >= client && seconds >= user
    if (level === 'client') return seconds > realm && seconds >= user
    return seconds > realm && seconds > client
  }
  return read.map((one) => {
    const { level, name, seconds, setBy } = one
    const isSet = seconds !== undefined && seconds > 0
    return {
      level,
      name,
      notBefore: isSet ? (isoTime(seconds) ?? null) : null,
      seconds: seconds ?? null,
      inFuture: isSet && seconds * 1000 > now,
      decides: decides(one),
      setBy: setBy ?? null,
    }
  })
}
