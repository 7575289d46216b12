import { UserError } from '../errors.ts'

/** Awaits the sessions of a client. Returns an empty list if the client was deleted in the meantime. */
export const emptyIfClientDeleted = <T>(sessions: Promise<T[]>): Promise<T[]> =>
  unlessClientDeleted(sessions, [])

/** Awaits what is read of a client. Returns `otherwise` if the client was deleted in the meantime. */
export async function unlessClientDeleted<T>(read: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await read
  } catch (error) {
    if (error instanceof UserError && error.code === 'client-not-found') return otherwise
    throw error
  }
}
