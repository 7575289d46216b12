import type { Realm, Session, User } from '../../core/model.ts'
import type { PlannedClient, RealmFacts, UnnotifiedParts } from '../../core/planned-client.ts'
import { sessionKey } from '../../core/session-key.ts'
import { plannedWithReceivers } from '../../core/ssf.ts'
import type { Upstream } from '../../core/upstream.ts'
import type { ExpiredPart } from '../../sessions/read-expired-parts.ts'
import type { UserWithSessions } from '../../sessions/read-user-sessions.ts'

export interface UserChoice {
  /** Only these sessions; empty: all. With `clientIds`, both must match. */
  readonly sessionIds: readonly string[]
  /** Only sessions that involve one of these clients (clientId); empty: all. */
  readonly clientIds: readonly string[]
  /** Only sessions that these options choose, too; undefined: all. */
  readonly chooses?: ((session: Session) => boolean) | undefined
  /** Users (id) of whom only single sessions were listed, and the keys of these sessions (`sessionKey`). */
  readonly listed?: ReadonlyMap<string, ReadonlySet<string>>
  /** End offline sessions too. */
  readonly offlineSessions: boolean
  /** Set no not-before, so that offline tokens stay valid. */
  readonly keepOfflineSessions: boolean
  readonly disable: boolean
  /** Revoke all consents after the logout. */
  readonly revokeConsents?: boolean
  /** Delete the user after the logout. Implies `disable` and `offlineSessions`. */
  readonly delete?: boolean
  /** Of an online and an offline session with one id, end only the online one: Keycloak cannot end the other. */
  readonly onlineOnlyIfBoth: boolean
}

/** What will be done for one user. */
export interface PlannedUser {
  readonly user: User
  /** The sessions to end. */
  readonly sessions: readonly Session[]
  /** The user's other sessions. */
  readonly staying: readonly Session[]
  readonly clients: readonly PlannedClient[]
  readonly unnotified: UnnotifiedParts
  readonly upstreams: readonly Upstream[]
  /** Keycloak's own logout of the user comes last: it sets the not-before that invalidates offline tokens. */
  readonly setsNotBefore: boolean
  readonly disables: boolean
  readonly revokesConsents: boolean
  readonly deletes: boolean
  /** The session of this sign-in is one of those to end. */
  readonly endsOwnSession: boolean
}

export interface UserPlan {
  readonly users: readonly PlannedUser[]
}

export interface UserFacts extends RealmFacts {
  readonly realm: Realm
  readonly ownSessionId: string | undefined
  /** Not every list that shows expired client sessions was read. */
  readonly expiredUnread: boolean
}

/**
 * Decides which sessions end and which clients will be notified. A choice of sessions sets no not-before,
 * because that would also invalidate the tokens of the user's other sessions.
 */
export function planUsers(
  users: readonly UserWithSessions[],
  choice: UserChoice,
  facts: UserFacts,
): UserPlan {
  return { users: users.map((user) => planUser(user, choice, facts)) }
}

/** The users for whom something is planned. */
export const usersToChange = ({ users }: UserPlan): User[] =>
  users
    .filter(
      ({ sessions, setsNotBefore, disables, revokesConsents }) =>
        sessions.length > 0 || setsNotBefore || disables || revokesConsents,
    )
    .map(({ user }) => user)

function planUser(
  { user, sessions, expired = [], upstreams = [] }: UserWithSessions,
  choice: UserChoice,
  facts: UserFacts,
): PlannedUser {
  const listed = choice.listed?.get(user.id)
  const chosen = chosenOf(sessions, choice, listed)
  const isOwn = ({ id, offline }: Session) => !offline && id === facts.ownSessionId
  const isEverything =
    choice.sessionIds.length === 0 &&
    choice.clientIds.length === 0 &&
    choice.chooses === undefined &&
    listed === undefined
  const setsNotBefore = isEverything && !choice.keepOfflineSessions
  const staying = sessions.filter((session) => !chosen.includes(session))
  const stopping = setsNotBefore ? staying.filter(({ offline }) => offline) : []
  const ends = ({ sessionId, offline }: ExpiredPart) =>
    chosen.some((session) => session.id === sessionId && session.offline === offline)
  const unnotified = {
    expired: expired
      .filter((part) => ends(part) || (part.offline && setsNotBefore) || isNamed(part, choice))
      .map(({ client }) => client),
    invalidated: stopping.flatMap(({ clients }) => clients),
  }
  return {
    user,
    // The own session comes last: without it, the access token cannot end the others.
    sessions: [...chosen].sort((a, b) => Number(isOwn(a)) - Number(isOwn(b))),
    staying,
    clients: plannedWithReceivers(chosen, facts, choice.clientIds, unnotified),
    unnotified,
    upstreams,
    setsNotBefore,
    disables: choice.disable,
    revokesConsents: choice.revokeConsents === true,
    deletes: choice.delete === true,
    endsOwnSession: chosen.some(isOwn),
  }
}

/** The sessions of a client given with `--client` do not end where its part has expired, but it is named. */
const isNamed = ({ client, sessionId }: ExpiredPart, { clientIds, sessionIds }: UserChoice) =>
  clientIds.includes(client.clientId) && (sessionIds.length === 0 || sessionIds.includes(sessionId))

function chosenOf(
  sessions: readonly Session[],
  choice: UserChoice,
  listed: ReadonlySet<string> | undefined,
): Session[] {
  const chosen = sessions.filter((session) => isChosen(session, choice, listed))
  if (!choice.onlineOnlyIfBoth) return chosen
  const online = new Set(chosen.filter(({ offline }) => !offline).map(({ id }) => id))
  return chosen.filter(({ id, offline }) => !offline || !online.has(id))
}

function isChosen(session: Session, choice: UserChoice, listed: ReadonlySet<string> | undefined): boolean {
  const { sessionIds, clientIds, offlineSessions } = choice
  if (clientIds.length > 0 && !session.clients.some(({ clientId }) => clientIds.includes(clientId)))
    return false
  if (choice.chooses?.(session) === false) return false
  if (listed?.has(sessionKey(session)) === false) return false
  // A session that was named is also chosen if it is offline.
  if (sessionIds.length > 0) return sessionIds.includes(session.id)
  return listed !== undefined || offlineSessions || !session.offline
}
