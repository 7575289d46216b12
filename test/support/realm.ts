import { randomBytes } from 'node:crypto'
import { type Admin, adminOf } from './admin.ts'
import type { Answer, SendOptions } from './http.ts'
import type { KeycloakServer } from './keycloak/server.ts'

/** A client as a test describes it; what is not said is a public client that people can sign in to and is told nothing. */
export interface ClientSpec {
  clientId: string
  backchannelLogoutUrl?: string
  /** Default true where there is a Backchannel Logout URL, so that logout tokens carry a `sid`. */
  sessionRequired?: boolean
  revokeOfflineTokens?: boolean
  adminUrl?: string
  frontchannelLogout?: boolean
  frontchannelLogoutUrl?: string
  rootUrl?: string
  redirectUris?: readonly string[]
  enabled?: boolean
  protocol?: string
  publicClient?: boolean
  /** Default for a client that is not public: {@link secretOf}. */
  secret?: string
  /** Gives the client a service account with these roles of `realm-management`. */
  serviceAccountRoles?: readonly string[]
  /** Anything else of Keycloak's representation; wins. */
  representation?: Record<string, unknown>
  attributes?: Record<string, string>
}

export interface UserSpec {
  username: string
  /** Default: {@link PASSWORD}. */
  password?: string
  /** Default: `<username>@example.test`; null for none (the realm's profile may then ask for it at sign-in). */
  email?: string | null
  enabled?: boolean
  /** Roles of `realm-management`. */
  adminRoles?: readonly string[]
  representation?: Record<string, unknown>
}

/** Each sign-in costs the server a hash: 210,000 rounds in 24, which no test is about. */
export const QUICK_PASSWORDS = 'hashAlgorithm(pbkdf2-sha256) and hashIterations(1)'

/** The password of everybody who was given no other. */
export const PASSWORD = 'correct horse'

export function secretOf(clientId: string): string {
  return `secret-of-${clientId}`
}

/** Where browsers are sent back to after signing in at a client that was given no redirect URIs of its own. */
function defaultRedirectUri(clientId: string): string {
  return `http://app.test/${encodeURIComponent(clientId)}/callback`
}

/** Keycloak's representation of a client. */
export function aClient(spec: ClientSpec): Record<string, unknown> {
  const { clientId, publicClient = !spec.serviceAccountRoles && !spec.secret } = spec
  const attributes: Record<string, string> = { ...spec.attributes }
  if (spec.backchannelLogoutUrl !== undefined)
    attributes['backchannel.logout.url'] = spec.backchannelLogoutUrl
  const sessionRequired = spec.sessionRequired ?? (spec.backchannelLogoutUrl === undefined ? undefined : true)
  if (sessionRequired !== undefined)
    attributes['backchannel.logout.session.required'] = String(sessionRequired)
  if (spec.revokeOfflineTokens !== undefined)
    attributes['backchannel.logout.revoke.offline.tokens'] = String(spec.revokeOfflineTokens)
  if (spec.frontchannelLogoutUrl !== undefined)
    attributes['frontchannel.logout.url'] = spec.frontchannelLogoutUrl
  return {
    clientId,
    enabled: spec.enabled ?? true,
    protocol: spec.protocol ?? 'openid-connect',
    publicClient,
    ...(publicClient ? {} : { secret: spec.secret ?? secretOf(clientId) }),
    redirectUris: spec.redirectUris ?? [defaultRedirectUri(clientId)],
    standardFlowEnabled: true,
    directAccessGrantsEnabled: true,
    serviceAccountsEnabled: spec.serviceAccountRoles !== undefined,
    frontchannelLogout: spec.frontchannelLogout ?? false,
    ...(spec.rootUrl === undefined ? {} : { rootUrl: spec.rootUrl }),
    ...(spec.adminUrl === undefined ? {} : { adminUrl: spec.adminUrl }),
    attributes,
    ...spec.representation,
  }
}

/** Keycloak's representation of a user, with all that a sign-in wants to have: nothing is asked for afterwards. */
export function aUser(spec: UserSpec): Record<string, unknown> {
  const email = spec.email === undefined ? `${spec.username}@example.test` : spec.email
  return {
    username: spec.username,
    enabled: spec.enabled ?? true,
    firstName: spec.username,
    lastName: 'Test',
    emailVerified: true,
    ...(email === null ? {} : { email }),
    credentials: [{ type: 'password', value: spec.password ?? PASSWORD, temporary: false }],
    ...spec.representation,
  }
}

export interface RealmSpec {
  /** Default: one that nobody else uses. */
  name?: string
  clients?: readonly ClientSpec[]
  /** A string is a username. */
  users?: readonly (string | UserSpec)[]
  /** Fields of Keycloak's realm representation. */
  settings?: Record<string, unknown>
}

/** A session as Keycloak lists it. */
export interface ListedSession {
  readonly id: string
  readonly userId: string
  readonly username: string
  readonly start: number
  readonly lastAccess: number
  readonly clients: Readonly<Record<string, string>>
}

/** A realm of one test. Paths of the raw requests are below `admin/realms/<name>`. */
export interface TestRealm extends Admin {
  readonly name: string
  readonly keycloak: KeycloakServer
  readonly issuer: string
  addClient(spec: ClientSpec): Promise<string>
  addUser(spec: string | UserSpec): Promise<string>
  /** Keycloak's own id of a client or a user of this realm; throws when there is none. */
  idOfClient(clientId: string): Promise<string>
  idOfUser(username: string): Promise<string>
  /** The whole representation, as it is now. */
  client(clientId: string): Promise<Record<string, unknown>>
  /** A person's online sessions, as they are now. */
  sessionsOf(username: string): Promise<ListedSession[]>
  /** The online sessions in which a client takes part, all of them. */
  sessionsAt(clientId: string): Promise<ListedSession[]>
  passwordOf(username: string): string
  /** Where the browser of somebody signing in is sent back to: the client's first redirect URI. Nobody ever follows it. */
  redirectUriOf(clientId: string): string
  /** Undefined for a public client. */
  secretOf(clientId: string): string | undefined
  /** Deletes the realm; nothing happens when it has gone already. */
  remove(): Promise<void>
}

const PAGE = 1_000
/** Creating people costs the server a password hash each: few at a time. */
const AT_ONCE = 4

/**
 * Creates a realm with clients and people, one request each, as an administrator would: an import of the whole
 * realm leaves out defaults that Keycloak gives to clients otherwise.
 */
export async function createRealm(keycloak: KeycloakServer, spec: RealmSpec = {}): Promise<TestRealm> {
  const name = spec.name ?? `test-${randomBytes(6).toString('hex')}`
  const admin = adminOf(keycloak)
  const clientIds = new Map<string, string>()
  const userIds = new Map<string, string>()
  const secrets = new Map<string, string>()
  const redirectUris = new Map<string, string>()
  const passwords = new Map<string, string>()
  await admin.post('', { realm: name, enabled: true, passwordPolicy: QUICK_PASSWORDS, ...spec.settings })

  const below = (path: string) => `/${encodeURIComponent(name)}${path}`
  const realm: TestRealm = {
    name,
    keycloak,
    issuer: `${keycloak.url}/realms/${encodeURIComponent(name)}`,
    request: (method: string, path: string, options?: SendOptions): Promise<Answer> =>
      admin.request(method, below(path), options),
    get: <T>(path: string) => admin.get<T>(below(path)),
    put: (path, json) => admin.put(below(path), json),
    post: (path, json) => admin.post(below(path), json),
    delete: (path) => admin.delete(below(path)),

    async addClient(client) {
      const representation = aClient(client)
      const id = createdId(await realm.post('/clients', representation))
      clientIds.set(client.clientId, id)
      const [redirectUri] = client.redirectUris ?? []
      if (redirectUri) redirectUris.set(client.clientId, redirectUri)
      if (typeof representation.secret === 'string') secrets.set(client.clientId, representation.secret)
      if (client.serviceAccountRoles) {
        const account = await realm.get<{ id: string }>(`/clients/${id}/service-account-user`)
        await grant(account.id, client.serviceAccountRoles)
      }
      return id
    },
    async addUser(given) {
      const user = typeof given === 'string' ? { username: given } : given
      const id = createdId(await realm.post('/users', aUser(user)))
      userIds.set(user.username, id)
      passwords.set(user.username, user.password ?? PASSWORD)
      if (user.adminRoles) await grant(id, user.adminRoles)
      return id
    },
    async idOfClient(clientId) {
      const known = clientIds.get(clientId)
      if (known) return known
      const [found] = await realm.get<{ id: string }[]>(`/clients?clientId=${encodeURIComponent(clientId)}`)
      if (!found) throw new Error(`realm ${name} has no client ${clientId}`)
      clientIds.set(clientId, found.id)
      return found.id
    },
    async idOfUser(username) {
      const id = userIds.get(username)
      if (!id) throw new Error(`realm ${name} was given no user ${username}`)
      return id
    },
    client: async (clientId) => realm.get(`/clients/${await realm.idOfClient(clientId)}`),
    sessionsOf: async (username) => realm.get(`/users/${await realm.idOfUser(username)}/sessions`),
    async sessionsAt(clientId) {
      const id = await realm.idOfClient(clientId)
      const all: ListedSession[] = []
      for (let first = 0; ; first += PAGE) {
        const page = await realm.get<ListedSession[]>(
          `/clients/${id}/user-sessions?first=${first}&max=${PAGE}`,
        )
        all.push(...page)
        if (page.length < PAGE) return all
      }
    },
    redirectUriOf: (clientId) => redirectUris.get(clientId) ?? defaultRedirectUri(clientId),
    passwordOf: (username) => passwords.get(username) ?? PASSWORD,
    secretOf: (clientId) => secrets.get(clientId),
    async remove() {
      const answer = await admin.request('DELETE', below(''))
      if (answer.status !== 204 && answer.status !== 404)
        throw new Error(
          `realm ${name} could not be deleted: HTTP ${answer.status} ${answer.text.slice(0, 200)}`,
        )
    },
  }

  async function grant(userId: string, roles: readonly string[]): Promise<void> {
    const management = await realm.idOfClient('realm-management')
    const found = await Promise.all(roles.map((role) => realm.get(`/clients/${management}/roles/${role}`)))
    await realm.post(`/users/${userId}/role-mappings/clients/${management}`, found)
  }

  try {
    for (const client of spec.clients ?? []) await realm.addClient(client)
    await eachOf(spec.users ?? [], AT_ONCE, (user) => realm.addUser(user))
  } catch (error) {
    await realm.remove()
    throw error
  }
  return realm
}

/** Does something for each item, `atOnce` at a time; stops at the first error. Results are in the order of items. */
export async function eachOf<T, R>(
  items: readonly T[],
  atOnce: number,
  act: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = []
  const queue = items.entries()
  const worker = async () => {
    for (const [index, item] of queue) results[index] = await act(item, index)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return results
}

function createdId(answer: Answer): string {
  const id = answer.headers.location?.split('/').at(-1)
  if (!id) throw new Error(`HTTP ${answer.status} without the Location of what was created`)
  return id
}
