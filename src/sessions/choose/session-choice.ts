import type { Chosen } from '../../core/choice.ts'
import type { Session } from '../../core/model.ts'
import type { ChosenUsers } from './choose-users.ts'
import type { FilteredSession, SessionFilter } from './session-filter.ts'

/** The sessions that the options choose: those of the chosen users that pass the filter. */
export class SessionChoice {
  readonly users: ChosenUsers
  readonly #filter: SessionFilter

  constructor(users: ChosenUsers, filter: SessionFilter) {
    this.users = users
    this.#filter = filter
  }

  /** Is every session of every user chosen? */
  get isEverything(): boolean {
    return this.users.isEverybody && this.#filter.isEmpty
  }

  /** Is every session of the chosen users chosen? */
  get isEverySession(): boolean {
    return this.#filter.isEmpty
  }

  matches(session: FilteredSession & Pick<Session, 'userId'>): boolean {
    return this.users.includes(session.userId) && this.#filter.matches(session)
  }

  /** As `matches`, and counts for `chosen`. Call it once for each session. */
  count(session: FilteredSession & Pick<Session, 'userId'>): boolean {
    return this.users.includes(session.userId) && this.#filter.count(session)
  }

  /** What each option chose by itself: users of the realm, and of the sessions of the chosen users those counted. */
  get chosen(): Chosen[] {
    return [...this.users.chosen, ...this.#filter.chosen]
  }
}
