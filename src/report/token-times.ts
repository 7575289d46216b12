import type { ClientResult } from '../core/client-result.ts'
import type { Realm } from '../core/model.ts'

/** Until when tokens that were issued before a logout may live on. Times are ISO 8601 in UTC. */
export interface TokenTimes {
  /**
   * The latest end of an access token, if it was issued just before its session ended: for applications that check
   * tokens themselves. null if the realm's settings may not be read.
   */
  readonly accessUntil: string | null
  /** Clients whose access tokens end at another time than most. */
  readonly clients: readonly { readonly clientId: string; readonly accessUntil: string }[]
  /**
   * `none`: there was no offline session; `stopped`: Keycloak accepts no offline token from before; `kept`: those of
   * sessions that did not end stay valid; `unknown`: whether they were stopped is not known.
   */
  readonly offline: 'none' | 'stopped' | 'kept' | 'unknown'
  /** When an offline session that nobody uses ends at the latest; null unless offline tokens may live on. */
  readonly offlineUnusedUntil: string | null
  /** When it ends at the latest even if it is used; null if only disuse ends it, or none lives on. */
  readonly offlineUsedUntil: string | null
}

interface Known {
  /** When the sessions had ended, milliseconds since the epoch. */
  readonly endedAt: number
  readonly realm: Realm
  readonly clients: readonly ClientResult[]
  readonly offline: TokenTimes['offline']
}

/** The times that follow from the settings of realm and clients, as they were read before the logout. */
export function tokenTimes({ endedAt, realm, clients, offline }: Known): TokenTimes {
  const after = (seconds: number) => new Date(endedAt + seconds * 1000).toISOString()
  const common = realm.accessTokenLifespan
  const others = clients.flatMap(({ clientId, accessTokenLifespan }) =>
    accessTokenLifespan === null || accessTokenLifespan === common ? [] : [{ clientId, accessTokenLifespan }],
  )
  const lifespans = [
    ...(common === undefined ? [] : [common]),
    ...others.map(({ accessTokenLifespan }) => accessTokenLifespan),
  ]
  const mayLive = offline === 'kept' || offline === 'unknown'
  const { idle, max } = realm.offlineSessionLimits?.user ?? {}
  return {
    accessUntil: lifespans.length === 0 ? null : after(Math.max(...lifespans)),
    clients: others.map(({ clientId, accessTokenLifespan: seconds }) => ({
      clientId,
      accessUntil: after(seconds),
    })),
    offline,
    offlineUnusedUntil: mayLive && idle !== undefined ? after(idle) : null,
    offlineUsedUntil: mayLive && max !== undefined ? after(max) : null,
  }
}
