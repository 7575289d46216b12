/**
 * Differences between Keycloak versions that matter for logouts. Independent of the program's own knowledge
 * (src/keycloak/capabilities.ts). Tests use it for what they expect of a version, and test/live/differences.test.ts checks
 * each line against a running server.
 *
 * A bound is the first version in {@link TESTED} with this behaviour; versions between two tested ones are unknown.
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
  /** The path that all URLs start with. */
  readonly basePath: '/auth' | 'none'
  readonly sessionId: 'UUID' | '24 characters'
  /** Whether Keycloak's own logout of a user notifies a client for each session, or once for all (keycloak#27359). */
  readonly ownUserLogoutNotifies: 'each session' | 'each client once'
  readonly logoutTokenType: 'JWT' | 'logout+jwt'
  readonly logoutTokenExpires: 'no exp' | 'after 120 s'
  /** Whether `DELETE sessions/{id}` respects `isOffline=true`. If not, the *online* session with that id ends. */
  readonly endsOfflineSession: boolean
  /** Whether a sign-in with `offline_access` also starts an online session with the same id. */
  readonly offlineSignInIsOnlineToo: boolean
  readonly realmLogoutDeletesOffline: boolean
  /** Whether a PUT without `frontchannelLogout` switches it on for a public client (keycloak#48432). */
  readonly partialPutSilences: boolean
  /** What happens to an attribute set to the empty string; null removes it on every version. */
  readonly emptyAttribute: 'kept' | 'removed'
  /** Whether the representation of a client contains its secret. */
  readonly clientShowsSecret: boolean
  /** Whether it contains the creation time of the secret. Without both, a new secret cannot be detected. */
  readonly clientDatesSecret: boolean
  /** The status of POST logout-all without an Accept header (keycloak#18645). */
  readonly logoutAllWithoutAccept: 200 | 500
  /** The status of reading events since a time in milliseconds. */
  readonly eventsByMillisecond: 200 | 400
  /** What happens to an invalid Admin URL. */
  readonly oddAdminUrl: 'accepted' | 'refused'
  readonly sessionClaim: 'session_state' | 'session_state, sid' | 'sid'
  /** Which roles of a realm may see the server's version. */
  readonly versionShownTo: 'any admin role' | 'nobody' | 'manage-realm'
  /** Do lists of sessions by client contain client sessions that have expired? 18.0.2 and 26.7.4 do, 26.0.8 does not; between, nobody looked. */
  readonly listsExpiredParts: boolean
  /** Can a realm have fine-grained admin permissions, version 2? */
  readonly adminPermissions: boolean
  /** Can a realm have organizations, without a preview feature? */
  readonly organizations: boolean
  /** Are users searched by attribute (`q`)? Else such a search finds everybody. */
  readonly searchesAttributes: boolean
  /** Does a user profile decide which attributes users can have? */
  readonly userProfile: boolean
  /** The signature algorithm of refresh tokens, which only Keycloak verifies. */
  readonly refreshTokenAlg: 'HS256' | 'HS512'
}

export function factsOf(version: string): VersionFacts {
  const from = (major: number, minor = 0) => isFrom(version, major, minor)
  return {
    basePath: from(17) ? 'none' : '/auth',
    sessionId: from(26, 7) ? '24 characters' : 'UUID',
    ownUserLogoutNotifies: from(18) && !from(26, 7) ? 'each client once' : 'each session',
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
    listsExpiredParts: from(26, 7) || !from(20),
    adminPermissions: from(26, 4),
    organizations: from(26),
    searchesAttributes: from(16),
    userProfile: from(24),
    refreshTokenAlg: from(24) ? 'HS512' : 'HS256',
  }
}

function isFrom(version: string, major: number, minor: number): boolean {
  const parts = /^(\d+)\.(\d+)/.exec(version)
  if (!parts) throw new Error(`"${version}" is not a Keycloak version`)
  const [actualMajor, actualMinor] = [Number(parts[1]), Number(parts[2])]
  return actualMajor > major || (actualMajor === major && actualMinor >= minor)
}
