import type { Session } from '../../core/model.ts'
import { UserError } from '../../errors.ts'
import { list, record, requireNumber } from '../http/json.ts'
import { readable } from '../http/unreadable.ts'
import type { EndKind, EndRequest, Keycloak, SessionPage } from '../keycloak.ts'
import type { Admin } from './admin.ts'
import { limitHeap } from './limit-heap.ts'
import { toSession, toSessionCount } from './representations.ts'

type Sessions = Pick<
  Keycloak,
  | 'sessionsOf'
  | 'offlineSessionsOf'
  | 'sessionCounts'
  | 'realmSessions'
  | 'clientSessions'
  | 'countClientSessions'
  | 'endSession'
  | 'logoutUser'
>

const REALM = '/admin/realms/{realm}'
const SESSIONS = 'a list of sessions'
/** A page of this many sessions is one of a large realm. */
const LARGE_PAGE = 1000

export const sessionsOf = (admin: Admin): Sessions => ({
  sessionsOf: (id) => userSessions(admin, id),
  offlineSessionsOf: (id, clientUuid) => userOfflineSessions(admin, id, clientUuid),
  sessionCounts: () => sessionCounts(admin),
  realmSessions: (page) => realmSessions(admin, page),
  clientSessions: (id, page) => clientSessions(admin, id, page),
  countClientSessions: (id, kind) => countClientSessions(admin, id, kind),
  endSession: (id, kind) => endSession(admin, id, kind),
  logoutUser: (id, request) => logoutUser(admin, id, request),
})

/*
 * What is sent thousands of times goes without the admin client: its way to make a request costs more than half of the
 * request and leaves garbage that only a full collection frees (measured).
 */

const userSessions = ({ own }: Admin, id: string) =>
  readable('the sessions of a user', async (what) => {
    const found = await own({
      method: 'GET',
      path: `${REALM}/users/{user}/sessions`,
      params: { user: ['user', id] },
      what,
      role: 'view-users',
    })
    return list(found, SESSIONS, (from) => toSession(from, false))
  })

const userOfflineSessions = ({ client, realm, call }: Admin, id: string, clientUuid: string) =>
  readable('the offline sessions of a user', (what) =>
    call(
      {
        method: 'GET',
        path: `${REALM}/users/{user}/offline-sessions/{client}`,
        params: { user: ['user', id], client: ['client', clientUuid] },
        what,
        role: 'view-users',
      },
      async () => {
        const found = await client.users.listOfflineSessions({ realm, id, clientId: clientUuid })
        return list(found, SESSIONS, (from) => toSession(from, true))
      },
    ),
  )

const sessionCounts = ({ client, realm, call }: Admin) =>
  call(
    {
      method: 'GET',
      path: `${REALM}/client-session-stats`,
      what: 'the numbers of sessions',
      role: 'view-realm',
    },
    async () =>
      list(await client.realms.getClientSessionStats({ realm }), 'a list of session counts', toSessionCount),
  )

/** Of the Admin Console; the admin client has no method for it. */
const realmSessions = ({ own }: Admin, { first, max }: { first: number; max: number }) =>
  readable('the sessions of the realm', async (what) => {
    const answer = await own(
      { method: 'GET', path: `${REALM}/ui-ext/sessions`, what, role: 'view-realm' },
      { query: { type: 'REGULAR', first: String(first), max: String(max) } },
    )
    return list(answer, SESSIONS, (from) => toSession(from, false))
  })

const clientSessions = (
  { client, realm, call }: Admin,
  id: string,
  { offline, first, max, retry = true }: SessionPage,
): Promise<Session[]> =>
  readable(offline ? 'the offline sessions of a client' : 'the sessions of a client', (what) =>
    call(
      {
        method: 'GET',
        path: `${REALM}/clients/{client}/${offline ? 'offline-sessions' : 'user-sessions'}`,
        params: { client: ['client', id] },
        what,
        role: 'view-clients',
        repeatable: retry,
      },
      async () => {
        const page = { realm, id, first, max }
        const found = offline ? client.clients.listOfflineSessions(page) : client.clients.listSessions(page)
        const sessions = list(await found, SESSIONS, (from) => toSession(from, offline))
        if (sessions.length >= LARGE_PAGE) limitHeap()
        return sessions
      },
    ),
  )

/** The admin client has a method for online sessions only. */
const countClientSessions = ({ own }: Admin, id: string, { offline }: { offline: boolean }) =>
  readable('the number of sessions of a client', async (what) => {
    const answer = await own({
      method: 'GET',
      path: `${REALM}/clients/{client}/${offline ? 'offline-session-count' : 'session-count'}`,
      params: { client: ['client', id] },
      what,
      role: 'view-clients',
    })
    return requireNumber(record(answer, 'a number of sessions').count, 'a number of sessions')
  })

async function endSession(
  { ownAct }: Admin,
  id: string,
  { offline, traceparent, onRepeat }: EndKind,
): Promise<'ended' | 'gone' | 'unclear'> {
  let isRepeated = false
  try {
    await ownAct(
      {
        method: 'DELETE',
        path: `${REALM}/sessions/{session}`,
        params: { session: ['session', id] },
        what: `ending the ${offline ? 'offline ' : ''}session ${id}`,
        role: 'manage-users',
        act: true,
        traceparent,
        // A second DELETE of the same session does nothing.
        repeatable: true,
        onRepeat: () => {
          isRepeated = true
          onRepeat?.()
        },
      },
      { query: { isOffline: String(offline) } },
    )
    return 'ended'
  } catch (error) {
    if (error instanceof UserError && error.code === 'session-not-found')
      return isRepeated ? 'unclear' : 'gone'
    throw error
  }
}

const logoutUser = ({ ownAct }: Admin, id: string, { traceparent, onRepeat }: EndRequest = {}) =>
  ownAct({
    method: 'POST',
    path: `${REALM}/users/{user}/logout`,
    params: { user: ['user', id] },
    what: 'the logout of a user',
    role: 'manage-users',
    act: true,
    traceparent,
    onRepeat,
  })
