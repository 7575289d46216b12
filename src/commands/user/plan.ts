import type { Realm, Session, User } from '../../core/model.ts'
import { type PlannedClient, plannedClients, type RealmFacts } from '../../core/planned-client.ts'
import type { UserWithSessions } from '../../sessions/read-user-sessions.ts'

export interface UserChoice {
  /** Only these sessions; with `clientIds` too, only those of them. */
  readonly sessionIds?: readonly string[]
  /** Only sessions that involve one of these clients (clientId). */
  readonly clientIds?: readonly string[]
  /** End offline sessions too. */
  readonly offlineSessions: boolean
  /** Set no not-before, so that offline tokens stay usable. */
  readonly keepOfflineSessions: boolean
  readonly disable: boolean
  /** Keycloak cannot end an offline session by itself: of two with one id, the online one is chosen. */
  readonly onlineTwinsOnly: boolean
}

export interface PlannedUser {
  readonly user: User
  /** The sessions to end. */
  readonly sessions: readonly Session[]
  /** Sessions that were found and stay. */
  readonly staying: readonly Session[]
  readonly clients: readonly PlannedClient[]
  /** Ends with Keycloak's logout of the person, which sets the not-before that makes offline tokens unusable. */
  readonly setsNotBefore: boolean
  readonly disables: boolean
  /** The session this program signed in with is among those to end. */
  readonly endsOwnSession: boolean
}

export interface UserPlan {
  readonly realm: string
  readonly users: readonly PlannedUser[]
}

interface Facts extends RealmFacts {
  readonly realm: Realm
  readonly ownSessionId: string | undefined
}

/**
 * Decides which sessions end and who will be told. A choice of sessions or clients sets no not-before, as that would
 * reach the person's other sessions' tokens too.
 */
export function planUsers(people: readonly UserWithSessions[], choice: UserChoice, facts: Facts): UserPlan {
  return { realm: facts.realm.name, users: people.map((person) => planUser(person, choice, facts)) }
}

function planUser({ user, sessions }: UserWithSessions, choice: UserChoice, facts: Facts): PlannedUser {
  const chosen = chosenOf(sessions, choice)
  const isOwn = ({ id, offline }: Session) => !offline && id === facts.ownSessionId
  // One's own session last: its end makes the token useless with which the others are ended.
  const ordered = [...chosen].sort((a, b) => Number(isOwn(a)) - Number(isOwn(b)))
  const everything = !choice.sessionIds?.length && !choice.clientIds?.length
  return {
    user,
    sessions: ordered,
    staying: sessions.filter((session) => !chosen.includes(session)),
    clients: plannedClients(chosen, facts, choice.clientIds),
    setsNotBefore: everything && !choice.keepOfflineSessions,
    disables: choice.disable,
    endsOwnSession: chosen.some(isOwn),
  }
}

function chosenOf(sessions: readonly Session[], choice: UserChoice): Session[] {
  const chosen = sessions.filter((session) => isChosen(session, choice))
  if (!choice.onlineTwinsOnly) return chosen
  const online = new Set(chosen.filter(({ offline }) => !offline).map(({ id }) => id))
  return chosen.filter(({ id, offline }) => !offline || !online.has(id))
}

function isChosen(session: Session, { sessionIds, clientIds, offlineSessions }: UserChoice): boolean {
  if (clientIds?.length && !session.clients.some(({ clientId }) => clientIds.includes(clientId))) return false
  // Who names a session means it, whichever kind it is.
  return sessionIds?.length ? sessionIds.includes(session.id) : offlineSessions || !session.offline
}
