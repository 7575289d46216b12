import { UserError } from '../../errors.ts'
import { list, record, requireNumber } from '../http/json.ts'
import type { Keycloak } from '../keycloak.ts'
import type { Admin } from './admin.ts'
import { limitHeap } from './limit-heap.ts'
import { toSession, toSessionCount } from './representations.ts'

type Sessions = Pick<
  Keycloak,
  | 'sessionsOf'
  | 'offlineSessionsOf'
  | 'sessionCounts'
  | 'clientSessions'
  | 'countClientSessions'
  | 'endSession'
  | 'logoutUser'
>

const REALM = '/admin/realms/{realm}'
const WHAT = 'a list of sessions'
/** A page with so many is one of a large realm. */
const MANY = 1000

export function sessionsOf({ client, realm, call, act, own, ownAct }: Admin): Sessions {
  return {
    sessionsOf: (id) =>
      call(
        {
          method: 'GET',
          path: `${REALM}/users/{user}/sessions`,
          params: { user: ['user', id] },
          what: 'the sessions of a user',
          role: 'view-users',
        },
        async () =>
          list(await client.users.listSessions({ realm, id }), WHAT, (from) => toSession(from, false)),
      ),

    offlineSessionsOf: (id, clientUuid) =>
      call(
        {
          method: 'GET',
          path: `${REALM}/users/{user}/offline-sessions/{client}`,
          params: { user: ['user', id], client: ['client', clientUuid] },
          what: 'the offline sessions of a user',
          role: 'view-users',
        },
        async () =>
          list(await client.users.listOfflineSessions({ realm, id, clientId: clientUuid }), WHAT, (from) =>
            toSession(from, true),
          ),
      ),

    sessionCounts: () =>
      call(
        {
          method: 'GET',
          path: `${REALM}/client-session-stats`,
          what: 'the numbers of sessions',
          role: 'view-realm',
        },
        async () =>
          list(
            await client.realms.getClientSessionStats({ realm }),
            'a list of session counts',
            toSessionCount,
          ),
      ),

    clientSessions: (id, { offline, first, max }) =>
      call(
        {
          method: 'GET',
          path: `${REALM}/clients/{client}/${offline ? 'offline-sessions' : 'user-sessions'}`,
          params: { client: ['client', id] },
          what: 'the sessions of a client',
          role: 'view-clients',
        },
        async () => {
          const page = { realm, id, first, max }
          const found = offline ? client.clients.listOfflineSessions(page) : client.clients.listSessions(page)
          const sessions = list(await found, WHAT, (from) => toSession(from, offline))
          if (sessions.length >= MANY) limitHeap()
          return sessions
        },
      ),

    // The admin client has a method for online sessions only.
    countClientSessions: async (id, { offline }) => {
      const answer = await own({
        method: 'GET',
        path: `${REALM}/clients/{client}/${offline ? 'offline-session-count' : 'session-count'}`,
        params: { client: ['client', id] },
        what: 'the number of sessions of a client',
        role: 'view-clients',
      })
      return requireNumber(record(answer, 'a number of sessions').count, 'a number of sessions')
    },

    async endSession(id, { offline, traceparent }) {
      let isRepeated = false
      try {
        // By ourselves: there may be 100,000 of them, and the library's way of making a request costs more than half of
        // it and leaves garbage that only a full collection takes (measured).
        await ownAct(
          {
            method: 'DELETE',
            path: `${REALM}/sessions/{session}`,
            params: { session: ['session', id] },
            what: `ending the ${offline ? 'offline ' : ''}session ${id}`,
            role: 'manage-users',
            act: true,
            traceparent,
            // A session that is gone is gone: asking again does no harm.
            repeatable: true,
            onRepeat: () => {
              isRepeated = true
            },
          },
          { query: { isOffline: String(offline) } },
        )
        return 'ended'
      } catch (error) {
        if (error instanceof UserError && error.code === 'session-not-found')
          return isRepeated ? 'ended' : 'gone'
        throw error
      }
    },

    logoutUser: (id, traceparent) =>
      act(
        {
          method: 'POST',
          path: `${REALM}/users/{user}/logout`,
          params: { user: ['user', id] },
          what: 'the logout of a user',
          role: 'manage-users',
          act: true,
          traceparent,
        },
        () => client.users.logout({ realm, id }),
      ),
  }
}
