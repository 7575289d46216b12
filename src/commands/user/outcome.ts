import type { Certainty, ClientResult, LogoutVerdict, StopReason } from '../../core/client-result.ts'
import type { SessionEntry } from '../../core/session-item.ts'

export interface UserResult {
  readonly id: string
  readonly username: string
  readonly email: string | null
  readonly sessions: readonly SessionEntry[]
  readonly clients: readonly ClientResult[]
  /** Sessions of the plan that still live. */
  readonly sessionsLeft: number
  /** Sessions that began after the plan and live. */
  readonly startedAfter: number
  /** Was it to be set, and was it? */
  readonly setsNotBefore: boolean
  readonly notBeforeSet: Certainty
  /** Was the account to be locked, and was it? */
  readonly disables: boolean
  readonly disabled: Certainty
  readonly endsOwnSession: boolean
  /** Somebody deleted the person meanwhile, and with the person whatever could still be done. */
  readonly deleted: boolean
  readonly errors: readonly UserProblem[]
  /** False where what lives could not be looked at: then `ended` is what Keycloak answered. */
  readonly lookedAgain: boolean
  readonly verdict: LogoutVerdict
}

/** Something that did not work; `session` is empty where it was about the person. */
export interface UserProblem {
  readonly session: string
  readonly code: string
  readonly error: string
}

export interface UserOutcome {
  readonly act: 'user'
  readonly realm: string
  readonly dryRun: boolean
  readonly users: readonly UserResult[]
  /** By a signal. What was under way may go on in the server. */
  readonly interrupted: boolean
  /** Why the run could not go on, or could not look at what came of it. */
  readonly error?: StopReason
  readonly verdict: LogoutVerdict
}

const RANK: readonly LogoutVerdict[] = ['nothing-to-do', 'planned', 'done', 'partial', 'failed']

/** The verdict of several: the worst, and `partial` where some are done and others failed. */
export function overall(verdicts: readonly LogoutVerdict[]): LogoutVerdict {
  const some = new Set(verdicts)
  if (some.has('failed') && (some.has('done') || some.has('partial'))) return 'partial'
  return RANK.filter((verdict) => some.has(verdict)).at(-1) ?? 'nothing-to-do'
}
