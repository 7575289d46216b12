import type { Certainty } from './client-result.ts'
import type { Session } from './model.ts'

/** Returns a session as lists show it: times in ISO 8601, clients by clientId. */
export const sessionItem = (session: Session) => ({
  id: session.id,
  offline: session.offline,
  userId: session.userId,
  username: session.username,
  ipAddress: session.ipAddress ?? null,
  started: new Date(session.start).toISOString(),
  lastAccess: new Date(session.lastAccess).toISOString(),
  clients: session.clients.map(({ clientId }) => clientId),
})

export type SessionItem = ReturnType<typeof sessionItem>

/** The head of a table of sessions as CSV. */
export const SESSION_COLUMNS = [
  'realm',
  'id',
  'offline',
  'userId',
  'username',
  'ipAddress',
  'started',
  'lastAccess',
  'clients',
] as const

/** The cells of a session, in the order of `SESSION_COLUMNS`; clients are separated by spaces. */
export function sessionCells(realm: string, session: Session): readonly string[] {
  const { id, offline, userId, username, ipAddress, started, lastAccess, clients } = sessionItem(session)
  return [
    realm,
    id,
    String(offline),
    userId,
    username,
    ipAddress ?? '',
    started,
    lastAccess,
    clients.join(' '),
  ]
}

/** A session in the plan or result of `user`; times in ISO 8601. */
export interface SessionEntry {
  readonly id: string
  readonly offline: boolean
  readonly started: string
  readonly lastAccess: string
  readonly ipAddress: string | null
  readonly clients: readonly string[]
  readonly ended: boolean
  /** Whether the plan ends it. */
  readonly planned: boolean
  /** An offline session that stays listed but stops working: its tokens become invalid. null if unknown. */
  readonly invalidated?: Certainty
}
