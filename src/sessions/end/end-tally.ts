import type { UserError } from '../../errors.ts'
import type { SessionTarget } from '../target.ts'

export interface EndFailure {
  readonly target: SessionTarget
  /** Only these fields: error objects take six times the memory, and there may be 100,000 failures. */
  readonly error: Pick<UserError, 'code' | 'message' | 'exitCode'>
}

export interface EndResult {
  /** Sessions that this run ended, as Keycloak confirmed. */
  readonly ended: number
  /** Sessions that had already ended. */
  readonly gone: number
  /** Sessions for which a request was sent, and whether it ended them is unknown. */
  readonly unknown: number
  readonly failed: readonly EndFailure[]
  /** Sessions not attempted, because the run was interrupted or stopped. */
  readonly untried: number
  /** Why the run stopped: a role is missing, the sign-in has ended, the server does not respond. */
  readonly stopped: UserError | undefined
}

/**
 * `gone`: the session had already ended. `unclear`: it is gone after a request whose answer was lost: that request may
 * have ended it.
 */
export type EndAnswer = 'ended' | 'gone' | 'unclear'

/** Called as it happens. */
export interface EndListeners {
  /** @param requests how often Keycloak may have called the clients of the session */
  readonly onEnded?: (target: SessionTarget, answer: EndAnswer, requests: number) => void
  readonly onFailed?: (failure: EndFailure, requests: number) => void
  /** Called for a session with which the run does not go on although a request may have ended it. */
  readonly onUnknown?: (target: SessionTarget, requests: number) => void
}

/** Counts what came of each session, and reports it. */
export class EndTally {
  readonly #listeners: EndListeners
  readonly #counts = { ended: 0, gone: 0, unclear: 0 }
  readonly #failed: EndFailure[] = []
  #unknown = 0

  constructor(listeners: EndListeners) {
    this.#listeners = listeners
  }

  /** @param requests how often Keycloak may have called the clients of the session; so in all of these */
  answered(target: SessionTarget, answer: EndAnswer, requests: number): void {
    this.#counts[answer]++
    this.#listeners.onEnded?.(target, answer, requests)
  }

  failed(target: SessionTarget, { code, message, exitCode }: UserError, requests: number): void {
    const failed = { target, error: { code, message, exitCode } }
    this.#failed.push(failed)
    this.#listeners.onFailed?.(failed, requests)
  }

  /** The run does not go on with this session. It counts as not tried if no request can have ended it. */
  abandoned(target: SessionTarget, requests: number): void {
    if (requests === 0) return
    this.#unknown++
    this.#listeners.onUnknown?.(target, requests)
  }

  /** @param sessions how many were to end */
  result(sessions: number, stopped: UserError | undefined): EndResult {
    const { ended, gone, unclear } = this.#counts
    const unknown = unclear + this.#unknown
    const untried = sessions - ended - gone - unknown - this.#failed.length
    return { ended, gone, unknown, failed: this.#failed, untried, stopped }
  }
}
