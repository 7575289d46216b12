import type { Client, Realm, Session, User } from '../../core/model.ts'
import { type Channel, type Reason, reach } from '../../core/reach.ts'

/** What was found of one person before anything is done. */
export interface Person {
  readonly user: User
  /** Online and offline ones. */
  readonly sessions: readonly Session[]
}

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

export interface PlannedClient {
  readonly clientId: string
  readonly channel: Channel
  readonly url: string | null
  readonly expectation: 'notified' | 'not-notified'
  readonly reason?: Reason
  /** Sessions of the plan that this client takes part in. */
  readonly sessions: number
  /** Seconds for which an access token of this client may still be accepted by those that check it by themselves. */
  readonly accessTokenLifespan: number | null
  /** Not asked for with `--client`, but loses its session with it. */
  readonly alongside: boolean
}

export interface PersonPlan {
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
  readonly people: readonly PersonPlan[]
}

/** What tells who hears of an ended session, and how long that matters. */
export interface RealmFacts {
  readonly realm: Pick<Realm, 'accessTokenLifespan'>
  readonly clients: readonly Client[]
}

interface Facts extends RealmFacts {
  readonly realm: Realm
  readonly ownSessionId: string | undefined
}

/**
 * Decides which sessions end and who will be told. A choice of sessions or clients sets no not-before, as that would
 * reach the person's other sessions' tokens too.
 */
export function planUserLogout(people: readonly Person[], choice: UserChoice, facts: Facts): UserPlan {
  return { realm: facts.realm.name, people: people.map((person) => planPerson(person, choice, facts)) }
}

function planPerson({ user, sessions }: Person, choice: UserChoice, facts: Facts): PersonPlan {
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

/** The clients that take part in these sessions, those that will not be told first. */
export function plannedClients(
  sessions: readonly Session[],
  { clients, realm }: RealmFacts,
  asked?: readonly string[],
): PlannedClient[] {
  const counts = new Map<string, number>()
  for (const session of sessions)
    for (const { id } of session.clients) counts.set(id, (counts.get(id) ?? 0) + 1)
  return clients
    .filter(({ id }) => counts.has(id))
    .map((client) => {
      const { channel, url, notified, reason } = reach(client, 'user')
      return {
        clientId: client.clientId,
        channel,
        url,
        expectation: notified ? ('notified' as const) : ('not-notified' as const),
        ...(reason ? { reason } : {}),
        sessions: counts.get(client.id) ?? 0,
        accessTokenLifespan: client.accessTokenLifespan ?? realm.accessTokenLifespan ?? null,
        alongside: Boolean(asked?.length) && !asked?.includes(client.clientId),
      }
    })
    .sort(
      (a, b) =>
        Number(a.expectation === 'notified') - Number(b.expectation === 'notified') ||
        a.clientId.localeCompare(b.clientId),
    )
}
