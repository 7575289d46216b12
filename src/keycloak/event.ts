/** Events as Keycloak stores them; strings are as users and servers sent them. */

export interface UserEvent {
  /** Absent before 26.4. */
  readonly id: string | undefined
  /** Milliseconds since the epoch. */
  readonly time: number
  /** `LOGOUT`, `LOGOUT_ERROR`, `LOGIN`, … */
  readonly type: string
  readonly clientId: string | undefined
  readonly userId: string | undefined
  readonly sessionId: string | undefined
  readonly ipAddress: string | undefined
  readonly error: string | undefined
  readonly details: Readonly<Record<string, string>>
}

export interface AdminEvent {
  readonly id: string | undefined
  /** Milliseconds since the epoch. */
  readonly time: number
  /** `ACTION`, `CREATE`, `UPDATE`, `DELETE` */
  readonly operation: string
  /** `USER`, `USER_SESSION`, `REALM`, `CLIENT`, `CLUSTER_NODE`, … */
  readonly resourceType: string | undefined
  /** `users/<id>/logout`, `sessions/<id>`, `logout-all` */
  readonly resourcePath: string | undefined
  readonly representation: string | undefined
  readonly error: string | undefined
  /** Who did it, and from where. `realmId` is the internal id of the login realm. */
  readonly by: {
    readonly realmId: string | undefined
    readonly clientId: string | undefined
    readonly userId: string | undefined
    readonly ipAddress: string | undefined
  }
}

export interface EventQuery {
  readonly types?: readonly string[]
  readonly clientId?: string
  readonly userId?: string
  /** `yyyy-MM-dd`, the only format that every version accepts; whole days. */
  readonly dateFrom?: string
  readonly dateTo?: string
  readonly first?: number
  /** Keycloak's own default is 100. */
  readonly max?: number
}

export interface AdminEventQuery {
  readonly operations?: readonly string[]
  readonly resourceTypes?: readonly string[]
  /** `*` matches anything. */
  readonly resourcePath?: string
  readonly userId?: string
  readonly dateFrom?: string
  readonly dateTo?: string
  readonly first?: number
  readonly max?: number
}

export interface EventsConfig {
  readonly eventsEnabled: boolean
  /** Seconds; 0 or undefined keeps them forever. */
  readonly eventsExpiration: number | undefined
  /** Empty for all types. */
  readonly enabledEventTypes: readonly string[]
  readonly adminEventsEnabled: boolean
  readonly adminEventsDetailsEnabled: boolean
}
