import type { Chosen } from '../../core/choice.ts'
import type { ClientResult, LogoutVerdict, StopReason } from '../../core/client-result.ts'
import type { SessionCount } from '../../core/model.ts'
import type { Upstream } from '../../core/upstream.ts'
import type { DeliveryEntry } from '../../evidence/result.ts'
import type { UserRequests } from './user-requests.ts'

/**
 * The result of Keycloak's realm logout. `refused`: Keycloak refused it; `unknown`: it was sent, its result is unknown;
 * `not-sent`: the run ended before it.
 */
export type RealmCall = 'done' | 'refused' | 'unknown' | 'not-sent'

export interface Phase {
  readonly name: 'client' | 'offline' | 'realm'
  /** Planned sessions. */
  readonly sessions: number
  /**
   * Ended by this run, as Keycloak confirmed. In the realm step: those that are gone, whoever ended them, if that could be
   * verified; else by Keycloak's answer.
   */
  readonly ended: number
  /** Ended before their turn: by themselves, or by somebody else. */
  readonly gone: number
  /** A request was sent, and whether it ended the session is unknown: its answer was lost or not waited for. */
  readonly unknown: number
  readonly failed: readonly {
    readonly session: string
    readonly user: string
    readonly code: string
    readonly error: string
  }[]
  /** Not attempted: interrupted, or the run could not continue. */
  readonly untried: number
  readonly seconds: number
  /** Only of the client step. */
  readonly passes?: number
  /** Only of the realm step. */
  readonly call?: RealmCall
}

export interface AdminUrlEntry {
  readonly clientId: string
  readonly url: string
  /**
   * Did it answer a push of the not-before right after the logout with 200 or 204? `no`: it did not, and this machine
   * cannot reach it either. It says nothing of the answer to the logout call itself.
   */
  readonly reached: 'yes' | 'no' | 'unknown'
  readonly why?: string
}

export interface Before {
  readonly active: number
  readonly offline: number
  /** Online sessions, each once. */
  readonly sessions: number
  /** Users whose sessions end. Those with only offline sessions count if these are ended, too. */
  readonly users: number
  readonly clients: number
  readonly tenants: number
}

export interface After {
  /** null if the sign-in ended with the realm's sessions and could not be renewed. */
  readonly active: number | null
  readonly offline: number | null
  /** Active sessions that started after the logout. */
  readonly startedAfter: number | null
  /** Planned sessions that are still active. */
  readonly left: number | null
}

/** How closely the realm step was watched: a session that started and ended within the gap was not seen. */
export interface Watch {
  readonly looks: number
  readonly longestGapMs: number
  /** Sign-ins were also read from the realm's stored events. */
  readonly events: boolean
}

/** A client whose calls failed one after another, so that its other sessions were not ended one by one. */
export interface HeldBack {
  readonly clientId: string
  /** What its last call came to: `500`, `timeout`. */
  readonly answer: string
  /** The not-before that cuts its tokens off, ISO 8601; null if they were left. */
  readonly notBefore: string | null
  /** Why they could not be cut off. */
  readonly error?: string
  /** Sessions that no request was sent for. */
  readonly sessions: readonly {
    readonly id: string
    readonly username: string
    readonly offline: boolean
  }[]
  /** The command to end them later. */
  readonly command: string
}

export interface AllOutcome {
  readonly act: 'all'
  readonly realm: string
  readonly dryRun: boolean
  /** What each option that chooses users or sessions chose. Absent: none was given. */
  readonly chosen?: readonly Chosen[]
  /** No user and no session was left out. */
  readonly everybody: boolean
  readonly before: Before
  readonly steps: {
    readonly client: number
    readonly offline: number
    readonly realm: boolean
    /** Users whose sessions of the client step may end by one request each, or why none. */
    readonly userRequests: {
      readonly users: number
      readonly sessions: number
      readonly reason: UserRequests['reason']
    }
    readonly cutOffFirst: boolean
    /** Absent: no session is held back. */
    readonly holdBack?: 'cut-off' | 'leave'
  }
  readonly phases: readonly Phase[]
  readonly adminUrls: readonly AdminUrlEntry[]
  readonly clients: readonly ClientResult[]
  /** The traces that the run's requests belong to. */
  readonly traceIds: readonly string[]
  /** Why a source of evidence showed less than it could, in words. */
  readonly evidenceProblems?: readonly string[]
  /** With `--deliveries`, and always in the report. */
  readonly deliveries?: readonly DeliveryEntry[]
  /** Sessions that ended without notification. null if the realm logout was sent and could not be verified. */
  readonly endedUnnotified: number | null
  readonly watch?: Watch
  /** Clients whose sessions could not be read: whether those that no other client shares ended is unknown. */
  readonly unread?: readonly string[]
  /** Clients with sessions that the caller may not view, or that were created during the run. */
  readonly notVisible?: readonly SessionCount[]
  /** Sessions in which no client takes part; absent with a choice of clients, or if Keycloak does not list them. */
  readonly withoutClient?: {
    /** Found before; null: not all were looked for. */
    readonly before: number | null
    /** Still active; null: not all were looked for. */
    readonly left: number | null
  }
  /** Identity providers that users sign in with. Absent: none. */
  readonly identityProviders?: readonly Upstream[]
  /** Absent: none. */
  readonly heldBack?: readonly HeldBack[]
  readonly realmStepSkipped?: string
  readonly interrupted: boolean
  /** Why the run could not continue or be verified. */
  readonly error?: StopReason
  readonly after: After
  readonly verdict: LogoutVerdict
}

/** `done` only if no planned session is left, nothing failed and no session ended without notification. */
export function verdictOfAll(
  outcome: Omit<
    AllOutcome,
    | 'act'
    | 'realm'
    | 'dryRun'
    | 'chosen'
    | 'everybody'
    | 'steps'
    | 'clients'
    | 'verdict'
    | 'traceIds'
    | 'evidenceProblems'
    | 'deliveries'
  >,
): LogoutVerdict {
  const { phases, endedUnnotified, adminUrls, after, before, interrupted, realmStepSkipped, error } = outcome
  const { unread = [], notVisible = [], withoutClient } = outcome
  // Nothing could be read again, which a realm logout may cause.
  const unknownLeft = after.left === null ? 0 : 1
  const isAloneLeft = withoutClient !== undefined && (withoutClient.left ?? unknownLeft) > 0
  const isIncomplete = phases.some(({ failed, untried }) => failed.length + untried > 0)
  // What is gone in the end has ended, whoever ended it.
  const isUnclear = after.left === null && phases.some(({ unknown }) => unknown > 0)
  const ended = phases.reduce((sum, phase) => sum + phase.ended, 0)
  const hasProblem =
    isIncomplete ||
    isUnclear ||
    endedUnnotified !== 0 ||
    (after.left ?? 0) > 0 ||
    interrupted ||
    realmStepSkipped !== undefined ||
    error !== undefined ||
    unread.length > 0 ||
    notVisible.length > 0 ||
    isAloneLeft ||
    adminUrls.some(({ reached }) => reached === 'no')
  if (hasProblem) return ended > 0 || phases.some(isCompleteRealmStep) ? 'partial' : 'failed'
  return ended === 0 && before.sessions === 0 && before.offline === 0 ? 'nothing-to-do' : 'done'
}

/** It has made its calls and set the not-before, even if there was no session to end. */
const isCompleteRealmStep = ({ call }: Phase) => call === 'done'

/** The result of Keycloak's realm logout; undefined if it was not started. */
export const realmCallOf = (phases: readonly Phase[]): RealmCall | undefined =>
  phases.find(({ name }) => name === 'realm')?.call

/** The number of sessions that ended in all phases. */
export const endedIn = ({ phases }: Pick<AllOutcome, 'phases'>): number =>
  phases.reduce((sum, { ended }) => sum + ended, 0)

/** What came of the sessions of a run that was interrupted or stopped: each of them is in one of these numbers. */
export interface RunTally {
  readonly ended: number
  readonly gone: number
  readonly failed: number
  readonly unknown: number
  /** No request was sent for them. */
  readonly notTried: number
}

/** Sessions that a step which never ran was to end count as not tried. */
export function tallyOf({
  phases,
  before,
  steps,
}: Pick<AllOutcome, 'phases' | 'before' | 'steps'>): RunTally {
  const sum = (of: (phase: Phase) => number) => phases.reduce((all, phase) => all + of(phase), 0)
  const ended = sum((phase) => phase.ended)
  const gone = sum((phase) => phase.gone)
  const failed = sum((phase) => phase.failed.length)
  const unknown = sum((phase) => phase.unknown)
  const one = phases.find(({ name }) => name === 'client')
  const found = Math.max(0, (one?.sessions ?? 0) - steps.client)
  const planned = before.sessions + steps.offline + found
  return { ended, gone, failed, unknown, notTried: Math.max(0, planned - ended - gone - failed - unknown) }
}

/** The number of planned sessions that are left; if not `verified`, by Keycloak's answers. */
export function leftIn({ phases, before, after }: Pick<AllOutcome, 'phases' | 'before' | 'after'>): {
  readonly count: number
  readonly verified: boolean
} {
  if (after.left !== null) return { count: after.left, verified: true }
  const online = phases.filter(({ name }) => name !== 'offline')
  const over = online.reduce((sum, { ended, gone }) => sum + ended + gone, 0)
  const incomplete = phases.reduce(
    (sum, { failed, unknown, untried }) => sum + failed.length + unknown + untried,
    0,
  )
  return { count: Math.max(incomplete, before.sessions - over), verified: false }
}
