/** A session of a run, for the CSV form of its report. */
export interface SessionRecord {
  readonly id: string
  readonly userId: string
  readonly username: string
  readonly offline: boolean
  /** Client ids; empty for a session in which no client takes part. */
  readonly clients: readonly string[]
  /**
   * - `planned`: it will end (a plan)
   * - `ended`: it ended one by one, so its clients were called
   * - `ended-by-realm-logout`: Keycloak's realm logout ended it
   * - `already-ended`: it was gone before its turn
   * - `invalidated`: it stays listed, its tokens are no longer accepted
   * - `active`: it was to end and did not
   * - `unknown`: a request was sent, its result is not known
   * - `stays`: it was not to end
   */
  readonly state:
    | 'planned'
    | 'ended'
    | 'ended-by-realm-logout'
    | 'already-ended'
    | 'invalidated'
    | 'active'
    | 'unknown'
    | 'stays'
}
