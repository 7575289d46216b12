import type { Chosen } from '../../core/choice.ts'
import type { Certainty, LogoutVerdict } from '../../core/client-result.ts'
import { plannedNotifications } from '../../core/known-notifications.ts'
import type { Session } from '../../core/model.ts'
import { expectedCalls, type RealmFacts } from '../../core/planned-client.ts'
import type { SessionEntry } from '../../core/session-item.ts'
import { sessionKey } from '../../core/session-key.ts'
import { plannedWithReceivers } from '../../core/ssf.ts'
import { errorFields, type UserError } from '../../errors.ts'
import type { Delivered } from '../../evidence/merge.ts'
import { verdictWith, withOutcomes } from '../../evidence/result.ts'
import type { WatchedEvidence } from '../../evidence/watch-run.ts'
import { type CallFacts, withCalls } from './client-calls.ts'
import { overall, type UserOutcome, type UserProblem, type UserResult } from './outcome.ts'
import type { PlannedUser, UserFacts } from './plan.ts'

/** What `execute` returns. */
export interface ExecutionResult {
  readonly users: readonly UserResult[]
  readonly interrupted: boolean
  /** Why the run stopped, or could not verify. */
  readonly stopped: UserError | undefined
  readonly expiredUnread: boolean
  readonly chosen: readonly Chosen[]
}

/** The state of one user after the operations. */
export interface Aftermath extends Pick<CallFacts, 'clientsAfter' | 'endedAt' | 'notifiesEachSession'> {
  /** Online and offline sessions that are still active, as far as known. */
  readonly active: readonly Session[]
  /** Keys of sessions that this run ended by Keycloak's answer, so that Keycloak called their clients. */
  readonly endedHere: ReadonlySet<string>
  /** Requests that ended a session or may have, by its key; absent: one for a session that this run ended. */
  readonly requests: ReadonlyMap<string, number>
  /** False if the sessions could not be read again: then `active` is based on Keycloak's answers. */
  readonly lookedAgain: boolean
  readonly notBeforeSet: Certainty
  readonly disabled: Certainty
  readonly deleted: boolean
  /** Sessions that started after the plan and were also to end. */
  readonly newSessions: readonly Session[]
  readonly errors: readonly UserProblem[]
  readonly ownSessionId: string | undefined
}

/** Returns the result of a whole run, or of a plan. */
export const outcomeOf = (
  realm: string,
  dryRun: boolean,
  {
    users,
    interrupted = false,
    stopped,
    expiredUnread,
    chosen = [],
  }: Pick<ExecutionResult, 'users'> & Partial<ExecutionResult>,
): UserOutcome => ({
  act: 'user',
  realm,
  dryRun,
  ...(chosen.length > 0 ? { chosen } : {}),
  users,
  traceIds: [],
  interrupted,
  ...(expiredUnread ? { expiredUnread } : {}),
  ...(stopped ? { error: errorFields(stopped) } : {}),
  verdict: overall(users.map(({ verdict }) => verdict)),
})

/** Returns the result with what evidence showed: of each user the calls for that user's sessions. */
export function withEvidence(
  outcome: UserOutcome,
  { kinds, found, events, traceIds, evidenceProblems, deliveries }: WatchedEvidence,
  listsDeliveries: boolean,
): UserOutcome {
  const [only, ...more] = outcome.users
  const users = outcome.users.map((user) => {
    const ids = new Set(user.sessions.map(({ id }) => id))
    // A log that does not name sessions says nothing of one user among several.
    const isTheirs = ({ sessionId }: Delivered) =>
      sessionId === null ? user === only && more.length === 0 : ids.has(sessionId)
    const theirEvents = events.filter(({ sessionId }) => ids.has(sessionId))
    const clients = withOutcomes(user.clients, found.filter(isTheirs), kinds, theirEvents)
    return { ...user, clients, verdict: verdictWith(user.verdict, clients) }
  })
  return {
    ...outcome,
    users,
    traceIds,
    ...(evidenceProblems.length > 0 ? { evidenceProblems } : {}),
    ...(listsDeliveries ? { deliveries } : {}),
    verdict: overall(users.map(({ verdict }) => verdict)),
  }
}

/** Returns the result of a plan that is only shown. */
export const plannedResult = (plan: PlannedUser): UserResult => ({
  ...common(plan),
  notBeforeSet: false,
  disabled: false,
  deleted: false,
  lookedAgain: false,
  errors: [],
  sessions: [
    ...plan.sessions.map((session) => entry(session, true, false)),
    ...plan.staying.map((session) => stayingEntry(session, plan.setsNotBefore)),
  ],
  clients: plan.clients.map((client) => ({
    ...client,
    ended: 0,
    ...plannedNotifications(expectedCalls(client.expectation, client.sessions)),
  })),
  sessionsLeft: plan.sessions.length,
  startedAfter: 0,
  verdict: plan.sessions.length === 0 && !plan.setsNotBefore && !plan.disables ? 'nothing-to-do' : 'planned',
})

/** Returns the result for one user. Keycloak's answer proves nothing: a session has ended if it is no longer active. */
export function userResult(plan: PlannedUser, after: Aftermath, facts: UserFacts): UserResult {
  const active = new Set(after.active.map(sessionKey))
  const hasEnded = (session: Session) => !active.has(sessionKey(session))
  const toEnd = [...plan.sessions, ...after.newSessions]
  const isEndedHere = (session: Session) => hasEnded(session) && after.endedHere.has(sessionKey(session))
  const ended = toEnd.filter(isEndedHere)
  const called = toEnd.map((session) => {
    const isConfirmed = isEndedHere(session)
    const requests = after.requests.get(sessionKey(session)) ?? (isConfirmed ? 1 : 0)
    return { session, sent: { isConfirmed, requests } }
  })
  const left = plan.sessions.filter((session) => !hasEnded(session)).length
  const known = new Set([...plan.sessions, ...plan.staying].map(sessionKey))
  const startedAfter = after.active.filter(
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
      ...plan.staying.map((session) => stayingEntry(session, plan.setsNotBefore && after.notBeforeSet)),
      ...after.newSessions.map((session) => entry(session, false, hasEnded(session))),
    ],
    clients: clientsOf(plan, after, facts).map((client) => {
      const isIn = ({ clients }: Session) => clients.some(({ clientId }) => clientId === client.clientId)
      return withCalls(client, called, ended.filter(isIn).length, { ...facts, ...after })
    }),
    sessionsLeft: left,
    startedAfter: startedAfter.length,
    verdict: verdictOf(plan, left, after),
  }
}

/** New sessions may involve clients that are not in the plan; without a not-before, offline sessions work on. */
function clientsOf(plan: PlannedUser, { newSessions, notBeforeSet }: Aftermath, facts: RealmFacts) {
  const { unnotified, clients } = plan
  const worksOn = notBeforeSet === false && unnotified.invalidated.length > 0
  if (newSessions.length === 0 && !worksOn) return clients
  return plannedWithReceivers(
    [...plan.sessions, ...newSessions],
    facts,
    undefined,
    worksOn ? { ...unnotified, invalidated: [] } : unnotified,
  )
}

/** `done` only if everything in the plan is known to be done. */
function verdictOf(plan: PlannedUser, left: number, after: Aftermath): LogoutVerdict {
  if (left > 0) return left < plan.sessions.length ? 'partial' : 'failed'
  const sessions = plan.sessions.length + after.newSessions.length
  const isUnverified = sessions > 0 && !after.lookedAgain
  if (after.errors.length > 0 || isUnverified || !isAccountDone(plan, after)) return 'partial'
  return sessions + plan.unnotified.invalidated.length === 0 ? 'nothing-to-do' : 'done'
}

const isAccountDone = (plan: PlannedUser, { notBeforeSet, disabled, deleted }: Aftermath) =>
  deleted || ((!plan.setsNotBefore || notBeforeSet === true) && (!plan.disables || disabled === true))

const common = (plan: PlannedUser) => ({
  id: plan.user.id,
  username: plan.user.username,
  email: plan.user.email ?? null,
  setsNotBefore: plan.setsNotBefore,
  disables: plan.disables,
  endsOwnSession: plan.endsOwnSession,
  ...(plan.revokesConsents ? { revokedConsents: [] } : {}),
  ...(plan.deletes ? { deletes: true as const } : {}),
  ...(plan.upstreams.length > 0 ? { identityProviders: plan.upstreams } : {}),
})

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

/** @param stopsWorking the user's not-before makes the tokens of offline sessions invalid */
const stayingEntry = (session: Session, stopsWorking: Certainty): SessionEntry =>
  session.offline && stopsWorking !== false
    ? { ...entry(session, false, false), invalidated: stopsWorking }
    : entry(session, false, false)

const iso = (milliseconds: number) => new Date(milliseconds).toISOString()
