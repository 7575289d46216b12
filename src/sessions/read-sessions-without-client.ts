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

/**
 * Reads the online sessions in which no client takes part: of an impersonation, of a deleted client, after a revoked
 * consent. They are in no list by client and no application is notified of them, but the browser signs in to any client
 * without a password. Only the list of all sessions of the realm has them. It is slow, and Keycloak reads all earlier
 * sessions again for each page (26.7.4): so one page is read.
 * @param maxRead sessions to read at most; Keycloak takes about a millisecond for each
 */
export async function readSessionsWithoutClient(
  keycloak: Pick<Keycloak, 'realmSessions' | 'capabilities'>,
  { signal }: Pick<Context, 'signal'>,
  maxRead: number,
): Promise<SessionsWithoutClient> {
  const { listsSessionsWithoutClient } = await keycloak.capabilities()
  if (signal.aborted) throw interrupted(signal)
  const listed = listsSessionsWithoutClient ? await listIfReadable(keycloak, maxRead) : undefined
  return {
    sessions: listed?.filter(({ clients }) => clients.length === 0) ?? [],
    isComplete: listed !== undefined && listed.length < maxRead,
  }
}

async function listIfReadable(
  keycloak: Pick<Keycloak, 'realmSessions'>,
  max: number,
): Promise<Session[] | undefined> {
  try {
    return await keycloak.realmSessions({ first: 0, max })
  } catch (error) {
    if (isUnreadable(error)) return undefined
    if (error instanceof UserError && (error.exitCode === EXIT.denied || error.exitCode === EXIT.notFound))
      return undefined
    throw error
  }
}
