import { isoTime } from '../../util/time.ts'
import type { LevelName, SetBy } from './set-by.ts'

/** A not-before as it was read: a token of this realm, client or person that was issued before it is stale. */
export interface ReadLevel {
  readonly level: LevelName
  /** The realm's name, the clientId, the username. */
  readonly name: string
  /** Seconds since the epoch, 0 or less when never set; undefined when the caller may not see it. */
  readonly seconds: number | undefined
  readonly setBy: SetBy | undefined
}

/** One not-before as the document shows it (docs/commands.md, "not-before"). */
export interface Level {
  readonly level: LevelName
  readonly name: string
  /** ISO 8601; null when it was never set, or cannot be seen. */
  readonly notBefore: string | null
  readonly seconds: number | null
  /** Every token is stale from the moment it is issued, until then. */
  readonly inFuture: boolean
  /** Is there a token for which this one is the latest, so that no other would make it stale? */
  readonly decides: boolean
  readonly setBy: SetBy | null
}

/** Which of them a token has to be of; of what is not named it may be any. */
export interface Scope {
  readonly clientId?: string | undefined
  /** Is it of the one person among the levels? */
  readonly user?: boolean | undefined
}

/**
 * Keycloak holds a token's time of issue against each of the three, so the latest decides. Where two are the same the
 * first one of realm, client, person is named. Beside one that cannot be seen none is said to decide.
 * @param now milliseconds since the epoch, by the server's clock
 */
export function levelsOf(read: readonly ReadLevel[], scope: Scope, now: number): Level[] {
  const time = (level: LevelName) =>
    Math.max(0, ...read.filter((one) => one.level === level).map(({ seconds = 0 }) => seconds))
  const realm = time('realm')
  const user = scope.user ? time('user') : 0
  const client = scope.clientId === undefined ? 0 : time('client')
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
