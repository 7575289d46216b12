/**
 * What differs between Keycloak's versions and matters to a logout, each with its reason. Nothing else in the code asks
 * for a version.
 */
export interface Capabilities {
  /** `26.7.4`; undefined when this caller may not read it. */
  readonly version: string | undefined
  /** May `DELETE sessions/{id}?isOffline=true` be used? Before 24 it deletes the *online* session of that id. */
  readonly endsOfflineSessions: boolean | undefined
  /** Does the realm step delete offline sessions too? From 26.4; before, they stay listed with stale tokens. */
  readonly realmStepDeletesOffline: boolean | undefined
}
