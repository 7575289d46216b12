import type { User } from '../core/model.ts'

/** A group of users. */
export interface Group {
  readonly id: string
  readonly name: string
  /** `/staff/contractors` */
  readonly path: string
  /** Those directly below, as far as the answer has them. Keycloak 23 and newer leave them out and count them. */
  readonly subgroups: readonly Group[]
  readonly subgroupCount: number | undefined
}

/** A role of the realm, or of the client with this internal id. */
export interface Role {
  readonly id: string
  readonly name: string
  readonly clientUuid: string | undefined
  /** Does it contain other roles? */
  readonly isComposite: boolean
}

export interface Organization {
  readonly id: string
  readonly alias: string
}

/** One criterion that Keycloak searches users by. */
export type UserSearch =
  | { readonly identityProvider: string }
  | { readonly attribute: { readonly key: string; readonly value: string } }
  /** A part of the e-mail address. */
  | { readonly email: string }

/**
 * Who belongs to what in a realm. Lists are read page by page while they are iterated, so that a group of any size takes
 * no memory. Errors as of `Keycloak`.
 */
export interface Directory {
  /** Groups at any depth whose name contains the text, without case; without a text those at the top. Role: view-users. */
  groups(text?: string): AsyncIterable<Group>
  /** The groups directly below. Role: view-users. */
  subgroups(group: Group): AsyncIterable<Group>
  /** Direct members. Role: view-users. */
  members(groupId: string): AsyncIterable<User>
  /** The roles of the realm, or of a client. Role: view-realm, view-clients. */
  roles(clientUuid?: string): AsyncIterable<Role>
  /** Ids of the roles that a composite role contains directly. Role: view-realm, view-clients. */
  containedRoles(roleId: string): Promise<string[]>
  /** Users who have the role directly. Roles: view-users and view-realm or view-clients. */
  usersWithRole(role: Role): AsyncIterable<User>
  /** Groups that have the role directly. Roles: view-users and view-realm or view-clients. */
  groupsWithRole(role: Role): AsyncIterable<Group>
  /** From Keycloak 26, where the realm has organizations on. Role: manage-realm. */
  organizations(): AsyncIterable<Organization>
  /** Role: manage-realm. */
  organizationMembers(id: string): AsyncIterable<User>
  /**
   * Users that match. Old versions ignore a search by provider or attribute and give every user: see
   * `searchesBy`. An attribute is compared exactly, as far as the account may see it. Role: view-users.
   */
  users(search: UserSearch): AsyncIterable<User>
  /** Does this server search users by identity provider, or by attribute? Role: view-users. */
  searchesBy(kind: 'identityProvider' | 'attribute'): Promise<boolean>
}
