import type { Client, Session } from '../core/model.ts'
import { interrupted, UserError } from '../errors.ts'
import type { Keycloak } from '../keycloak/keycloak.ts'
import { type PageRead, readPage, type UnreadableSessions } from './read-page.ts'
import { unlessClientDeleted } from './unless-client-deleted.ts'
import { hasSafeId } from './unreadable-clients.ts'

export interface ReadOptions {
  readonly offline: boolean
  /** Number of client sessions by internal client id, if known. Decides which pages are read in parallel. */
  readonly expected: ReadonlyMap<string, number>
  readonly signal: AbortSignal
  /** Called after each page with the number of client sessions read so far. */
  readonly onRead?: (read: number) => void
  /** Called for sessions that Keycloak fails to list; the others are read. Without it, they are an error. */
  readonly onUnreadable?: (client: Client, unreadable: UnreadableSessions) => void
}

/** Keycloak returns 1,000 sessions in 0.3 to 1.2 s at any offset; 4 parallel requests were best (measured, 26.7.4). */
const PAGE_SIZE = 1000
const PARALLEL_REQUESTS = 4

/**
 * Reads the sessions of these clients, each session once, pages in parallel. Uses `clients/{id}/user-sessions`, because
 * the realm's session list becomes slower with each page and fails at 100,000 sessions (measured).
 *
 * Sessions that start or end during the read may be missing: for a complete list, read again until nothing is new.
 * Sessions whose clients were all deleted are in no list. Clients with an unsafe id are left out (`unreadableClients`).
 *
 * @param visit called once for each session; it should keep as little of it as possible
 * @throws {UserError} `interrupted`: the sessions read so far are incomplete; `unreadable` (1) without `onUnreadable`
 */
export async function readClientSessions(
  clients: readonly Client[],
  keycloak: Pick<Keycloak, 'clientSessions'>,
  { offline, expected, signal, onRead, onUnreadable = throwUnreadable }: ReadOptions,
  visit: (session: Session) => void | Promise<void>,
): Promise<void> {
  const seen = new Set<string>()
  let read = 0
  const pages = pagesOf(
    clients.filter(({ id }) => hasSafeId(id)),
    expected,
  )

  async function visitNew(sessions: readonly Session[]): Promise<void> {
    for (const session of sessions) {
      if (seen.has(session.id)) continue
      seen.add(session.id)
      // No await without a promise: 1,000 awaits per page would keep the pages of all requests in memory.
      const visiting = visit(session)
      if (visiting) await visiting
    }
  }

  async function worker(): Promise<void> {
    for (const { client, isLast, ...start } of pages) {
      for (let first = start.first; ; first += PAGE_SIZE) {
        if (signal.aborted) throw interrupted(signal)
        const page = { offline, first, max: PAGE_SIZE }
        const { sessions, unreadable } = await unlessClientDeleted(readPage(client.id, page, keycloak), EMPTY)
        if (unreadable) onUnreadable(client, unreadable)
        read += sessions.length
        await visitNew(sessions)
        onRead?.(read)
        // There may be more sessions than expected: after the last page, read on until a page is not full.
        const isFull = sessions.length + (unreadable?.count ?? 0) >= PAGE_SIZE
        if (!isLast || !isFull) break
      }
    }
  }
  await Promise.all(Array.from({ length: PARALLEL_REQUESTS }, worker))
}

const EMPTY: PageRead = { sessions: [], unreadable: undefined }

function throwUnreadable({ clientId }: Client, { reason }: UnreadableSessions): never {
  throw new UserError('unreadable', `Client ${clientId}: ${reason}`, {
    hint: "Look for the reason in Keycloak's log.",
  })
}

interface Page {
  readonly client: Client
  readonly first: number
  /** The last expected page of this client. */
  readonly isLast: boolean
}

function* pagesOf(clients: readonly Client[], expected: ReadonlyMap<string, number>): Generator<Page> {
  for (const client of clients) {
    const count = Math.max(1, Math.ceil((expected.get(client.id) ?? 0) / PAGE_SIZE))
    for (let page = 0; page < count; page++)
      yield { client, first: page * PAGE_SIZE, isLast: page === count - 1 }
  }
}
