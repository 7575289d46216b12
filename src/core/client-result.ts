import type { ExitCode } from '../errors.ts'
import type { Channel, NotNotifiedReason } from './reach.ts'

/** The verdict of one user's logout, or of a whole run. */
export type LogoutVerdict = 'done' | 'partial' | 'failed' | 'nothing-to-do' | 'planned'

/** What is known of a notification. Keycloak discards the answer to a logout token, so for it `unconfirmed` is the best. */
export type DeliveryStatus = 'unconfirmed' | 'confirmed' | 'failed' | 'none'

/** Whether an operation was carried out; null if unknown, because its answer was lost or not waited for. */
export type Certainty = boolean | null

/** One client in the result of `user` and `all`. */
export interface ClientResult {
  readonly clientId: string
  readonly channel: Channel
  readonly url: string | null
  readonly expectation: 'notified' | 'not-notified'
  readonly reason?: NotNotifiedReason
  readonly delivery: DeliveryStatus
  /** Seconds. */
  readonly accessTokenLifespan: number | null
  /** Sessions of this client that were to end: planned ones, and new ones found during the run. */
  readonly sessions: number
  /** How many of them this run ended. If the client is notified, Keycloak called it once for each. */
  readonly ended: number
  /** Not selected with `--client`, but its session ends too. */
  readonly alongside: boolean
}

/** The error that stopped a run after it had changed something. */
export interface StopReason {
  readonly code: string
  readonly message: string
  readonly hint: string | null
  readonly exitCode: ExitCode
}
