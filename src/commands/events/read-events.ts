import pMap from 'p-map'
import {
  fromAdminEvent,
  fromUserEvent,
  LOGOUT_EVENT_TYPES,
  type LogoutEvent,
} from '../../core/events/logout-events.ts'
import type { User } from '../../core/model.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'

/** Which events to read. */
export interface EventsQuery {
  /** Milliseconds since the epoch. */
  readonly since: number
  readonly clientId: string | undefined
  readonly user: User | undefined
}

const PAGE = 100
const DAY = 86_400_000
/** At most this many events. */
const MOST = 10_000
const MOST_NAMES = 500
const WIDTH = 8

/**
 * Returns stored user and admin events about logouts, oldest first. Keycloak takes dates in its own time zone, so the
 * request begins one whole day earlier. With a client there are no admin events: they name no client.
 * @returns `isCut` if there were more than can be shown; the newest are kept
 */
export async function readEvents(
  { since, clientId, user }: EventsQuery,
  keycloak: Pick<Keycloak, 'events' | 'adminEvents'>,
): Promise<{ events: LogoutEvent[]; isCut: boolean }> {
  // No event is older than 1970, and Keycloak reads no year of five digits or before the first.
  const dateFrom = new Date(Math.max(0, since - DAY)).toISOString().slice(0, 10)
  const userEvents = await pages(since, (page) =>
    keycloak.events({
      types: LOGOUT_EVENT_TYPES,
      dateFrom,
      ...page,
      ...(clientId === undefined ? {} : { clientId }),
      ...(user ? { userId: user.id } : {}),
    }),
  )
  const adminEvents =
    clientId === undefined
      ? await pages(since, (page) =>
          keycloak.adminEvents({
            operations: ['ACTION', 'DELETE'],
            resourceTypes: ['USER', 'USER_SESSION', 'REALM'],
            dateFrom,
            ...page,
          }),
        )
      : []
  const events = [
    ...userEvents.map(fromUserEvent),
    ...adminEvents
      .map(fromAdminEvent)
      .filter((event) => event !== undefined && (!user || event.userId === user.id)),
  ].filter((event) => event !== undefined)
  return {
    events: events.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0)),
    isCut: userEvents.length >= MOST || adminEvents.length >= MOST,
  }
}

async function pages<T extends { readonly time: number; readonly id: string | undefined }>(
  since: number,
  read: (page: { first: number; max: number }) => Promise<readonly T[]>,
): Promise<T[]> {
  const found: T[] = []
  const known = new Set<string>()
  for (let first = 0; first < MOST; first += PAGE) {
    const page = await read({ first, max: PAGE })
    // New events move the last ones of a page to the next page. Before 26.4 events have no id.
    const keys = page.map((event) => event.id ?? JSON.stringify(event))
    found.push(...page.filter(({ time }, i) => time >= since && !known.has(keys[i] ?? '')))
    for (const key of keys) known.add(key)
    // Newest first: after one that is too old all are.
    if (page.length < PAGE || page.some(({ time }) => time < since)) break
  }
  return found
}

/** Adds the usernames of users who still exist, as far as the caller may see them. */
export async function withNames(
  events: readonly LogoutEvent[],
  keycloak: Pick<Keycloak, 'findUserById'>,
  known: Map<string, string | undefined> = new Map(),
): Promise<LogoutEvent[]> {
  const ids = new Set(events.map(({ userId }) => userId).filter((id) => id !== undefined && !known.has(id)))
  await pMap(
    [...ids].slice(0, MOST_NAMES),
    async (id) => {
      // Without view-users the events are shown without names.
      const user = id === undefined ? undefined : await keycloak.findUserById(id).catch(() => undefined)
      if (id !== undefined) known.set(id, user?.username)
    },
    { concurrency: WIDTH },
  )
  return events.map((event) => {
    const username = event.userId === undefined ? undefined : known.get(event.userId)
    return username === undefined ? event : { ...event, username }
  })
}
