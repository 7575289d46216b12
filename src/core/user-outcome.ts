import type { Session } from './model.ts'
import type { Channel, Reason } from './reach.ts'
import type { PersonPlan, PlannedClient } from './user-plan.ts'

export type Verdict = 'done' | 'partial' | 'failed' | 'nothing-to-do' | 'planned'
/** What is known of a call. Keycloak throws a receiver's answer away, so a logout token's is never more than this. */
export type Delivery = 'unconfirmed' | 'confirmed' | 'failed' | 'none'

/** A session as the result shows it; times in ISO 8601. */
export interface SessionEntry {
  readonly id: string
  readonly offline: boolean
  readonly started: string
  readonly lastAccess: string
  readonly ipAddress: string | null
  readonly clients: readonly string[]
  readonly ended: boolean
  /** Was it to be ended? */
  readonly planned: boolean
}

export interface ClientEntry {
  readonly clientId: string
  readonly channel: Channel
  readonly url: string | null
  readonly expectation: 'told' | 'not-told'
  readonly reason?: Reason
  readonly delivery: Delivery
  /** Seconds. */
  readonly accessTokenLifespan: number | null
  readonly sessions: number
  readonly alongside: boolean
}

export interface PersonOutcome {
  readonly id: string
  readonly username: string
  readonly email: string | null
  readonly sessions: readonly SessionEntry[]
  readonly clients: readonly ClientEntry[]
  /** Sessions of the plan that still live. */
  readonly sessionsLeft: number
  /** Sessions that began after the plan and live. */
  readonly startedAfter: number
  readonly setsNotBefore: boolean
  readonly disables: boolean
  readonly endsOwnSession: boolean
  readonly errors: readonly { readonly session: string; readonly code: string; readonly error: string }[]
  readonly verdict: Verdict
}

export interface UserOutcome {
  readonly act: 'user'
  readonly realm: string
  readonly dryRun: boolean
  readonly users: readonly PersonOutcome[]
  readonly verdict: Verdict
}

/** What was seen after the act. */
export interface Aftermath {
  /** Online and offline sessions that live now. */
  readonly living: readonly Session[]
  /** Ended although they began after the plan, because the person's logout would have ended them untold. */
  readonly endedToo: readonly Session[]
  readonly errors: readonly { readonly session: string; readonly code: string; readonly error: string }[]
  readonly ownSessionId: string | undefined
}

/** A plan that was only shown. */
export const plannedPerson = (plan: PersonPlan): PersonOutcome => ({
  ...common(plan, []),
  sessions: entries(plan, () => false, []),
  clients: plan.clients.map((client) => ({ ...client, delivery: 'none' as const })),
  sessionsLeft: plan.sessions.length,
  startedAfter: 0,
  verdict: plan.sessions.length === 0 && !plan.setsNotBefore && !plan.disables ? 'nothing-to-do' : 'planned',
})

/** A plan, and what is left of it. Keycloak's answer is no proof: what lives afterwards is. */
export function personOutcome(plan: PersonPlan, after: Aftermath): PersonOutcome {
  const living = new Set(after.living.map(key))
  const left = plan.sessions.filter((session) => living.has(key(session)))
  const known = new Set([...plan.sessions, ...plan.staying].map(key))
  const startedAfter = after.living.filter(
    (session) => !known.has(key(session)) && session.id !== after.ownSessionId && !session.offline,
  )
  const anyEnded = left.length < plan.sessions.length
  return {
    ...common(plan, after.errors),
    sessions: entries(plan, (session) => !living.has(key(session)), after.endedToo),
    clients: plan.clients.map((client) => ({ ...client, delivery: deliveryOf(client, anyEnded) })),
    sessionsLeft: left.length,
    startedAfter: startedAfter.length,
    verdict: verdictOf(plan, left.length, after.errors.length),
  }
}

function verdictOf(plan: PersonPlan, left: number, errors: number): Verdict {
  if (left > 0) return left < plan.sessions.length ? 'partial' : 'failed'
  if (errors > 0) return 'partial'
  return plan.sessions.length === 0 ? 'nothing-to-do' : 'done'
}

const RANK: readonly Verdict[] = ['nothing-to-do', 'planned', 'done', 'partial', 'failed']

/** The verdict of several: the worst, and `partial` where some are done and others failed. */
export function overall(verdicts: readonly Verdict[]): Verdict {
  const some = new Set(verdicts)
  if (some.has('failed') && (some.has('done') || some.has('partial'))) return 'partial'
  return RANK.filter((verdict) => some.has(verdict)).at(-1) ?? 'nothing-to-do'
}

const deliveryOf = ({ expectation }: PlannedClient, anyEnded: boolean): Delivery =>
  expectation === 'told' && anyEnded ? 'unconfirmed' : 'none'

const common = (plan: PersonPlan, errors: PersonOutcome['errors']) => ({
  id: plan.user.id,
  username: plan.user.username,
  email: plan.user.email ?? null,
  setsNotBefore: plan.setsNotBefore,
  disables: plan.disables,
  endsOwnSession: plan.endsOwnSession,
  errors,
})

/** The same id may stand for an online and an offline session. */
const key = ({ id, offline }: Session) => `${offline ? 'offline' : 'online'} ${id}`

const entries = (
  plan: PersonPlan,
  hasEnded: (session: Session) => boolean,
  endedToo: readonly Session[],
): SessionEntry[] => [
  ...plan.sessions.map((session) => entry(session, true, hasEnded(session))),
  ...plan.staying.map((session) => entry(session, false, false)),
  ...endedToo.map((session) => entry(session, false, true)),
]

const entry = (session: Session, planned: boolean, ended: boolean): SessionEntry => ({
  id: session.id,
  offline: session.offline,
  started: iso(session.start),
  lastAccess: iso(session.lastAccess),
  ipAddress: session.ipAddress ?? null,
  clients: session.clients.map(({ clientId }) => clientId),
  ended,
  planned,
})

const iso = (milliseconds: number) => new Date(milliseconds).toISOString()
