import type { Certainty, ClientResult, LogoutVerdict } from '../../core/client-result.ts'
import type { Session } from '../../core/model.ts'
import { type PlannedClient, plannedClients, type RealmFacts } from '../../core/planned-client.ts'
import type { SessionEntry } from '../../core/session-item.ts'
import type { UserProblem, UserResult } from './outcome.ts'
import type { PlannedUser } from './plan.ts'

/** What was seen after the act. */
export interface Aftermath {
  /** Online and offline sessions that live now, as far as is known. */
  readonly living: readonly Session[]
  /** Keys of sessions that Keycloak says were ended by this run, so that it called their clients. */
  readonly endedHere: ReadonlySet<string>
  /** False: nothing could be looked at, `living` is what was not ended as far as Keycloak's answers say. */
  readonly lookedAgain: boolean
  readonly notBeforeSet: Certainty
  readonly disabled: Certainty
  readonly deleted: boolean
  /** To be ended although they began after the plan, because the person's logout would have ended them untold. */
  readonly lateComers: readonly Session[]
  readonly errors: readonly UserProblem[]
  readonly ownSessionId: string | undefined
}

/** A plan that was only shown. */
export const plannedResult = (plan: PlannedUser): UserResult => ({
  ...common(plan),
  notBeforeSet: false,
  disabled: false,
  deleted: false,
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
export function userResult(plan: PlannedUser, after: Aftermath, facts: RealmFacts): UserResult {
  const living = new Set(after.living.map(sessionKey))
  const hasEnded = (session: Session) => !living.has(sessionKey(session))
  const toEnd = [...plan.sessions, ...after.lateComers]
  const ended = toEnd.filter((session) => hasEnded(session) && after.endedHere.has(sessionKey(session)))
  const left = plan.sessions.filter((session) => !hasEnded(session)).length
  const known = new Set([...plan.sessions, ...plan.staying].map(sessionKey))
  const startedAfter = after.living.filter(
    (session) => !session.offline && !known.has(sessionKey(session)) && session.id !== after.ownSessionId,
  )
  return {
    ...common(plan),
    notBeforeSet: after.notBeforeSet,
    disabled: after.disabled,
    deleted: after.deleted,
    lookedAgain: after.lookedAgain,
    errors: after.errors,
    sessions: [
      ...plan.sessions.map((session) => entry(session, true, hasEnded(session))),
      ...plan.staying.map((session) => entry(session, false, false)),
      ...after.lateComers.map((session) => entry(session, false, hasEnded(session))),
    ],
    clients: clientsOf(plan, toEnd, facts).map((client) => withDelivery(client, ended)),
    sessionsLeft: left,
    startedAfter: startedAfter.length,
    verdict: verdictOf(plan, left, after),
  }
}

/** Who signs in meanwhile may do so at clients that the plan does not know. */
const clientsOf = (plan: PlannedUser, toEnd: readonly Session[], facts: RealmFacts) =>
  toEnd.length > plan.sessions.length ? plannedClients(toEnd, facts) : plan.clients

/** `done` only where everything that was planned is known to have been done. */
function verdictOf(plan: PlannedUser, left: number, after: Aftermath): LogoutVerdict {
  if (left > 0) return left < plan.sessions.length ? 'partial' : 'failed'
  const sessions = plan.sessions.length + after.lateComers.length
  const isUnseen = sessions > 0 && !after.lookedAgain
  if (after.errors.length > 0 || isUnseen || !hasDoneTheRest(plan, after)) return 'partial'
  return sessions === 0 ? 'nothing-to-do' : 'done'
}

const hasDoneTheRest = (plan: PlannedUser, { notBeforeSet, disabled, deleted }: Aftermath) =>
  deleted || ((!plan.setsNotBefore || notBeforeSet === true) && (!plan.disables || disabled === true))

/** A client was called for as many of its sessions as were ended. */
function withDelivery(client: PlannedClient, endedSessions: readonly Session[]): ClientResult {
  const ended = endedSessions.filter(({ clients }) =>
    clients.some(({ clientId }) => clientId === client.clientId),
  ).length
  return {
    ...client,
    ended,
    delivery: client.expectation === 'notified' && ended > 0 ? 'unconfirmed' : 'none',
  }
}

const common = (plan: PlannedUser) => ({
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
