import { UserError } from '../errors.ts'

/** Awaits the sessions of a client. Returns an empty list if the client was deleted in the meantime. */
export async function emptyIfClientDeleted<T>(sessions: Promise<T[]>): Promise<T[]> {
  try {
    return await sessions
  } catch (error) {
    if (error instanceof UserError && error.code === 'client-not-found') return []
    throw error
  }
}
