import { UserError } from '../errors.ts'

/** What was asked about the sessions of a client: none, where somebody has deleted the client meanwhile. */
export async function emptyIfClientDeleted<T>(asked: Promise<T[]>): Promise<T[]> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof UserError && error.code === 'client-not-found') return []
    throw error
  }
}
