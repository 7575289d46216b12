import type { SeenOutcome } from '../core/notifications.ts'

/** Where a delivery was seen. */
export type EvidenceKind = 'traces' | 'log' | 'outbox'

/** One call of Keycloak to one application for one session, or that it made none, as a source of evidence showed it. */
export interface SeenDelivery {
  /** null: the realm logout, or a source that does not say which session. */
  readonly sessionId: string | null
  readonly offline: boolean
  readonly clientId: string
  /** Without user name and password. */
  readonly url: string | null
  readonly outcome: SeenOutcome
  /** Milliseconds since the epoch; null where the source does not say when. */
  readonly at: number | null
  readonly milliseconds?: number
  readonly traceId?: string
  readonly evidence: EvidenceKind
}

/** Stands for a session id where Keycloak's realm logout made the calls. */
export const REALM_LOGOUT = '(realm logout)'

/** A session that this run ended, or its realm logout, as evidence is matched with it. */
export interface EndedSession {
  readonly id: string
  readonly offline: boolean
  /** The trace that its request belonged to. */
  readonly traceId: string | undefined
  /** The clients that Keycloak calls for it, with the URL that it calls. */
  readonly clients: readonly ExpectedClient[]
}

export interface ExpectedClient {
  /** Keycloak's internal id. */
  readonly id: string
  readonly clientId: string
  readonly url: string
  /** Is a call expected, so that a missing one is worth saying? Else one that is seen counts all the same. */
  readonly isExpected: boolean
}
