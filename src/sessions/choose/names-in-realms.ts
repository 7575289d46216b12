import { pluralize } from '../../util/format.ts'
import { notFound } from '../find-users.ts'

/** Names of users that have to exist in one of several realms, not in each. */
export class NamesInRealms {
  readonly #unknown = new Map<string, number>()
  #realms = 0

  /** Notes the names that one realm does not have. To be called for each realm that was read. */
  readonly note = (unknown: readonly string[]): void => {
    this.#realms++
    for (const name of unknown) this.#unknown.set(name, (this.#unknown.get(name) ?? 0) + 1)
  }

  /** @throws {UserError} `user-not-found` (5) if no realm that was read has one of these names */
  require(names: readonly string[]): void {
    const nowhere = names.filter((name) => this.#unknown.get(name) === this.#realms)
    if (nowhere.length > 0) throw notFound(nowhere, pluralize(this.#realms, 'realm'))
  }
}
