/** The options that choose users and sessions, as `sessions`, `user` and `all` share them. */

/** An address or a network. */
export interface Network {
  /** As it was given. */
  readonly text: string
  readonly address: string
  /** Bits of the network part; undefined: one address. */
  readonly prefix: number | undefined
  readonly family: 'ipv4' | 'ipv6'
}

/** A length of time. */
export interface Span {
  readonly text: string
  /** Milliseconds. */
  readonly length: number
}

/** A point in time: fixed, or a length of time before now. Milliseconds. */
export type Moment = { readonly text: string } & ({ readonly at: number } | { readonly ago: number })

export interface Attribute {
  readonly text: string
  readonly key: string
  readonly value: string
}

/** Which users. Different criteria narrow, the values of one widen; an empty list is no criterion. */
export interface UserCriteria {
  /** Paths, or names that one group has. Subgroups are included. */
  readonly groups: readonly string[]
  /** `ROLE` of the realm, or `CLIENT/ROLE`. */
  readonly roles: readonly string[]
  /** Aliases. */
  readonly organizations: readonly string[]
  /** Aliases. */
  readonly identityProviders: readonly string[]
  readonly attributes: readonly Attribute[]
  /** Without `@`. */
  readonly emailDomains: readonly string[]
  /** Ids, usernames or e-mail addresses of users who are not chosen. */
  readonly excluded: readonly string[]
}

/** Which sessions. Different criteria narrow, the values of one widen; an empty list is no criterion. */
export interface SessionCriteria {
  readonly clientIds: readonly string[]
  readonly networks: readonly Network[]
  /** Not used for at least this long. */
  readonly idle: readonly Span[]
  readonly startedBefore: readonly Moment[]
  /** From this moment on. */
  readonly startedAfter: readonly Moment[]
}

export interface Criteria {
  readonly users: UserCriteria
  readonly sessions: SessionCriteria
}

/** How many users or sessions one option chose by itself. */
export interface Chosen {
  readonly option: string
  readonly values: readonly string[]
  readonly users?: number
  readonly sessions?: number
}

const isGiven = (criteria: Readonly<Record<string, readonly unknown[]>>): boolean =>
  Object.values(criteria).some((values) => values.length > 0)

/** Are users chosen by what they are, not only excluded? */
export const choosesUsers = ({ users: { excluded: _, ...users } }: Criteria): boolean => isGiven(users)

/** Is a session chosen by more than its clients? */
export const choosesSessions = ({ sessions: { clientIds: _, ...sessions } }: Criteria): boolean =>
  isGiven(sessions)
