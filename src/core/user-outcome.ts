import type { ExitCode } from '../errors.ts'
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
  /** Those of them that ended: so often Keycloak called it, where it is told. */
  readonly ended: number
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
  /** Was it to be set, and was it? */
  readonly setsNotBefore: boolean
  readonly notBeforeSet: boolean
  readonly disables: boolean
  readonly endsOwnSession: boolean
  readonly errors: readonly Problem[]
  /** False where what lives could not be looked at: then `ended` is what Keycloak answered. */
  readonly lookedAgain: boolean
  readonly verdict: Verdict
}

/** Something that did not work; `session` is empty where it was about the person. */
export interface Problem {
  readonly session: string
  readonly code: string
  readonly error: string
}

export interface UserOutcome {
  readonly act: 'user'
  readonly realm: string
  readonly dryRun: boolean
  readonly users: readonly PersonOutcome[]
  /** Why the run could not go on, or could not look at what came of it. */
  readonly error?: StopReason
  readonly verdict: Verdict
}

/** An error that ended a run after something had been done. */
export interface StopReason {
  readonly code: string
  readonly message: string
  readonly hint: string | null
  readonly exitCode: ExitCode
}

/** What was seen after the act. */
export interface Aftermath {
  /** Online and offline sessions that live now, as far as is known. */
  readonly living: readonly Session[]
  /** False: nothing could be looked at, `living` is what was not ended as far as Keycloak's answers say. */
  readonly lookedAgain: boolean
  readonly notBeforeSet: boolean
  /** To be ended although they began after the plan, because the person's logout would have ended them untold. */
  readonly lateComers: readonly Session[]
  readonly errors: readonly Problem[]
  readonly ownSessionId: string | undefined
}

/** A plan that was only shown. */
export const plannedPerson = (plan: PersonPlan): PersonOutcome => ({
  ...common(plan),
  notBeforeSet: false,
  lookedAgain: false,
  errors: [],
  sessions: [
    ...plan.sessions.map((session) => entry(session, true, false)),
    ...plan.staying.map((session) => entry(session, false, false)),
  ],
  clients: plan.clients.map((client) => ({ ...client, ended: 0, delivery: 'none' })),
  sessionsLeft: plan.sessions.length,
  startedAfter: 0,
  verdict: plan.sessions.length === 0 && !plan.setsNotBefore && !plan.disables ? 'nothing-to-do' : 'planned',
})

/** A plan, and what is left of it. Keycloak's answer is no proof: what lives afterwards is. */
export function personOutcome(plan: PersonPlan, after: Aftermath): PersonOutcome {
  const living = new Set(after.living.map(sessionKey))
  const hasEnded = (session: Session) => !living.has(sessionKey(session))
  const ended = plan.sessions.filter(hasEnded)
  const left = plan.sessions.length - ended.length
  const known = new Set([...plan.sessions, ...plan.staying].map(sessionKey))
  const startedAfter = after.living.filter(
    (session) => !session.offline && !known.has(sessionKey(session)) && session.id !== after.ownSessionId,
  )
  return {
    ...common(plan),
    notBeforeSet: after.notBeforeSet,
    lookedAgain: after.lookedAgain,
    errors: after.errors,
    sessions: [
      ...plan.sessions.map((session) => entry(session, true, hasEnded(session))),
      ...plan.staying.map((session) => entry(session, false, false)),
      ...after.lateComers.map((session) => entry(session, false, hasEnded(session))),
    ],
    clients: plan.clients.map((client) => withDelivery(client, ended)),
    sessionsLeft: left,
    startedAfter: startedAfter.length,
    verdict: verdictOf(plan, left, after.errors.length),
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

/** A client was called for as many of its sessions as have ended. */
function withDelivery(client: PlannedClient, endedSessions: readonly Session[]): ClientEntry {
  const ended = endedSessions.filter(({ clients }) =>
    clients.some(({ clientId }) => clientId === client.clientId),
  ).length
  return { ...client, ended, delivery: client.expectation === 'told' && ended > 0 ? 'unconfirmed' : 'none' }
}

const common = (plan: PersonPlan) => ({
  id: plan.user.id,
  username: plan.user.username,
  email: plan.user.email ?? null,
  setsNotBefore: plan.setsNotBefore,
  disables: plan.disables,
  endsOwnSession: plan.endsOwnSession,
})

/** The same id may stand for an online and an offline session. */
export const sessionKey = ({ id, offline }: { readonly id: string; readonly offline: boolean }) =>
  `${offline ? 'offline' : 'online'} ${id}`

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
