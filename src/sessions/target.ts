import type { Client, Session } from '../core/model.ts'
import { reach } from '../core/reach.ts'

/** A session to end, as small as possible, because there may be 100,000 of them. */
export interface SessionTarget {
  readonly id: string
  readonly offline: boolean
  readonly userId: string
  readonly username: string
  /** When the user session began, milliseconds since the epoch. */
  readonly start: number
  /** Internal ids of the clients of this session. Shared between targets. */
  readonly clients: readonly string[]
  /** Client ids of the clients that Keycloak notifies, which may slow it down. Shared between targets. */
  readonly notified: readonly string[]
}

/** Returns a function that turns sessions into targets. Targets with the same clients share their lists. */
export function targetMapper(clients: readonly Client[]): (session: Session) => SessionTarget {
  const notified = new Set(clients.filter((client) => reach(client, 'user').notified).map(({ id }) => id))
  const shared = new Map<string, Pick<SessionTarget, 'clients' | 'notified'>>()
  return ({ id, offline, userId, username, start, clients: involved }) => {
    const key = involved.map((client) => client.id).join(' ')
    let lists = shared.get(key)
    if (!lists) {
      lists = {
        clients: involved.map((client) => client.id),
        notified: involved.filter((client) => notified.has(client.id)).map(({ clientId }) => clientId),
      }
      shared.set(key, lists)
    }
    return { id, offline, userId, username, start, ...lists }
  }
}
