import { groupBy } from '../../util/group-by.ts'
import type { SessionTarget } from '../target.ts'

/** All online sessions of a user that one request is to end. */
export interface UserSessions {
  readonly userId: string
  readonly sessions: readonly SessionTarget[]
  /** Client ids of the clients that Keycloak notifies for any of them. */
  readonly notified: readonly string[]
}

/** What one request ends: a session, or all sessions of a user. */
export type EndUnit = SessionTarget | UserSessions

export const isUser = (unit: EndUnit): unit is UserSessions => 'sessions' in unit

/** Puts the online sessions of each of these users together, behind other sessions, which stay by themselves. */
export function unitsOf(
  targets: readonly SessionTarget[],
  userIds: ReadonlySet<string> | undefined,
): readonly EndUnit[] {
  if (!userIds?.size) return targets
  const isTogether = ({ userId, offline }: SessionTarget) => !offline && userIds.has(userId)
  const byUser = groupBy(targets.filter(isTogether), ({ userId }) => userId)
  const together = [...byUser].map(([userId, sessions]): UserSessions => {
    const notified = new Set(sessions.flatMap((session) => session.notified))
    return { userId, sessions, notified: [...notified].sort() }
  })
  return [...targets.filter((target) => !isTogether(target)), ...together]
}
