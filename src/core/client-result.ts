import type { ExitCode } from '../errors.ts'
import type { Channel, NotNotifiedReason } from './reach.ts'

export type LogoutVerdict = 'done' | 'partial' | 'failed' | 'nothing-to-do' | 'planned'

/** What is known of a call. Keycloak throws a receiver's answer away, so a logout token's is never more than this. */
export type DeliveryStatus = 'unconfirmed' | 'confirmed' | 'failed' | 'none'

/** Was it done? null: nobody can tell, as the answer was lost or not waited for. */
export type Certainty = boolean | null

export interface ClientResult {
  readonly clientId: string
  readonly channel: Channel
  readonly url: string | null
  readonly expectation: 'notified' | 'not-notified'
  readonly reason?: NotNotifiedReason
  readonly delivery: DeliveryStatus
  /** Seconds. */
  readonly accessTokenLifespan: number | null
  /** Those to be ended that it takes part in: of the plan, and late comers. */
  readonly sessions: number
  /** Those of them that this run ended: so often Keycloak called it, where it is told. */
  readonly ended: number
  readonly alongside: boolean
}

/** An error that ended a run after something had been done. */
export interface StopReason {
  readonly code: string
  readonly message: string
  readonly hint: string | null
  readonly exitCode: ExitCode
}
