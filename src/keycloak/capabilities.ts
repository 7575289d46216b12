/** Differences between Keycloak's versions that matter for a logout. No other code compares versions. */
export interface Capabilities {
  /** `26.7.4`; undefined where the caller may not read it. */
  readonly version: string | undefined
  /** May `DELETE sessions/{id}?isOffline=true` be used? Before 24 it deletes the *online* session of that id. */
  readonly endsOfflineSessions: boolean | undefined
  /** Does the realm step delete offline sessions too? From 26.4; before, they stay listed with stale tokens. */
  readonly realmStepDeletesOffline: boolean | undefined
  /** Does Keycloak's own logout of a user notify a client of each of its sessions, or only of one (keycloak#27359)? */
  readonly userLogoutNotifiesEachSession: boolean | undefined
  /** Does the list of all sessions of a realm have those in which no client takes part? */
  readonly listsSessionsWithoutClient: boolean | undefined
  /** Is each call to an application a span in the trace of the request that ended the session (`traceparent`)? */
  readonly tracesCalls: boolean | undefined
  /** Do the log's entries about calls name the session? Before, they name the client only. */
  readonly logNamesSession: boolean | undefined
}

const UNKNOWN: Capabilities = {
  version: undefined,
  endsOfflineSessions: undefined,
  realmStepDeletesOffline: undefined,
  userLogoutNotifiesEachSession: undefined,
  listsSessionsWithoutClient: undefined,
  tracesCalls: undefined,
  logNamesSession: undefined,
}

/** The capabilities of a version; all undefined for an unknown one. */
export function capabilitiesOf(version: string | undefined): Capabilities {
  const parts = version === undefined ? undefined : /^(\d+)\.(\d+)/.exec(version)
  if (!parts) return { ...UNKNOWN, version }
  const major = Number(parts[1])
  const minor = Number(parts[2])
  const from = (wanted: number, wantedMinor = 0) =>
    major > wanted || (major === wanted && minor >= wantedMinor)
  return {
    version,
    // Ignored in 22.0.5, honoured in 24.0.5. Versions in between count as 22.
    endsOfflineSessions: from(24),
    // Kept by 26.0.8, deleted by 26.4.0.
    realmStepDeletesOffline: from(26, 4),
    // Each session in 12, 16 and from 26.7 on, one in 18 to 26.6.
    userLogoutNotifiesEachSession: from(26, 7) || !from(17),
    // Seen in 26.7.4.
    listsSessionsWithoutClient: from(26, 7),
    // In 26.2.5, not in 26.0.8.
    tracesCalls: from(26, 2),
    // In 26.7.0, not in 26.6.4.
    logNamesSession: from(26, 7),
  }
}

/**
 * The capabilities that an access token proves, for callers who may not read the version. Each is true or undefined:
 * old servers write none of this.
 */
export function capabilitiesShownBy(claims: Readonly<Record<string, unknown>>): Capabilities {
  // `onrtac:<uuid>` since 26.2 (keycloak#37118).
  const hasTokenContext = typeof claims.jti === 'string' && /^[a-z]{6}:/.test(claims.jti)
  // Session ids were UUIDs up to 26.4.0 and are 24 characters in 26.7.4.
  const hasShortSessionId = typeof claims.sid === 'string' && /^[\w-]{24}$/.test(claims.sid)
  return {
    version: undefined,
    endsOfflineSessions: hasTokenContext || hasShortSessionId || undefined,
    realmStepDeletesOffline: hasShortSessionId || undefined,
    userLogoutNotifiesEachSession: hasShortSessionId || undefined,
    listsSessionsWithoutClient: hasShortSessionId || undefined,
    tracesCalls: hasTokenContext || hasShortSessionId || undefined,
    logNamesSession: undefined,
  }
}
