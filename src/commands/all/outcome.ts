import type { ClientResult, DeliveryStatus, LogoutVerdict, StopReason } from '../../core/client-result.ts'

/**
 * What became of Keycloak's logout of the realm. `refused`: it said no; `unknown`: it was sent, and how it ended is not
 * known; `not-sent`: the run ended before it.
 */
export type RealmCall = 'done' | 'refused' | 'unknown' | 'not-sent'

export interface Phase {
  readonly name: 'client' | 'offline' | 'realm'
  /** Sessions that it was to end. */
  readonly sessions: number
  /** In the realm step: those that are not there any more, where that was looked at; else what Keycloak's answer says. */
  readonly ended: number
  /** Had gone by themselves before their turn. */
  readonly gone: number
  readonly failed: readonly {
    readonly session: string
    readonly user: string
    readonly code: string
    readonly error: string
  }[]
  /** Not tried: interrupted, or the run could not go on. */
  readonly untried: number
  readonly seconds: number
  /** Passes of the client step. */
  readonly passes?: number
  /** Of the realm step. */
  readonly call?: RealmCall
}

export interface AdminUrlEntry {
  readonly clientId: string
  readonly url: string
  /**
   * `confirmed`: Keycloak got 200 or 204 from it just after; `failed`: it did not, and nor does this machine reach it;
   * `unconfirmed`: nobody can tell; `none`: it was not called.
   */
  readonly delivery: DeliveryStatus
  readonly why?: string
}

export interface Before {
  readonly active: number
  readonly offline: number
  /** Online sessions, each once. */
  readonly sessions: number
  /** People whose sessions end one by one or in the realm step; those with offline sessions alone where these end too. */
  readonly users: number
  readonly clients: number
  readonly tenants: number
}

export interface After {
  /** null where the sign-in ended with the realm's sessions and could not be renewed. */
  readonly active: number | null
  readonly offline: number | null
  /** Sessions that began after the act and live. */
  readonly startedAfter: number | null
  /** Sessions that were to end and live. */
  readonly left: number | null
}

/** How closely the realm step was watched: a session that began and ended within the gap would not have been seen. */
export interface Watch {
  readonly looks: number
  readonly longestGapMs: number
  /** Sign-ins were also read from the realm's stored events. */
  readonly events: boolean
}

export interface AllOutcome {
  readonly act: 'all'
  readonly realm: string
  readonly dryRun: boolean
  /** Nobody and no client was left out. */
  readonly everybody: boolean
  readonly before: Before
  readonly steps: {
    readonly client: number
    readonly offline: number
    readonly realm: boolean
    readonly cutOffFirst: boolean
  }
  readonly phases: readonly Phase[]
  readonly adminUrls: readonly AdminUrlEntry[]
  readonly clients: readonly ClientResult[]
  /** null where Keycloak's logout of the realm was sent and nothing could be looked at. */
  readonly endedUnnotified: number | null
  readonly watch?: Watch
  /** Clients whose sessions could not be read: what became of those that no other client shares is not known. */
  readonly unread?: readonly string[]
  readonly realmStepSkipped?: string
  readonly interrupted: boolean
  /** Why the run could not go on, or could not look at what came of it. */
  readonly error?: StopReason
  readonly after: After
  readonly verdict: LogoutVerdict
}

/** `done` only when nothing planned is left, nothing failed, nobody was ended untold, and all of it was seen. */
export function verdictOfAll({
  phases,
  endedUnnotified,
  adminUrls,
  after,
  before,
  interrupted,
  realmStepSkipped,
  error,
  unread = [],
}: Pick<
  AllOutcome,
  | 'phases'
  | 'endedUnnotified'
  | 'adminUrls'
  | 'after'
  | 'before'
  | 'interrupted'
  | 'realmStepSkipped'
  | 'error'
  | 'unread'
>): LogoutVerdict {
  const unfinished = phases.some(({ failed, untried }) => failed.length + untried > 0)
  const ended = phases.reduce((sum, phase) => sum + phase.ended, 0)
  const bad =
    unfinished ||
    endedUnnotified !== 0 ||
    (after.left ?? 0) > 0 ||
    interrupted ||
    realmStepSkipped !== undefined ||
    error !== undefined ||
    unread.length > 0 ||
    adminUrls.some(({ delivery }) => delivery === 'failed')
  if (bad) return ended > 0 || phases.some(isFinishedRealmStep) ? 'partial' : 'failed'
  return ended === 0 && before.sessions === 0 && before.offline === 0 ? 'nothing-to-do' : 'done'
}

/** It has sent its calls and set the not-before, though there may have been no session to end. */
const isFinishedRealmStep = ({ call }: Phase) => call === 'done'

/** What Keycloak's logout of the realm came to; undefined where it was not begun. */
export const realmCallOf = (phases: readonly Phase[]): RealmCall | undefined =>
  phases.find(({ name }) => name === 'realm')?.call

export const endedIn = ({ phases }: Pick<AllOutcome, 'phases'>): number =>
  phases.reduce((sum, { ended }) => sum + ended, 0)

/** What lives of what was to end; where nobody looked, what was not ended as far as Keycloak's answers say. */
export function leftIn({ phases, before, after }: Pick<AllOutcome, 'phases' | 'before' | 'after'>): {
  readonly count: number
  readonly looked: boolean
} {
  if (after.left !== null) return { count: after.left, looked: true }
  const online = phases.filter(({ name }) => name !== 'offline')
  const over = online.reduce((sum, { ended, gone }) => sum + ended + gone, 0)
  const unfinished = phases.reduce((sum, { failed, untried }) => sum + failed.length + untried, 0)
  return { count: Math.max(unfinished, before.sessions - over), looked: false }
}
