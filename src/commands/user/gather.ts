import type { Context } from '../../cli/context.ts'
import type { Criteria } from '../../core/choice.ts'
import type { Client } from '../../core/model.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import { chooseUsers } from '../../sessions/choose/choose-users.ts'
import { SessionChoice } from '../../sessions/choose/session-choice.ts'
import { SessionFilter } from '../../sessions/choose/session-filter.ts'
import { type LookupField, readGiven } from '../../sessions/find-users.ts'
import { readExpiredParts } from '../../sessions/read-expired-parts.ts'
import { readUpstreams } from '../../sessions/read-upstreams.ts'
import { readSessions, type UserWithSessions } from '../../sessions/read-user-sessions.ts'
import { requireClients } from '../../sessions/require-clients.ts'
import { warnUnreadable } from '../../sessions/unreadable-clients.ts'
import { pluralize } from '../../util/format.ts'
import { findGiven, refuseOtherRealms, warnMissing } from './find-given.ts'
import type { UserFacts } from './plan.ts'
import { requireSessions } from './require-sessions.ts'

/** One run of `user`: what was read before anything is changed. */
export interface UserRun {
  readonly keycloak: Keycloak
  readonly ctx: Context
  readonly users: readonly UserWithSessions[]
  readonly facts: UserFacts
  readonly choice: SessionChoice
  /** Users (id) of whom only single sessions were listed on stdin, and the keys of these sessions. */
  readonly listed: ReadonlyMap<string, ReadonlySet<string>>
}

interface Request {
  readonly names: readonly string[]
  readonly by: LookupField | undefined
  readonly sessionIds: readonly string[]
  readonly criteria: Criteria
  readonly acceptUnnotified: readonly string[]
  /** Called with names that nobody has; without it they are an error. */
  readonly onUnknown?: ((names: readonly string[]) => void) | undefined
  /** The same for names of --exclude-user. */
  readonly onUnknownExcluded?: ((names: readonly string[]) => void) | undefined
}

/**
 * Signs in and reads users, sessions, clients and realm. Changes nothing.
 * @throws {UserError} `user-not-found`, `client-not-found`, `session-not-found` (5), `ambiguous-user` (2)
 */
export async function gather(
  { names, by, sessionIds, criteria, acceptUnnotified, onUnknown, onUnknownExcluded }: Request,
  ctx: Context,
): Promise<UserRun> {
  const given = names.length > 0 ? await readGiven(names, ctx.files) : undefined
  if (given) refuseOtherRealms(given, (await ctx.settings()).realm?.value)
  const keycloak = await ctx.keycloak()
  const [{ named, listed }, clients, realm] = await Promise.all([
    findGiven(given, by, keycloak, { ctx, onUnknown }),
    keycloak.clients(),
    keycloak.realmInfo(),
  ])
  const chosen = await chooseUsers(criteria.users, clients, keycloak, onUnknownExcluded)
  const found = (named ?? [...(chosen.users?.values() ?? [])]).filter(({ id }) => chosen.includes(id))
  const unreadable = new Set<Pick<Client, 'id' | 'clientId'>>()
  const read = await readSessions(found, clients, keycloak, (client) => unreadable.add(client))
  warnDeleted(found.length - read.length, ctx)
  const inSessions = sessionsOfAll(read).flatMap((session) => session.clients)
  requireClients([...criteria.sessions.clientIds, ...acceptUnnotified], [...clients, ...inSessions], keycloak)
  const filter = new SessionFilter(criteria.sessions, (await keycloak.serverTime()) ?? ctx.now())
  const choice = new SessionChoice(chosen, filter)
  for (const session of sessionsOfAll(read)) choice.count(session)
  // A group may have thousands of members without a session that is chosen.
  const isShown = ({ sessions }: UserWithSessions) =>
    named !== undefined || choice.isEverySession || sessions.some((session) => choice.matches(session))
  const shown = read.filter(isShown)
  const expired = await readExpiredParts(shown, { clients, realm }, keycloak, ctx)
  const upstreams = await readUpstreams(
    shown.map(({ user }) => user),
    keycloak,
  )
  const users = shown.map((one, i) => ({
    ...one,
    upstreams: upstreams[i] ?? [],
    expired: expired.parts.filter(({ userId }) => userId === one.user.id),
  }))
  warnUnreadable([...unreadable], ctx, 'offline sessions')
  warnMissing(listed, users, ctx)
  requireSessions(sessionIds, users, { realm: keycloak.realm, isList: names.includes('-') }, ctx)
  const facts = {
    realm,
    clients,
    ownSessionId: await keycloak.ownSessionId(),
    expiredUnread: expired.isIncomplete,
  }
  return { keycloak, ctx, users, facts, choice, listed }
}

const sessionsOfAll = (read: readonly UserWithSessions[]) => read.flatMap(({ sessions }) => sessions)

function warnDeleted(count: number, { print }: Pick<Context, 'print'>): void {
  if (count > 0)
    print.warn(
      `${pluralize(count, 'user')} ${count === 1 ? 'was' : 'were'} deleted while sessions were read.`,
    )
}
