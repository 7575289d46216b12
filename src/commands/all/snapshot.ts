import type { Client, Realm, Session } from '../../core/model.ts'
import type { SessionTarget } from '../../sessions/target.ts'
import type { Before } from './outcome.ts'
import type { AllPlan } from './plan.ts'

/** What the act starts from, read while planning. */
export interface Found {
  readonly clients: readonly Client[]
  readonly realm: Realm
  readonly ownSessionId: string | undefined
  readonly online: ReadonlyMap<string, SessionTarget>
  readonly offline: ReadonlyMap<string, SessionTarget>
  readonly isChosen: (session: Session) => boolean
}

/** Everything that is known of the realm before the act, and what is planned for it. */
export interface RealmSnapshot extends Found {
  readonly plan: AllPlan
  readonly before: Before
  /** Sessions that end, by client id: the chosen online ones, and the offline ones that end one by one. */
  readonly byClient: ReadonlyMap<string, number>
  /** Nobody and no client is left out. */
  readonly isEverything: boolean
  /** Clients with sessions that could not be read: those that no other client shares are in no number here. */
  readonly unread: readonly Client[]
}
