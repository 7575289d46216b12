import type { Client, Realm, SessionCount } from '../../core/model.ts'
import type { Upstream } from '../../core/upstream.ts'
import type { SessionChoice } from '../../sessions/choose/session-choice.ts'
import type { UnreadableSessions } from '../../sessions/read-page.ts'
import type { SessionsWithoutClient } from '../../sessions/read-sessions-without-client.ts'
import type { SessionTarget } from '../../sessions/target.ts'
import type { HoldBackMode } from './options.ts'

/** Which sessions to end and by which steps: the options, with users resolved to their ids. */
export interface AllChoice {
  /** Keycloak's own realm logout alone. */
  readonly realmStepOnly: boolean
  readonly noRealmStep: boolean
  /** Only sessions that involve one of these clients (clientId). Empty: all sessions. */
  readonly clientIds: readonly string[]
  /** The sessions to end. `clientIds` is a part of it. */
  readonly chosen: SessionChoice
  readonly offlineSessions: boolean
  readonly keepOfflineSessions: boolean
  readonly cutOffFirst: boolean
  readonly forceRealmStep: boolean
  /** Absent: `no`. */
  readonly holdBack?: HoldBackMode
  /** Sources of evidence are watched. Absent: none. */
  readonly withEvidence?: boolean
}

/** `unsupported`: this version of Keycloak does not list them. */
export type WithoutClient = SessionsWithoutClient | 'unsupported'

/** The chosen sessions of a realm in compact form: there may be 100,000 of them. */
export interface RealmSessions {
  /** By session id. */
  readonly targets: ReadonlyMap<string, SessionTarget>
  readonly userIds: ReadonlySet<string>
  /** Number of sessions by internal client id. */
  readonly byClient: ReadonlyMap<string, number>
  /** Clients of which Keycloak failed to list sessions. */
  readonly unread: ReadonlyMap<Client, UnreadableSessions>
}

/** The realm as it was read before the operation. */
export interface RealmSnapshot {
  readonly choice: AllChoice
  readonly clients: readonly Client[]
  readonly realm: Realm
  readonly ownSessionId: string | undefined
  /** Does Keycloak's own logout of a user notify each session? Undefined: unknown. */
  readonly userLogoutNotifiesEachSession: boolean | undefined
  /** Milliseconds that the server's clock is ahead of ours. */
  readonly serverTimeOffset: number
  /** When it was read, by the server's clock, milliseconds since the epoch. */
  readonly readAt: number
  readonly online: RealmSessions
  readonly offline: RealmSessions
  /** Clients whose sessions could not all be read: those that no other client shares are missing from all numbers. */
  readonly unreadable: readonly Client[]
  /** Clients with sessions that the caller may not view. */
  readonly notVisible: readonly SessionCount[]
  /** Those found are among the online sessions; undefined with a choice of clients. */
  readonly withoutClient: WithoutClient | undefined
  /** Identity providers that users sign in with. */
  readonly upstreams: readonly Upstream[]
}
