import type { Context } from '../../cli/context.ts'
import { EXIT, UserError } from '../../errors.ts'
import type { UserWithSessions } from '../../sessions/read-user-sessions.ts'
import { formatNumber, pluralize } from '../../util/format.ts'

const MAX_IDS_SHOWN = 5

/**
 * Checks that the sessions given with `--session` belong to these users. With users from a list (stdin), some sessions
 * have usually ended since the list was made, so missing ones are only a warning.
 * @throws {UserError} `session-not-found` (5); for a list only if all are missing
 */
export function requireSessions(
  sessionIds: readonly string[],
  users: readonly UserWithSessions[],
  { realm, isList }: { readonly realm: string; readonly isList: boolean },
  { print }: Pick<Context, 'print'>,
): void {
  const found = new Set(users.flatMap(({ sessions }) => sessions.map(({ id }) => id)))
  const distinct = [...new Set(sessionIds)]
  const missing = distinct.filter((id) => !found.has(id))
  if (missing.length === 0) return
  if (!isList || missing.length === distinct.length)
    throw new UserError(
      'session-not-found',
      `${users.length === 1 ? 'This user has' : 'These users have'} no session "${missing[0]}" in realm ${realm}.`,
      {
        exitCode: EXIT.notFound,
        hint: 'It may have already ended. `kc-logout sessions --user USER --list` lists the sessions of a user.',
      },
    )
  const shown = missing.slice(0, MAX_IDS_SHOWN).join(', ') + (missing.length > MAX_IDS_SHOWN ? ', …' : '')
  const were = missing.length === 1 ? 'was' : 'were'
  print.warn(
    `${formatNumber(missing.length)} of the ${pluralize(distinct.length, 'session')} given ${were} not found: ${shown}.`,
  )
}
