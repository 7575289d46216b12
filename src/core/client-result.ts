import type { ExitCode } from '../errors.ts'
import type { CountedAnswer, DeliveryStatus, Notifications } from './notifications.ts'
import type { Channel, NotNotifiedReason } from './reach.ts'

/** The verdict of one user's logout, or of a whole run. */
export type LogoutVerdict = 'done' | 'partial' | 'failed' | 'nothing-to-do' | 'planned'

/** Whether an operation was carried out; null if unknown, because its answer was lost or not waited for. */
export type Certainty = boolean | null

/** `uncertain`: Keycloak may make fewer calls than sessions ended, or none. */
export type NotificationExpectation = 'notified' | 'not-notified' | 'uncertain'

/**
 * `traces`, `log`: Keycloak's records of its calls. `push`: Keycloak's answer to a push right after its realm logout, which
 * shows that an Admin URL could not be reached, not that it was.
 * `outbox`: what Keycloak's outbox of security events says.
 */
export type ResultEvidence = 'traces' | 'log' | 'push' | 'outbox'

/** One client in the result of `user` and `all`. */
export interface ClientResult {
  readonly clientId: string
  readonly channel: Channel
  readonly url: string | null
  readonly expectation: NotificationExpectation
  readonly reason?: NotNotifiedReason
  readonly notifications: Notifications
  /** What was seen to be answered, the most frequent first. */
  readonly answers: readonly CountedAnswer[]
  /** Where answers were seen; empty: nothing but expectations is known. */
  readonly evidence: readonly ResultEvidence[]
  readonly delivery: DeliveryStatus
  /** Seconds. */
  readonly accessTokenLifespan: number | null
  /** Sessions of this client that were to end: planned ones, and new ones found during the run. */
  readonly sessions: number
  /** How many of them this run ended. */
  readonly ended: number
  /** Not selected with `--client`, but its session ends too. */
  readonly alongside: boolean
  /** Sessions in which this client's part has expired: Keycloak does not notify it of their end. Absent: none. */
  readonly expired?: number
  /** Its offline sessions that a not-before makes unusable, without notification. Absent: none. */
  readonly invalidated?: number
}

/** The error that stopped a run after it had changed something. */
export interface StopReason {
  readonly code: string
  readonly message: string
  readonly hint: string | null
  readonly exitCode: ExitCode
}
