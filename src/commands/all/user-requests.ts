import { ssfReceivers } from '../../core/ssf.ts'
import type { SessionTarget } from '../../sessions/target.ts'
import { total } from './counts.ts'
import type { RealmSnapshot } from './snapshot.ts'

/** Whose sessions end by one request: Keycloak's logout of the user. */
export interface UserRequests {
  readonly userIds: ReadonlySet<string>
  /** Sessions of these users. */
  readonly sessions: number
  /** `used`, or why every session gets a request of its own. */
  readonly reason:
    | 'used'
    | 'few-sessions'
    | 'no-realm-step'
    | 'not-visible'
    | 'evidence'
    | 'security-events'
    | 'version'
}

/** More would be one long request in the server: without progress, and all of them unclear if its answer is lost. */
const MAX_SESSIONS = 50
/** With fewer the look at the user's sessions, which exact numbers need, costs what it saves (docs/performance.md). */
export const MIN_SESSIONS = 5

/**
 * Chooses the users whose sessions end by one request. Such a request also sets the user's not-before, as the realm step
 * does for all, and makes offline sessions unusable; it does not say which session it ended, so that neither an answer
 * nor a security event could be assigned to one.
 */
export function planUserRequests(
  { realmStep }: { readonly realmStep: boolean },
  targets: readonly SessionTarget[],
  snapshot: RealmSnapshot,
): UserRequests {
  const none = (reason: UserRequests['reason']) => ({ userIds: new Set<string>(), sessions: 0, reason })
  const { choice, clients, online, offline } = snapshot
  if (!snapshot.userLogoutNotifiesEachSession) return none('version')
  if (!realmStep) return none('no-realm-step')
  // Nobody knows whether a user has an offline session there.
  if (snapshot.notVisible.length + snapshot.unreadable.length > 0) return none('not-visible')
  if (choice.withEvidence) return none('evidence')
  if (ssfReceivers(clients).length > 0) return none('security-events')
  const counts = countByUser(targets)
  for (const [userId, count] of counts)
    if (count < MIN_SESSIONS || count > MAX_SESSIONS || offline.userIds.has(userId)) counts.delete(userId)
  // Such a request ends all sessions of the user: all of them have to be among the targets.
  const present = countByUser(online.targets.values(), counts)
  for (const [userId, count] of counts) if (count !== present.get(userId)) counts.delete(userId)
  if (counts.size === 0) return none('few-sessions')
  return { userIds: new Set(counts.keys()), sessions: total(counts), reason: 'used' }
}

/** Sessions by user; only of these users, if given. There may be 100,000 users with one. */
function countByUser(
  targets: Iterable<SessionTarget>,
  users?: ReadonlyMap<string, unknown>,
): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { userId } of targets)
    if (!users || users.has(userId)) counts.set(userId, (counts.get(userId) ?? 0) + 1)
  return counts
}
