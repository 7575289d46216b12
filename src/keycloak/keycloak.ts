import type { Client, LogoutSettings, PushResult, Realm, Session, SessionCount, User } from '../core/model.ts'
import type { Role } from '../core/roles.ts'
import type { Capabilities } from './capabilities.ts'
import type { AdminEvent, AdminEventQuery, EventQuery, EventsConfig, UserEvent } from './event.ts'

/** Who signed in, by which client, to which realm; undefined where neither the sign-in nor the token says. */
export interface Caller {
  readonly username: string | undefined
  readonly clientId: string | undefined
  readonly loginRealm: string | undefined
}

/**
 * The questions that kc-logout asks of one realm, and the acts it asks for. Each names the role of `realm-management`
 * that is enough for it. Every method throws a `UserError` with the exit code of the contract when Keycloak refuses or
 * cannot be reached; none repeats a request that is not idempotent; ids are checked before they become a path.
 */
export interface Keycloak {
  /** The realm acted on. */
  readonly realm: string
  /** The server's base URL with its base path, without a trailing slash. */
  readonly server: string
  /** What this server's version does differently. Needs no role beyond being signed in. */
  capabilities(): Promise<Capabilities>
  /**
   * May the caller do what this role of `realm-management` allows, in the whole realm? Undefined where neither the
   * token nor harmless reads tell. Sends GETs only, each once. Needs no role.
   */
  hasRole(role: Role): Promise<boolean | undefined>
  /** Who is signed in, as far as the sign-in or the token says. Sends no request of its own. */
  caller(): Promise<Caller>
  /** The session that this program itself signed in with, when the access token names one and it is of this realm. */
  ownSessionId(): Promise<string | undefined>

  /**
   * The server's clock, milliseconds since the epoch, at most about two seconds behind and never ahead; undefined where
   * it cannot be told. Needs no role.
   */
  serverTime(): Promise<number | undefined>

  /** Roles: any; without `view-realm` most fields are undefined. */
  realmInfo(): Promise<Realm>
  /** All clients. Role: view-clients. An empty answer means a missing role and throws. */
  clients(): Promise<Client[]>
  /** Exact clientId. Role: view-clients. `undefined` when there is none. */
  findClient(clientId: string): Promise<Client | undefined>
  /** The client as Keycloak represents it, unreduced. Role: view-clients. */
  rawClient(id: string): Promise<Readonly<Record<string, unknown>>>
  /**
   * PUTs just these settings and the present `frontchannelLogout`; everything else of the client stays as it is.
   * Role: manage-clients.
   */
  updateClient(id: string, changes: Partial<LogoutSettings> & { frontchannelLogout: boolean }): Promise<void>

  /** Whoever this might name: by id, username and e-mail address, compared exactly but without case. Role: view-users. */
  findUsers(who: string): Promise<User[]>
  /** Role: view-users. */
  findUserById(id: string): Promise<User | undefined>
  /** Online sessions. Role: view-users. */
  sessionsOf(userId: string): Promise<Session[]>
  /** Offline sessions of one person at one client. Roles: view-users, and view-clients to know the client's id. */
  offlineSessionsOf(userId: string, clientUuid: string): Promise<Session[]>
  /** clientIds at which the person holds offline tokens. Role: view-users. */
  offlineClientsOf(userId: string): Promise<string[]>

  /** Client sessions by client; clients without any are absent. Role: view-realm. */
  sessionCounts(): Promise<SessionCount[]>
  /** One page of a client's sessions. Role: view-clients. */
  clientSessions(
    clientUuid: string,
    page: { offline: boolean; first: number; max: number },
  ): Promise<Session[]>
  /** Client sessions of one client. Role: view-clients. */
  countClientSessions(clientUuid: string, kind: { offline: boolean }): Promise<number>

  /**
   * Ends one session; Keycloak tells its clients one after another while we wait. Answers `gone` when there was none:
   * not where the request had been sent before and its answer was lost or a 5xx, as that one has most likely ended it.
   * Throws `still-running` (exit 6) when the answer outlasts the time-out: the act then goes on in the server.
   * Role: manage-users.
   */
  endSession(
    id: string,
    kind: { offline: boolean; traceparent?: string | undefined },
  ): Promise<'ended' | 'gone'>
  /** Ends what is left of a person's online sessions and sets the person's not-before. Role: manage-users. */
  logoutUser(userId: string, traceparent?: string): Promise<void>
  /** Role: manage-users. */
  setUserEnabled(userId: string, enabled: boolean): Promise<void>
  /** Keycloak's own logout of the realm. What it says about delivery is not true (see docs) and is not returned. Role: manage-users. */
  logoutRealm(traceparent?: string): Promise<void>
  /** Pushes the realm's not-before; truthful about Admin URLs. Role: manage-realm. */
  pushRevocation(): Promise<PushResult>
  /** Makes Keycloak call a client's Admin URL with `k_test_available`; truthful. Role: manage-clients. */
  testNodes(clientUuid: string): Promise<PushResult>
  /** Sets the realm's not-before (seconds since the epoch; 0 clears). Role: manage-realm. */
  setRealmNotBefore(seconds: number): Promise<void>
  /** The realm's public keys. Needs no role. */
  keys(): Promise<{ keys: Record<string, unknown>[] }>
  /** The realm's discovery document. Needs no role. */
  discovery(): Promise<Readonly<Record<string, unknown>>>

  /** Revokes a person's consent and offline tokens at a client, telling nobody. Role: manage-users. */
  revokeConsent(userId: string, clientId: string): Promise<'revoked' | 'gone'>
  /** Sets a client's own not-before (seconds since the epoch; 0 clears). Role: manage-clients. */
  setClientNotBefore(clientUuid: string, seconds: number): Promise<void>
  /** Pushes a client's own not-before to its Admin URL; truthful. Role: manage-clients. */
  pushClientRevocation(clientUuid: string): Promise<PushResult>

  /** Stored events of people, newest first. Role: view-events. An unknown type makes Keycloak fail with 500. */
  events(query: EventQuery): Promise<UserEvent[]>
  /** Stored events of administrators, newest first. Role: view-events. */
  adminEvents(query: AdminEventQuery): Promise<AdminEvent[]>
  /** What is stored at all. Role: view-events. */
  eventsConfig(): Promise<EventsConfig>
  /** Changes just these fields. Roles: view-events and manage-events. */
  setEventsConfig(changes: Partial<EventsConfig>): Promise<void>
  /** The server's version; undefined where this caller may not read it. Role: any; the version wants manage-realm. */
  serverInfo(): Promise<{ readonly version: string | undefined }>
}
