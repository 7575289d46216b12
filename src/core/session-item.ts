import type { Session } from './model.ts'

/** A session as lists and results show it: times in ISO 8601, clients by clientId. */
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
