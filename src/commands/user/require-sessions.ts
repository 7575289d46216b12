import type { Context } from '../../cli/context.ts'
import { EXIT, UserError } from '../../errors.ts'
import type { UserWithSessions } from '../../sessions/read-user-sessions.ts'
import { formatNumber, pluralize } from '../../util/format.ts'

/** So many ids of sessions that are not there are named. */
const SHOWN = 5

/**
 * `--session` names sessions of these people. Of a list that a program made some have always ended by now, which is
 * warned of; whoever typed one that is not there mistyped it.
 * @throws {UserError} `session-not-found` (5), of a list only when none of it is there
 */
export function requireSessions(
  named: readonly string[],
  people: readonly UserWithSessions[],
  { realm, isList }: { readonly realm: string; readonly isList: boolean },
  { print }: Pick<Context, 'print'>,
): void {
  const found = new Set(people.flatMap(({ sessions }) => sessions.map(({ id }) => id)))
  const asked = [...new Set(named)]
  const unknown = asked.filter((id) => !found.has(id))
  if (unknown.length === 0) return
  if (!isList || unknown.length === asked.length)
    throw new UserError(
      'session-not-found',
      `No session "${unknown[0]}" of ${people.length === 1 ? 'this person' : 'these people'} in realm ${realm}.`,
      {
        exitCode: EXIT.notFound,
        hint: '`kc-logout sessions --user WHO --list` lists them. It may have ended already.',
      },
    )
  const some = unknown.slice(0, SHOWN).join(', ') + (unknown.length > SHOWN ? ', …' : '')
  const are = unknown.length === 1 ? 'is' : 'are'
  print.warn(
    `${formatNumber(unknown.length)} of the ${pluralize(asked.length, 'session')} that are named ${are} not there: ${some}.`,
  )
}
