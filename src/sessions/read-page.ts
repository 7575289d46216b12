import type { Session } from '../core/model.ts'
import { isUnreadable } from '../keycloak/http/unreadable.ts'
import type { Keycloak, SessionPage } from '../keycloak/keycloak.ts'

/** Sessions that Keycloak fails to list. */
export interface UnreadableSessions {
  /** Undefined if unknown: at least one. */
  readonly count: number | undefined
  readonly reason: string
}

export interface PageRead {
  readonly sessions: readonly Session[]
  readonly unreadable: UnreadableSessions | undefined
}

/** One unreadable session of 1,000 takes about ten failed requests to find. */
const MAX_FAILED_REQUESTS = 30

/**
 * Reads one page of the sessions of a client. If Keycloak fails to list it, reads ever smaller parts down to single
 * sessions, so that one bad session does not hide the others (a user who was removed from LDAP while signed in, 26.6.4).
 * Gives up on the rest of the page after 30 failed requests.
 * @throws {UserError} any failure that is not about this list alone
 */
export async function readPage(
  clientUuid: string,
  page: SessionPage,
  keycloak: Pick<Keycloak, 'clientSessions'>,
): Promise<PageRead> {
  const first = await attempt(clientUuid, page, keycloak)
  if (typeof first !== 'string') return { sessions: first, unreadable: undefined }
  const search = { failed: 1, reason: first }
  const parts = await readParts(clientUuid, page, keycloak, search)
  const missing = parts.flatMap(({ unreadable }) => (unreadable ? [unreadable.count] : []))
  const count = missing.reduce(
    (sum, part) => (sum === undefined || part === undefined ? undefined : sum + part),
    0,
  )
  return {
    sessions: parts.flatMap(({ sessions }) => sessions),
    unreadable: missing.length === 0 ? undefined : { count, reason: search.reason },
  }
}

interface Search {
  failed: number
  readonly reason: string
}

/** Reads both halves of a page that failed. */
async function readParts(
  clientUuid: string,
  { offline, first, max }: SessionPage,
  keycloak: Pick<Keycloak, 'clientSessions'>,
  search: Search,
): Promise<PageRead[]> {
  const giveUp = (count: number | undefined): PageRead[] => [
    { sessions: [], unreadable: { count, reason: search.reason } },
  ]
  if (max === 1) return giveUp(1)
  if (search.failed >= MAX_FAILED_REQUESTS) return giveUp(undefined)
  const half = Math.ceil(max / 2)
  const halves = [
    { offline, first, max: half, retry: false },
    { offline, first: first + half, max: max - half, retry: false },
  ]
  const parts: PageRead[] = []
  for (const part of halves) {
    const read = await attempt(clientUuid, part, keycloak)
    if (typeof read !== 'string') parts.push({ sessions: read, unreadable: undefined })
    else {
      search.failed++
      parts.push(...(await readParts(clientUuid, part, keycloak, search)))
    }
  }
  return parts
}

/** The sessions of a page, or why it is unreadable. */
async function attempt(
  clientUuid: string,
  page: SessionPage,
  keycloak: Pick<Keycloak, 'clientSessions'>,
): Promise<Session[] | string> {
  try {
    return await keycloak.clientSessions(clientUuid, page)
  } catch (error) {
    if (isUnreadable(error)) return error.message
    throw error
  }
}
