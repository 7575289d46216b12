import type { Context } from '../cli/context.ts'
import type { Session } from '../core/model.ts'
import { EXIT, interrupted, UserError } from '../errors.ts'
import { isUnreadable } from '../keycloak/http/unreadable.ts'
import type { Keycloak } from '../keycloak/keycloak.ts'

export interface SessionsWithoutClient {
  readonly sessions: readonly Session[]
  /** The whole list of the realm was read. */
  readonly isComplete: boolean
}

const PAGE_SIZE = 1000

/**
 * Reads the online sessions in which no client takes part: of an impersonation, of a deleted client, after a revoked
 * consent. They are in no list by client and no application is notified of them, but the browser signs in to any client
 * without a password. Only the list of all sessions of the realm has them, and it is slow: reads its first pages.
 * @param maxRead sessions to read at most
 */
export async function readSessionsWithoutClient(
  keycloak: Pick<Keycloak, 'realmSessions' | 'capabilities'>,
  { signal }: Pick<Context, 'signal'>,
  maxRead: number,
): Promise<SessionsWithoutClient> {
  const sessions: Session[] = []
  const { listsSessionsWithoutClient } = await keycloak.capabilities()
  if (!listsSessionsWithoutClient) return { sessions, isComplete: false }
  for (let first = 0; first < maxRead; first += PAGE_SIZE) {
    if (signal.aborted) throw interrupted(signal)
    const page = await pageIfReadable(keycloak, first)
    if (!page) return { sessions, isComplete: false }
    sessions.push(...page.filter(({ clients }) => clients.length === 0))
    if (page.length < PAGE_SIZE) return { sessions, isComplete: true }
  }
  return { sessions, isComplete: false }
}

async function pageIfReadable(
  keycloak: Pick<Keycloak, 'realmSessions'>,
  first: number,
): Promise<Session[] | undefined> {
  try {
    return await keycloak.realmSessions({ first, max: PAGE_SIZE })
  } catch (error) {
    if (isUnreadable(error)) return undefined
    if (error instanceof UserError && (error.exitCode === EXIT.denied || error.exitCode === EXIT.notFound))
      return undefined
    throw error
  }
}
