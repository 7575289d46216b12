/**
 * What Keycloak's versions do differently, as far as a logout has to do with it. This is the tests' own knowledge,
 * apart from the program's (src/keycloak/capabilities.ts): tests state by it what they expect of a version, and
 * test/live/differences.test.ts holds each line of it to a running server.
 *
 * A bound is the first version seen to behave so; between it and the version before it in {@link TESTED} nobody looked.
 */
export const TESTED = [
  '12.0.4',
  '16.1.1',
  '18.0.2',
  '20.0.5',
  '22.0.5',
  '24.0.5',
  '25.0.6',
  '26.0.8',
  '26.4.0',
  '26.7.4',
] as const

export interface VersionFacts {
  /** Is everything below /auth? */
  readonly basePath: '/auth' | 'none'
  readonly sessionId: 'UUID' | '24 characters'
  /** Keycloak's own logout of a person tells a client once for each of its sessions, or once for all (keycloak#27359). */
  readonly ownUserLogoutTells: 'each session' | 'each client once'
  readonly logoutTokenType: 'JWT' | 'logout+jwt'
  readonly logoutTokenExpires: 'no exp' | 'after 120 s'
  /** Is `isOffline=true` of `DELETE sessions/{id}` heeded? Else the *online* session of that id ends. */
  readonly endsOfflineSession: boolean
  /** Does a sign-in with `offline_access` also begin an online session, of the same id? */
  readonly offlineSignInIsOnlineToo: boolean
  readonly realmLogoutDeletesOffline: boolean
  /** Does a PUT without `frontchannelLogout` switch it on at a public client (keycloak#48432)? */
  readonly partialPutSilences: boolean
  /** An attribute set to the empty string; null removes it everywhere. */
  readonly emptyAttribute: 'kept' | 'removed'
  /** Does the representation of a client hold its secret? */
  readonly clientShowsSecret: boolean
  /** Does it hold when Keycloak made the secret? Where it holds neither, nothing tells of a new one. */
  readonly clientDatesSecret: boolean
  /** Answer to POST logout-all without an Accept header (keycloak#18645). */
  readonly logoutAllWithoutAccept: 200 | 500
  /** Answer to events since a time in milliseconds. */
  readonly eventsByMillisecond: 200 | 400
  /** Answer to an Admin URL that is none. */
  readonly oddAdminUrl: 'accepted' | 'refused'
  readonly sessionClaim: 'session_state' | 'session_state, sid' | 'sid'
  /** Who of a realm is shown the server's version. */
  readonly versionShownTo: 'any admin role' | 'nobody' | 'manage-realm'
  /** Can a realm have fine-grained admin permissions, version 2? */
  readonly adminPermissions: boolean
  /** The signature of a refresh token, which only Keycloak checks. */
  readonly refreshTokenAlg: 'HS256' | 'HS512'
}

export function factsOf(version: string): VersionFacts {
  const from = (major: number, minor = 0) => isFrom(version, major, minor)
  return {
    basePath: from(17) ? 'none' : '/auth',
    sessionId: from(26, 7) ? '24 characters' : 'UUID',
    ownUserLogoutTells: from(18) && !from(26, 7) ? 'each client once' : 'each session',
    logoutTokenType: from(25) ? 'logout+jwt' : 'JWT',
    logoutTokenExpires: from(24) ? 'after 120 s' : 'no exp',
    endsOfflineSession: from(24),
    offlineSignInIsOnlineToo: !from(26, 4),
    realmLogoutDeletesOffline: from(26, 4),
    partialPutSilences: from(25) && !from(26, 7),
    emptyAttribute: from(16) ? 'removed' : 'kept',
    clientShowsSecret: from(20),
    clientDatesSecret: from(18),
    logoutAllWithoutAccept: from(16) ? 200 : 500,
    eventsByMillisecond: from(26, 4) ? 200 : 400,
    oddAdminUrl: from(26, 7) ? 'refused' : 'accepted',
    sessionClaim: from(25) ? 'sid' : from(16) ? 'session_state, sid' : 'session_state',
    versionShownTo: from(26, 7) ? 'manage-realm' : from(26, 4) ? 'nobody' : 'any admin role',
    adminPermissions: from(26, 4),
    refreshTokenAlg: from(24) ? 'HS512' : 'HS256',
  }
}

function isFrom(version: string, major: number, minor: number): boolean {
  const parts = /^(\d+)\.(\d+)/.exec(version)
  if (!parts) throw new Error(`"${version}" is no version of Keycloak`)
  const [ours, oursMinor] = [Number(parts[1]), Number(parts[2])]
  return ours > major || (ours === major && oursMinor >= minor)
}
