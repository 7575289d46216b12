import type { Certainty } from '../../core/client-result.ts'
import type { Session } from '../../core/model.ts'
import { sessionKey } from '../../core/session-key.ts'
import type { UserProblem } from './outcome.ts'
import type { PlannedUser } from './plan.ts'

/** Progress of one user's logout. */
export interface UserProgress {
  readonly errors: UserProblem[]
  /** Sessions that started after the plan and were also to end. */
  readonly newSessions: Session[]
  notBeforeSet: Certainty
  disabled: Certainty
  deleted: boolean
}

export const initialProgress = (): UserProgress => ({
  errors: [],
  newSessions: [],
  notBeforeSet: false,
  disabled: false,
  deleted: false,
})

interface Answers {
  readonly isOwn: (session: Session) => boolean
  /** Whether Keycloak answered that the session has ended. */
  readonly hasAnswer: (session: Session) => boolean
}

/**
 * Returns the sessions of a user that are still active, as seen afterwards, or by Keycloak's answers if nothing could be
 * read. The own session, and new sessions found just before it, end after that look: for them the answer counts too.
 */
export function remainingSessions(
  { sessions, endsOwnSession }: PlannedUser,
  { newSessions }: UserProgress,
  seen: readonly Session[] | undefined,
  { isOwn, hasAnswer }: Answers,
): readonly Session[] {
  const unanswered = (some: readonly Session[]) => some.filter((session) => !hasAnswer(session))
  if (!seen) return unanswered([...sessions, ...newSessions])
  if (!endsOwnSession) return seen
  const newKeys = new Set(newSessions.map(sessionKey))
  const seenKeys = new Set(seen.map(sessionKey))
  const mayEndLater = (session: Session) => isOwn(session) || newKeys.has(sessionKey(session))
  return [
    ...seen.filter((session) => !mayEndLater(session) || !hasAnswer(session)),
    ...unanswered(newSessions).filter((session) => !seenKeys.has(sessionKey(session))),
  ]
}
