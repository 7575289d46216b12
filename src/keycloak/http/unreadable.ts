import { UserError } from '../../errors.ts'

/** Codes of answers that concern one list, not the whole server: 400, 500, and a success that is not the list. */
const CODES = new Set(['refused', 'server-error', 'bad-answer'])

/**
 * Reads a list. Where only this list cannot be read, the error has the code `unreadable`, so that a caller can go on
 * with the others. One user who was removed from LDAP while signed in makes the session list of a client fail (26.6.4).
 * @param what the list, as words that follow "for"
 * @throws {UserError} `unreadable` (1) with the reason; any other failure as it is
 */
export async function readable<T>(what: string, read: (what: string) => Promise<T>): Promise<T> {
  try {
    return await read(what)
  } catch (error) {
    if (!concernsOneList(error)) throw error
    const reason = error.message.replace(/\.$/, '')
    throw new UserError('unreadable', `Cannot read ${what}: ${reason}.`, {
      exitCode: error.exitCode,
      hint: "Look for the reason in Keycloak's log.",
      cause: error,
    })
  }
}

/** Could another list still be read after this failure? */
export const concernsOneList = (error: unknown): error is UserError =>
  error instanceof UserError && CODES.has(error.code)

/** Is this the failure of one list, as `readable` throws it? */
export const isUnreadable = (error: unknown): error is UserError =>
  error instanceof UserError && error.code === 'unreadable'
