import type { Client, Session } from '../core/model.ts'
import { interrupted } from '../errors.ts'
import type { Keycloak } from '../keycloak/keycloak.ts'
import { emptyIfClientDeleted } from './unless-client-deleted.ts'
import { hasSafeId } from './unreadable-clients.ts'

export interface ReadOptions {
  readonly offline: boolean
  /** Number of client sessions by internal client id, if known. Decides which pages are read in parallel. */
  readonly expected: ReadonlyMap<string, number>
  readonly signal: AbortSignal
  /** Called after each page with the number of client sessions read so far. */
  readonly onRead?: (read: number) => void
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
 * @throws {UserError} `interrupted`: the sessions read so far are incomplete
 */
export async function readClientSessions(
  clients: readonly Client[],
  keycloak: Pick<Keycloak, 'clientSessions'>,
  { offline, expected, signal, onRead }: ReadOptions,
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
    for (const { client, isLast, ...page } of pages) {
      for (let first = page.first; ; first += PAGE_SIZE) {
        if (signal.aborted) throw interrupted(signal)
        const sessions = await emptyIfClientDeleted(
          keycloak.clientSessions(client.id, { offline, first, max: PAGE_SIZE }),
        )
        read += sessions.length
        await visitNew(sessions)
        onRead?.(read)
        // There may be more sessions than expected: after the last page, read on until a page is not full.
        if (!isLast || sessions.length < PAGE_SIZE) break
      }
    }
  }
  await Promise.all(Array.from({ length: PARALLEL_REQUESTS }, worker))
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
