import pMap from 'p-map'
import type { Context } from '../../cli/context.ts'
import type { User } from '../../core/model.ts'
import { sessionKey } from '../../core/session-key.ts'
import { usageError } from '../../errors.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import type { Listed } from '../../sessions/choose/read-listed.ts'
import { findUsers, type LookupField } from '../../sessions/find-users.ts'
import type { UserWithSessions } from '../../sessions/read-user-sessions.ts'
import { formatNumber, pluralize } from '../../util/format.ts'

/** The users of the command line and of stdin. */
export interface Given {
  /** Undefined if none were given: then the options alone choose. */
  readonly named: readonly User[] | undefined
  /** Users (id) of whom only single sessions were listed, and the keys of these sessions. */
  readonly listed: ReadonlyMap<string, ReadonlySet<string>>
}

const PARALLEL_REQUESTS = 8

/**
 * Finds the users that were named, and those of listed sessions. A user who was also named is logged out as a whole. The
 * user of a listed session may have been deleted since: that is a warning.
 * @throws {UserError} `user-not-found` (5), `ambiguous-user` (2) for names
 */
export async function findGiven(
  given: Listed | undefined,
  by: LookupField | undefined,
  keycloak: Pick<Keycloak, 'findUsers' | 'findUserById' | 'realm'>,
  {
    ctx,
    onUnknown,
  }: {
    readonly ctx: Pick<Context, 'print'>
    /** Called with names that nobody has; without it they are an error. */
    readonly onUnknown?: ((names: readonly string[]) => void) | undefined
  },
): Promise<Given> {
  if (!given) return { named: undefined, listed: new Map() }
  const named = await findUsers(given.names, by, keycloak, onUnknown)
  const names = new Set(named.map(({ id }) => id))
  const listed = new Map<string, Set<string>>()
  for (const session of given.sessions) {
    if (names.has(session.userId)) continue
    const keys = listed.get(session.userId) ?? new Set()
    listed.set(session.userId, keys.add(sessionKey(session)))
  }
  const found = await pMap(listed.keys(), (id) => keycloak.findUserById(id), {
    concurrency: PARALLEL_REQUESTS,
  })
  const users = found.filter((user) => user !== undefined)
  const gone = found.length - users.length
  if (gone > 0)
    ctx.print.warn(`${pluralize(gone, 'user')} of the list no longer ${gone === 1 ? 'exists' : 'exist'}.`)
  return { named: [...named, ...users], listed }
}

/**
 * Refuses sessions that another realm listed: their users would not be found, as if they had been deleted.
 * @param target undefined if it is missing, which signing in reports
 * @throws {UserError} `bad-list` (2)
 */
export function refuseOtherRealms({ sessions }: Listed, target: string | undefined): void {
  const other = sessions.find(({ realm }) => realm !== undefined && realm !== target)?.realm
  if (target === undefined || other === undefined) return
  throw usageError(
    'bad-list',
    `A session of stdin is of realm ${other}, but the target realm is ${target}.`,
    'Run once for each realm, with the lines of this realm. Nothing was changed.',
  )
}

/** Warns that some of the listed sessions have ended since. */
export function warnMissing(
  listed: Given['listed'],
  users: readonly UserWithSessions[],
  { print }: Pick<Context, 'print'>,
): void {
  const active = new Set(users.flatMap(({ sessions }) => sessions.map(sessionKey)))
  const keys = [...listed.values()].flatMap((some) => [...some])
  const missing = keys.filter((key) => !active.has(key)).length
  if (missing === 0) return
  const have = missing === 1 ? 'has' : 'have'
  print.warn(
    `${formatNumber(missing)} of the ${pluralize(keys.length, 'session')} listed ${have} already ended.`,
  )
}
