import type {
  Client,
  IdentityProvider,
  LogoutSettings,
  PushResult,
  Realm,
  Session,
  SessionCount,
  User,
} from '../core/model.ts'
import type { Role } from '../core/roles.ts'
import type { Capabilities } from './capabilities.ts'
import type { Directory } from './directory.ts'
import type { AdminEvent, AdminEventQuery, EventQuery, EventsConfig, UserEvent } from './event.ts'

/** Who signed in, with which client, to which realm; undefined where neither the sign-in nor the token says. */
export interface Caller {
  readonly username: string | undefined
  readonly clientId: string | undefined
  readonly loginRealm: string | undefined
}

/** How a request that ends sessions is sent. */
export interface EndRequest {
  readonly traceparent?: string | undefined
  /** Called before the request is sent again although it may have been carried out: clients may be called again. */
  readonly onRepeat?: (() => void) | undefined
}

export interface EndKind extends EndRequest {
  readonly offline: boolean
}

/** A page of the sessions of a client. */
export interface SessionPage {
  readonly offline: boolean
  readonly first: number
  readonly max: number
  /** Retry a 5xx? Default true. */
  readonly retry?: boolean
}

/** What kind of token introspection is asked about: without it, 26.7.4 calls each refresh token inactive. */
export type IntrospectionHint = 'access_token' | 'refresh_token'

/**
 * The answer of introspection and the client that asked, or why it was not asked. Keycloak (26.7.4) calls a refresh token
 * active only if its own client asks, an access token since 26.6 only if its audience contains the client.
 */
export type Introspection =
  | { readonly clientId: string; readonly active: boolean }
  | { readonly notAsked: string }

/**
 * The admin API of one realm. Each method names the role of `realm-management` that is enough for it. Every method
 * throws a `UserError` with a documented exit code if Keycloak refuses or is unreachable; a single list that cannot
 * be read has the code `unreadable`. Requests that are not idempotent are never repeated; ids are checked before they
 * become part of a path.
 */
/** The delivery of a security event so far. */
export interface SecurityEventState {
  readonly status: string
  /** Attempts that failed. */
  readonly attempts: number
  /** `HTTP 500 …`, or an exception. */
  readonly lastError: string | undefined
  /** Seconds since the epoch. */
  readonly deliveredAt: number | undefined
}

export interface Keycloak {
  /** The target realm. */
  readonly realm: string
  /** The server's base URL with its base path, without a trailing slash. */
  readonly server: string
  /** The same realm, of which each GET is sent once: for a command that reads a realm and changes nothing. */
  atOneMoment(): Keycloak
  /** What this server's version does differently. Needs no role. */
  capabilities(): Promise<Capabilities>
  /**
   * May the caller do what this role of `realm-management` allows, in the whole realm? Undefined where neither the
   * token nor harmless reads tell. Sends GETs only, each once. Needs no role.
   */
  hasRole(role: Role): Promise<boolean | undefined>
  /** Who is signed in, as far as the sign-in or the token says. Sends no request. */
  caller(): Promise<Caller>
  /**
   * Asks the introspection endpoint about a token of this realm, as the client of the sign-in. Needs no role.
   */
  introspect(token: string, hint: IntrospectionHint): Promise<Introspection>
  /** The session that kc-logout itself signed in with, if the access token names one and it is of this realm. */
  ownSessionId(): Promise<string | undefined>

  /**
   * The server's clock, milliseconds since the epoch: at most about two seconds slow, never fast; undefined where it
   * is unknown. Needs no role.
   */
  serverTime(): Promise<number | undefined>

  /** Roles: any; without `view-realm` most fields are undefined. */
  realmInfo(): Promise<Realm>
  /** All clients. Role: view-clients. @throws {UserError} `role-missing` (4) also for an empty answer */
  clients(): Promise<Client[]>
  /** The client with exactly this clientId. Role: view-clients. */
  findClient(clientId: string): Promise<Client | undefined>
  /** Keycloak's complete representation of a client. Role: view-clients. */
  rawClient(id: string): Promise<Readonly<Record<string, unknown>>>
  /**
   * Changes only these settings; `frontchannelLogout` is the present value (keycloak#48432). Role: manage-clients.
   */
  updateClient(id: string, changes: Partial<LogoutSettings> & { frontchannelLogout: boolean }): Promise<void>

  /** Users with this id, username or e-mail address, exact except for case. Role: view-users. */
  findUsers(name: string): Promise<User[]>
  /** Role: view-users. */
  findUserById(id: string): Promise<User | undefined>
  /** Online sessions of a user. Role: view-users. */
  sessionsOf(userId: string): Promise<Session[]>
  /** Offline sessions of a user at a client. Roles: view-users, and view-clients to know the client's id. */
  offlineSessionsOf(userId: string, clientUuid: string): Promise<Session[]>
  /**
   * The clients at which a user has offline tokens, by the user's consents: also those that the caller may not view.
   * Leaves out clients whose part in an offline session has expired. Role: view-users.
   */
  offlineClientsOf(userId: string): Promise<{ readonly id: string | undefined; readonly clientId: string }[]>

  /** Who belongs to groups, roles, organizations. */
  readonly directory: Directory
  /** Aliases of the identity providers that a user's account is linked with. Role: view-users. */
  linkedProviders(userId: string): Promise<string[]>

  /**
   * Names of the roles of a client that a user has, or of realm roles without a client: direct, by group and by composite.
   * Role: view-users.
   */
  effectiveRoles(userId: string, clientUuid?: string): Promise<string[]>

  /** Client sessions by client; clients without sessions are absent. Role: view-realm. */
  sessionCounts(): Promise<SessionCount[]>
  /**
   * One page of all online sessions of the realm: from 26.7 on also those in which no client takes part. Slow: with
   * 4,000 sessions a page of 1,000 takes 1.4 to 1.8 s, and with 100,000 it fails (26.7.4). Role: view-realm.
   */
  realmSessions(page: { readonly first: number; readonly max: number }): Promise<Session[]>
  /** One page of a client's sessions. Role: view-clients. */
  clientSessions(clientUuid: string, page: SessionPage): Promise<Session[]>
  /** The number of sessions of a client. Role: view-clients. */
  countClientSessions(clientUuid: string, kind: { offline: boolean }): Promise<number>

  /**
   * Ends one session; Keycloak notifies its clients one by one during the request. `gone` if it does not exist;
   * `unclear` if it does not exist after an attempt that was answered with 5xx or whose answer was lost: that attempt
   * may have ended it. Role: manage-users.
   * @throws {UserError} `still-running` (6) after the timeout; the operation continues in the server
   */
  endSession(id: string, kind: EndKind): Promise<'ended' | 'gone' | 'unclear'>
  /**
   * Ends the remaining online sessions of a user and sets the user's not-before. With `onRepeat` over a kept connection,
   * and again at once over another if the server had closed that. Role: manage-users.
   */
  logoutUser(userId: string, request?: EndRequest): Promise<void>
  /** Role: manage-users. */
  setUserEnabled(userId: string, enabled: boolean): Promise<void>
  /** Keycloak's own logout of the realm. Its answer about delivery is wrong and not returned. Role: manage-users. */
  logoutRealm(traceparent?: string): Promise<void>
  /** Pushes the realm's not-before; reports Admin URLs correctly. Role: manage-realm. */
  pushRevocation(): Promise<PushResult>
  /** Makes Keycloak call a client's Admin URL with `k_test_available`; reports it correctly. Role: manage-clients. */
  testNodes(clientUuid: string): Promise<PushResult>
  /**
   * Sends an SSF receiver the CAEP event session-revoked for a session that has ended (experimental in 26.7). `dispatched`
   * means that it is in the outbox, not that it arrived. Role: manage-clients.
   */
  emitSessionRevoked(
    receiver: { readonly clientId: string; readonly issuer: string },
    session: { readonly id: string; readonly userId: string; readonly at: number },
  ): Promise<{ readonly status: string; readonly jti: string | undefined }>
  /** What the outbox says of an event: `PENDING`, `DELIVERED`, `DEAD_LETTER`, … Role: view-clients. */
  securityEvent(clientId: string, jti: string): Promise<SecurityEventState>
  /** Sets the realm's not-before (seconds since the epoch; 0 clears). Role: manage-realm. */
  setRealmNotBefore(seconds: number): Promise<void>
  /** The realm's public keys. Needs no role. */
  keys(): Promise<{ keys: Record<string, unknown>[] }>
  /** The realm's discovery document. Needs no role. */
  discovery(): Promise<Readonly<Record<string, unknown>>>

  /** clientIds of the clients that a user has given consent or an offline token to. Role: view-users. */
  consentsOf(userId: string): Promise<string[]>
  /** Deletes a user, with sessions, and without a notification (26.7.4). Role: manage-users. */
  deleteUser(userId: string): Promise<void>
  /** Revokes a user's consent and offline tokens at a client without a notification. Role: manage-users. */
  revokeConsent(userId: string, clientId: string): Promise<'revoked' | 'gone'>
  /** Sets a client's own not-before (seconds since the epoch; 0 clears). Role: manage-clients. */
  setClientNotBefore(clientUuid: string, seconds: number): Promise<void>
  /** Pushes a client's own not-before to its Admin URL; reports it correctly. Role: manage-clients. */
  pushClientRevocation(clientUuid: string): Promise<PushResult>

  /** Stored user events, newest first. Role: view-events. An unknown type makes Keycloak answer 500. */
  events(query: EventQuery): Promise<UserEvent[]>
  /** Stored admin events, newest first. Role: view-events. */
  adminEvents(query: AdminEventQuery): Promise<AdminEvent[]>
  /** The identity providers above the realm. Role: view-identity-providers. */
  identityProviders(): Promise<IdentityProvider[]>
  /** Which events are stored. Role: view-events. */
  eventsConfig(): Promise<EventsConfig>
  /** Changes only these fields. Roles: view-events and manage-events. */
  setEventsConfig(changes: Partial<EventsConfig>): Promise<void>
  /** The server's version; undefined where the caller may not read it. Role: any; manage-realm for the version. */
  serverInfo(): Promise<{ readonly version: string | undefined }>
}
