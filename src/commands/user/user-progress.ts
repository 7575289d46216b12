import type { Certainty } from '../../core/client-result.ts'
import type { Session } from '../../core/model.ts'
import { sessionKey } from './build-outcome.ts'
import type { UserProblem } from './outcome.ts'
import type { PlannedUser } from './plan.ts'

/** What has come of one person so far. */
export interface UserProgress {
  readonly errors: UserProblem[]
  /** To be ended although they began after the plan. */
  readonly lateComers: Session[]
  notBeforeSet: Certainty
  disabled: Certainty
  deleted: boolean
}

export const initialProgress = (): UserProgress => ({
  errors: [],
  lateComers: [],
  notBeforeSet: false,
  disabled: false,
  deleted: false,
})

interface Answers {
  readonly isOwn: (session: Session) => boolean
  readonly hasAnswer: (session: Session) => boolean
}

/**
 * What lives of a person: as was seen, or as Keycloak answered where nobody could look. One's own session, and what
 * began just before it ended, were ended after that look: of these the answer counts, too.
 */
export function remainingSessions(
  { sessions, endsOwnSession }: PlannedUser,
  { lateComers }: UserProgress,
  seen: readonly Session[] | undefined,
  { isOwn, hasAnswer }: Answers,
): readonly Session[] {
  const unanswered = (some: readonly Session[]) => some.filter((session) => !hasAnswer(session))
  if (!seen) return unanswered([...sessions, ...lateComers])
  if (!endsOwnSession) return seen
  const late = new Set(lateComers.map(sessionKey))
  const listed = new Set(seen.map(sessionKey))
  const cameAfter = (session: Session) => isOwn(session) || late.has(sessionKey(session))
  return [
    ...seen.filter((session) => !cameAfter(session) || !hasAnswer(session)),
    ...unanswered(lateComers).filter((session) => !listed.has(sessionKey(session))),
  ]
}
