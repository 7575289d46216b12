/**
 * Clients, users and sessions, reduced to what a logout needs. `src/keycloak` maps Keycloak's representations to these.
 * Strings are as the server sent them, so only the printer may show them.
 */

/** A client, reduced to what decides whether, where and how it is notified of a logout. */
export interface Client {
  /** Keycloak's internal id, a path segment of the admin API. A UUID, unless another value was imported. */
  readonly id: string
  /** The OAuth client id. Any string, so never a path segment. */
  readonly clientId: string
  readonly enabled: boolean
  /** `openid-connect`, `saml`, or the protocol of an extension. */
  readonly protocol: string
  readonly publicClient: boolean
  /** Do users sign in to it with a browser: standard or implicit flow, not bearer-only? Absent: unknown. */
  readonly browserFlow?: boolean
  readonly rootUrl: string | undefined
  readonly baseUrl: string | undefined
  readonly redirectUris: readonly string[]
  readonly adminUrl: string | undefined
  /** If true, Keycloak does not call this client on an administrator's logout, whatever URLs it has. */
  readonly frontchannelLogout: boolean
  readonly frontchannelLogoutUrl: string | undefined
  readonly backchannelLogoutUrl: string | undefined
  /** False if absent, as in Keycloak: then its logout tokens have no `sid`. */
  readonly backchannelLogoutSessionRequired: boolean
  readonly backchannelLogoutRevokeOfflineTokens: boolean
  /** One of Keycloak's own clients (`account`, `admin-cli`, `security-admin-console`, …). */
  readonly builtIn: boolean
  /** Seconds; overrides the realm's value. */
  readonly accessTokenLifespan: number | undefined
  /** Limits of its own for client sessions; they override the realm's. */
  readonly sessionLimits?: SessionLimits
  readonly offlineSessionLimits?: SessionLimits
  readonly idTokenSignedResponseAlg: string | undefined
  /** Seconds since the epoch; 0 if never set. */
  readonly notBefore: number
  /** `##`-joined in Keycloak; `+` stands for the redirect URIs (also the default if absent), `-` for none. */
  readonly postLogoutRedirectUris: readonly string[] | undefined
  /** Hosts that Keycloak calls instead of the Admin URL's host. */
  readonly registeredNodes: readonly string[]
  /** The caller's permissions for this client, if Keycloak reports them. */
  /** Logout URLs of a SAML client, by binding. */
  readonly samlLogoutUrls: SamlLogoutUrls
  /** Its enabled stream of security events, if that delivers session-revoked (experimental in 26.7). */
  readonly ssf?: SsfStream
  readonly access:
    | { readonly view?: boolean; readonly configure?: boolean; readonly manage?: boolean }
    | undefined
}

/** How long sessions live, in seconds; undefined where it is not set, so that the next wider setting applies. */
export interface SessionLimits {
  readonly idle: number | undefined
  readonly max: number | undefined
}

/** The limits of client sessions, and those of user sessions, which they default to. */
export interface RealmSessionLimits {
  readonly client: SessionLimits
  readonly user: SessionLimits
}

/** How security events reach a receiver: pushed to a URL, or polled by it. */
export interface SsfStream {
  readonly issuer: string
  /** Null: it polls. */
  readonly url: string | null
}

export interface SamlLogoutUrls {
  readonly soap: string | undefined
  readonly post: string | undefined
  readonly redirect: string | undefined
}

/** An identity provider above the realm. */
export interface IdentityProvider {
  readonly alias: string
  /** `oidc`, `keycloak-oidc`, `saml`, a social one such as `google`, or one of an extension. */
  readonly providerId: string
  readonly enabled: boolean
  /** Users link their account with it, and never sign in with it. */
  readonly linkOnly: boolean
  /** Where Keycloak logs a user out at the provider: a logout URL, or a single logout service. */
  readonly logoutUrl: string | undefined
  /** Does Keycloak call that URL itself, without a browser? */
  readonly backchannelLogout: boolean
  /** Undefined for providers without this setting. */
  readonly validatesSignatures: boolean | undefined
}

export interface User {
  readonly id: string
  readonly username: string
  readonly email: string | undefined
  readonly enabled: boolean
  /** Seconds since the epoch; 0 if never set. */
  readonly notBefore: number
  /** What the caller may do with this user, where Keycloak says so. */
  readonly access?: { readonly view?: boolean; readonly manage?: boolean } | undefined
}

/** A user session: one sign-in, used by any number of clients. */
export interface Session {
  /** 24 base64url characters or a UUID; may start with `-`. */
  readonly id: string
  readonly userId: string
  readonly username: string
  readonly ipAddress: string | undefined
  /** Milliseconds since the epoch. */
  readonly start: number
  /** Milliseconds since the epoch. */
  readonly lastAccess: number
  readonly offline: boolean
  /** The clients of this session. */
  readonly clients: readonly { readonly id: string; readonly clientId: string }[]
}

/** Keycloak's count of the client sessions of one client. */
export interface SessionCount {
  readonly id: string
  readonly clientId: string
  readonly active: number
  readonly offline: number
}

export interface Realm {
  readonly name: string
  /** Seconds since the epoch; undefined if the caller may not see it. */
  readonly notBefore: number | undefined
  /** Seconds; undefined if the caller may not see it. */
  readonly accessTokenLifespan: number | undefined
  readonly ssoSessionIdleTimeout: number | undefined
  readonly ssoSessionMaxLifespan: number | undefined
  /** Undefined when the caller may not see them. */
  readonly sessionLimits?: RealmSessionLimits
  readonly offlineSessionLimits?: RealmSessionLimits
  readonly defaultSignatureAlgorithm: string | undefined
  readonly eventsEnabled: boolean | undefined
  readonly adminEventsEnabled: boolean | undefined
  readonly sslRequired: string | undefined
}

/** Admin URLs that Keycloak reports as reached or failed (Keycloak's `GlobalRequestResult`). */
export interface PushResult {
  readonly succeeded: readonly string[]
  readonly failed: readonly string[]
}

/** The client settings that `configure` may change; `null` removes a value. */
export interface LogoutSettings {
  readonly backchannelLogoutUrl: string | null
  readonly backchannelLogoutSessionRequired: boolean
  readonly backchannelLogoutRevokeOfflineTokens: boolean
  readonly adminUrl: string | null
  readonly frontchannelLogout: boolean
}
