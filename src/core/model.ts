/**
 * Clients, people and sessions as the rules of a logout see them. The room `keycloak` translates Keycloak's
 * representations into these; strings are as the server sent them, so only the printer may show them.
 */

/** A client of the realm, reduced to what decides whether, where and how it is told of a logout. */
export interface Client {
  /** Keycloak's internal id (a path segment of the admin API; a UUID unless somebody imported another). */
  readonly id: string
  /** The name by which OAuth knows it. Any string: never a path segment. */
  readonly clientId: string
  readonly enabled: boolean
  /** `openid-connect`, `saml`, or whatever an extension registered. */
  readonly protocol: string
  readonly publicClient: boolean
  readonly rootUrl: string | undefined
  readonly baseUrl: string | undefined
  readonly redirectUris: readonly string[]
  readonly adminUrl: string | undefined
  /** When true Keycloak sends this client nothing on an administrator's logout, whatever URLs it has. */
  readonly frontchannelLogout: boolean
  readonly frontchannelLogoutUrl: string | undefined
  readonly backchannelLogoutUrl: string | undefined
  /** Absent counts as false here, as in Keycloak: then its logout tokens carry no `sid`. */
  readonly backchannelLogoutSessionRequired: boolean
  readonly backchannelLogoutRevokeOfflineTokens: boolean
  /** One of Keycloak's own clients (`account`, `admin-cli`, `security-admin-console`, …). */
  readonly builtIn: boolean
  /** Seconds; overrides the realm's when set. */
  readonly accessTokenLifespan: number | undefined
  readonly idTokenSignedResponseAlg: string | undefined
  /** Seconds since the epoch, 0 when never set. */
  readonly notBefore: number
  /** `##`-joined in Keycloak; `+` means "as the redirect URIs", `-` means none. Absent: as the redirect URIs. */
  readonly postLogoutRedirectUris: readonly string[] | undefined
  /** Hosts that Keycloak calls in place of the Admin URL's own. */
  readonly registeredNodes: readonly string[]
  /** What the caller may do with this client, where Keycloak says so. */
  readonly access:
    | { readonly view?: boolean; readonly configure?: boolean; readonly manage?: boolean }
    | undefined
}

export interface User {
  readonly id: string
  readonly username: string
  readonly email: string | undefined
  readonly enabled: boolean
  /** Seconds since the epoch, 0 when never set. */
  readonly notBefore: number
}

/** A session of one person: one sign-in, used by any number of clients. */
export interface Session {
  /** 24 base64url characters or a UUID; may begin with `-`. */
  readonly id: string
  readonly userId: string
  readonly username: string
  readonly ipAddress: string | undefined
  /** Milliseconds since the epoch. */
  readonly start: number
  /** Milliseconds since the epoch. */
  readonly lastAccess: number
  readonly offline: boolean
  /** The clients that take part, by internal id and clientId. */
  readonly clients: readonly { readonly id: string; readonly clientId: string }[]
}

/** Client sessions of one client, counted as Keycloak does. */
export interface SessionCount {
  readonly id: string
  readonly clientId: string
  readonly active: number
  readonly offline: number
}

export interface Realm {
  readonly name: string
  /** Seconds since the epoch; undefined when the caller may not see it. */
  readonly notBefore: number | undefined
  /** Seconds; undefined when the caller may not see it. */
  readonly accessTokenLifespan: number | undefined
  readonly ssoSessionIdleTimeout: number | undefined
  readonly ssoSessionMaxLifespan: number | undefined
  readonly defaultSignatureAlgorithm: string | undefined
  readonly eventsEnabled: boolean | undefined
  readonly adminEventsEnabled: boolean | undefined
  readonly sslRequired: string | undefined
}

/** Admin URLs that Keycloak says it reached, or failed to reach (a Keycloak `GlobalRequestResult`). */
export interface PushResult {
  readonly succeeded: readonly string[]
  readonly failed: readonly string[]
}

/** The fields of a client that `configure` may change; `null` removes. */
export interface LogoutSettings {
  readonly backchannelLogoutUrl: string | null
  readonly backchannelLogoutSessionRequired: boolean
  readonly backchannelLogoutRevokeOfflineTokens: boolean
  readonly adminUrl: string | null
  readonly frontchannelLogout: boolean
}
