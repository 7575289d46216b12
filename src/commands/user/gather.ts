import type { Context } from '../../cli/context.ts'
import type { Client } from '../../core/model.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import { findUsers, type LookupField, readUserNames } from '../../sessions/find-users.ts'
import { readExpiredParts } from '../../sessions/read-expired-parts.ts'
import { readUpstreams } from '../../sessions/read-upstreams.ts'
import { readSessions, type UserWithSessions } from '../../sessions/read-user-sessions.ts'
import { requireClients } from '../../sessions/require-clients.ts'
import { warnUnreadable } from '../../sessions/unreadable-clients.ts'
import type { UserFacts } from './plan.ts'
import { requireSessions } from './require-sessions.ts'

/** One run of `user`: what was read before anything is changed. */
export interface UserRun {
  readonly keycloak: Keycloak
  readonly ctx: Context
  readonly users: readonly UserWithSessions[]
  readonly facts: UserFacts
}

interface Request {
  readonly names: readonly string[]
  readonly by: LookupField | undefined
  readonly sessionIds: readonly string[]
  readonly clientIds: readonly string[]
  readonly acceptUnnotified: readonly string[]
}

/**
 * Signs in and reads users, sessions, clients and realm. Changes nothing.
 * @throws {UserError} `user-not-found`, `client-not-found`, `session-not-found` (5), `ambiguous-user` (2)
 */
export async function gather(
  { names, by, sessionIds, clientIds, acceptUnnotified }: Request,
  ctx: Context,
): Promise<UserRun> {
  const userNames = await readUserNames(names, ctx.files)
  const keycloak = await ctx.keycloak()
  const [found, clients, realm] = await Promise.all([
    findUsers(userNames, by, keycloak),
    keycloak.clients(),
    keycloak.realmInfo(),
  ])
  const unreadable = new Set<Pick<Client, 'id' | 'clientId'>>()
  const read = await readSessions(found, clients, keycloak, (client) => unreadable.add(client))
  const inSessions = read.flatMap(({ sessions }) => sessions.flatMap((session) => session.clients))
  requireClients([...clientIds, ...acceptUnnotified], [...clients, ...inSessions], keycloak)
  const expired = await readExpiredParts(read, { clients, realm }, keycloak, ctx)
  const upstreams = await readUpstreams(found, keycloak)
  const users = read.map((one, i) => ({
    ...one,
    upstreams: upstreams[i] ?? [],
    expired: expired.parts.filter(({ userId }) => userId === one.user.id),
  }))
  warnUnreadable([...unreadable], ctx, 'offline sessions')
  requireSessions(sessionIds, users, { realm: keycloak.realm, isList: names.includes('-') }, ctx)
  const facts = {
    realm,
    clients,
    ownSessionId: await keycloak.ownSessionId(),
    expiredUnread: expired.isIncomplete,
  }
  return { keycloak, ctx, users, facts }
}
