import { decodeJwt } from 'jose'
import type { TestRealm } from '../realm.ts'
import type { Received } from '../receiver.ts'

/** A session as the server's own API shows it. */
export interface TrueSession {
  readonly id: string
  readonly offline: boolean
  readonly username: string
  /** Client ids of the parts that live. */
  readonly active: readonly string[]
  /** The same, with those that only the lists by client have: expired ones. */
  readonly listed: readonly string[]
}

interface Listed {
  readonly id: string
  readonly username: string
  readonly clients: Readonly<Record<string, string>>
}

/** All sessions of a realm, online and offline, from each list that has some of them. */
export async function sessionsOf(realm: TestRealm): Promise<TrueSession[]> {
  const users = await realm.get<{ id: string }[]>('/users?max=100')
  const clients = await realm.get<{ id: string; clientId: string }[]>('/clients')
  const found = new Map<string, TrueSession>()
  const add = (session: Listed, offline: boolean, isActive: boolean, only?: string) => {
    const key = `${offline} ${session.id}`
    const { id, username } = session
    const known = found.get(key) ?? { id, offline, username, active: [], listed: [] }
    const parts = only === undefined ? Object.values(session.clients) : [only]
    const active = isActive ? [...new Set([...known.active, ...parts])] : known.active
    found.set(key, { ...known, active, listed: [...new Set([...known.listed, ...parts])] })
  }
  for (const user of users) {
    for (const session of await realm.get<Listed[]>(`/users/${user.id}/sessions`)) add(session, false, true)
    for (const { id, clientId } of clients)
      for (const session of await realm.get<Listed[]>(`/users/${user.id}/offline-sessions/${id}`))
        add(session, true, true, clientId)
  }
  for (const { id, clientId } of clients)
    for (const [kind, offline] of [
      ['user-sessions', false],
      ['offline-sessions', true],
    ] as const)
      for (const session of await realm.get<Listed[]>(`/clients/${id}/${kind}?max=1000`))
        add(session, offline, false, clientId)
  return [...found.values()]
}

/** One call of Keycloak to an application, as the application saw it. */
export interface Call {
  readonly clientId: string
  readonly kind: 'logout-token' | 'saml' | 'admin-url'
  /** The session; undefined for a call to an Admin URL, which is for all of them. */
  readonly sessionId: string | undefined
}

/**
 * The logout calls among the requests; the first segment of a path is the client id. Keycloak's realm logout also posts
 * `k_logout` to the processing URL of a SAML client, which does not understand it.
 */
export const callsAmong = (requests: readonly Received[]): Call[] =>
  requests.flatMap((request): Call[] => {
    const clientId = /^\/([^/?]+)/.exec(request.path)?.[1] ?? ''
    const form = new URLSearchParams(request.body)
    const token = form.get('logout_token')
    if (token) return [{ clientId, kind: 'logout-token', sessionId: String(decodeJwt(token).sid) }]
    const saml = form.get('SAMLRequest')
    const xml = saml ? Buffer.from(saml, 'base64').toString('utf8') : request.body
    const index = /<[\w:]*SessionIndex[^>]*>([^<]+)</.exec(xml)?.[1]
    if (index) return [{ clientId, kind: 'saml', sessionId: index.split('::')[0] }]
    if (!clientId.startsWith('saml') && request.path.split('?')[0]?.endsWith('/k_logout'))
      return [{ clientId, kind: 'admin-url', sessionId: undefined }]
    return []
  })
