import type { Session, User } from '../core/model.ts'

/** What was found of one person before anything is done. */
export interface UserWithSessions {
  readonly user: User
  /** Online and offline ones. */
  readonly sessions: readonly Session[]
}
