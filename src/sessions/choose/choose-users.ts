import type { Chosen, UserCriteria } from '../../core/choice.ts'
import type { User } from '../../core/model.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import { findUsers } from '../find-users.ts'

/** Users who meet every criterion; without criteria, all of the realm. */
export class ChosenUsers {
  /** By id. Undefined: every user of the realm apart from those excluded. */
  readonly users: ReadonlyMap<string, User> | undefined
  readonly chosen: readonly Chosen[]
  readonly #excluded: ReadonlySet<string>

  constructor(
    users: ReadonlyMap<string, User> | undefined,
    excluded: readonly User[],
    chosen: readonly Chosen[],
  ) {
    this.users = users
    this.chosen = chosen
    this.#excluded = new Set(excluded.map(({ id }) => id))
  }

  get isEverybody(): boolean {
    return this.users === undefined && this.#excluded.size === 0
  }

  includes(userId: string): boolean {
    return (this.users?.has(userId) ?? true) && !this.#excluded.has(userId)
  }
}

/** Every user of the realm. */
export const EVERYBODY = new ChosenUsers(undefined, [], [])

/**
 * Finds the users that the options choose.
 * @throws {UserError} `user-not-found` (5), `ambiguous-user` (2)
 */
export async function chooseUsers(
  { excluded }: UserCriteria,
  keycloak: Pick<Keycloak, 'findUsers' | 'realm'>,
): Promise<ChosenUsers> {
  const left = await findUsers(excluded, undefined, keycloak)
  return new ChosenUsers(
    undefined,
    left,
    excluded.length > 0 ? [{ option: '--exclude-user', values: excluded, users: left.length }] : [],
  )
}
