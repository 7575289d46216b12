import type { Chosen } from '../../core/choice.ts'
import type { Certainty, ClientResult, LogoutVerdict, StopReason } from '../../core/client-result.ts'
import type { SessionEntry } from '../../core/session-item.ts'
import type { Upstream } from '../../core/upstream.ts'
import type { DeliveryEntry } from '../../evidence/result.ts'

/** The plan or result for one user (docs/commands.md, "user"). */
export interface UserResult {
  readonly id: string
  readonly username: string
  readonly email: string | null
  readonly sessions: readonly SessionEntry[]
  readonly clients: readonly ClientResult[]
  /** Planned sessions that are still active. */
  readonly sessionsLeft: number
  /** Active sessions that started after the plan. */
  readonly startedAfter: number
  /** Whether the plan sets the not-before. */
  readonly setsNotBefore: boolean
  readonly notBeforeSet: Certainty
  /** Whether the plan locks the account. */
  readonly disables: boolean
  readonly disabled: Certainty
  readonly endsOwnSession: boolean
  /** Identity providers at which the user can have a session. Absent: none. */
  readonly identityProviders?: readonly Upstream[]
  /** With `--revoke-consents`: clients (clientId) whose consent was revoked. Absent without it. */
  readonly revokedConsents?: readonly string[]
  /** The plan deletes the user. Absent: it does not. */
  readonly deletes?: true
  /** The user was deleted during the run, by it or by somebody else. */
  readonly deleted: boolean
  readonly errors: readonly UserProblem[]
  /** False if the sessions could not be read again: then `ended` is based on Keycloak's answers. */
  readonly lookedAgain: boolean
  readonly verdict: LogoutVerdict
}

/** A failure; `session` is empty if it concerns the user's account. */
export interface UserProblem {
  readonly session: string
  readonly code: string
  readonly error: string
}

/** The plan or result of `user`. */
export interface UserOutcome {
  readonly act: 'user'
  readonly realm: string
  readonly dryRun: boolean
  /** What each option that chooses users or sessions chose. Absent: none was given. */
  readonly chosen?: readonly Chosen[]
  readonly users: readonly UserResult[]
  /** The traces that the run's requests belong to. */
  readonly traceIds: readonly string[]
  /** Why a source of evidence showed less than it could, in words. */
  readonly evidenceProblems?: readonly string[]
  /** With `--deliveries`. */
  readonly deliveries?: readonly DeliveryEntry[]
  /** Not every list that shows expired client sessions was read: clients of those may be missing. Absent: all were. */
  readonly expiredUnread?: boolean
  /** By a signal. Operations in flight may continue in the server. */
  readonly interrupted: boolean
  /** Why the run stopped, or could not verify. */
  readonly error?: StopReason
  readonly verdict: LogoutVerdict
}

const RANK: readonly LogoutVerdict[] = ['nothing-to-do', 'planned', 'done', 'partial', 'failed']

/** Returns the worst verdict of several; `partial` if some are done and others failed. */
export function overall(verdicts: readonly LogoutVerdict[]): LogoutVerdict {
  const all = new Set(verdicts)
  if (all.has('failed') && (all.has('done') || all.has('partial'))) return 'partial'
  return RANK.filter((verdict) => all.has(verdict)).at(-1) ?? 'nothing-to-do'
}
