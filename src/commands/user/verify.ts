import pMap from 'p-map'
import type { Session, User } from '../../core/model.ts'
import { readSessions } from '../../sessions/read-user-sessions.ts'
import type { UserRun } from './gather.ts'

const PARALLEL_USERS = 8

/** Reads the active sessions of each user again, in the same order. A deleted user has none. */
export const verify = (users: readonly User[], run: UserRun): Promise<Session[][]> =>
  pMap(users, (user) => activeSessions(user, run), { concurrency: PARALLEL_USERS })

async function activeSessions(user: User, { facts, keycloak }: UserRun): Promise<Session[]> {
  const found = await readSessions([user], facts.clients, keycloak)
  return found.flatMap(({ sessions }) => sessions)
}
