import { randomBytes } from 'node:crypto'
import { type Admin, adminOf } from './admin.ts'
import type { Answer } from './http.ts'
import type { KeycloakServer } from './keycloak/server.ts'

/** A client for a test. Default: a public client that users can sign in to, without logout URLs. */
export interface ClientSpec {
  clientId: string
  backchannelLogoutUrl?: string
  /** Default true with a Backchannel Logout URL, so that logout tokens have a `sid`. */
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
  /** Default for a confidential client: {@link secretOf}. */
  secret?: string
  /** Adds a service account with these roles of `realm-management`. */
  serviceAccountRoles?: readonly string[]
  /** Other fields of Keycloak's representation; they win. */
  representation?: Record<string, unknown>
  attributes?: Record<string, string>
}

export interface UserSpec {
  username: string
  /** Default: {@link PASSWORD}. */
  password?: string
  /** Default: `<username>@example.test`; null for none (Keycloak may then ask for it at sign-in). */
  email?: string | null
  enabled?: boolean
  /** Roles of `realm-management`. */
  adminRoles?: readonly string[]
  representation?: Record<string, unknown>
}

/** Fast password hashing: Keycloak 24 uses 210,000 iterations for each sign-in. */
export const QUICK_PASSWORDS = 'hashAlgorithm(pbkdf2-sha256) and hashIterations(1)'

/** The default password. */
export const PASSWORD = 'correct horse'

export function secretOf(clientId: string): string {
  return `secret-of-${clientId}`
}

/** The redirect URI of a client that was given none. */
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

/** Keycloak's representation of a user with a complete profile, so that sign-in asks for nothing more. */
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
  /** Default: a unique name. */
  name?: string
  clients?: readonly ClientSpec[]
  /** A string is a username. */
  users?: readonly (string | UserSpec)[]
  /** Fields of Keycloak's realm representation. */
  settings?: Record<string, unknown>
}

/** A session in Keycloak's representation. */
export interface ListedSession {
  readonly id: string
  readonly userId: string
  readonly username: string
  readonly start: number
  readonly lastAccess: number
  readonly clients: Readonly<Record<string, string>>
}

/** A realm for one test. Paths of raw requests are below `admin/realms/<name>`. */
export interface TestRealm extends Admin {
  readonly name: string
  readonly keycloak: KeycloakServer
  readonly issuer: string
  addClient(spec: ClientSpec): Promise<string>
  addUser(spec: string | UserSpec): Promise<string>
  /** Keycloak's internal id of a client or user of this realm; throws if there is none. */
  idOfClient(clientId: string): Promise<string>
  idOfUser(username: string): Promise<string>
  /** The current representation. */
  client(clientId: string): Promise<Record<string, unknown>>
  /** The current online sessions of a user. */
  sessionsOf(username: string): Promise<ListedSession[]>
  /** All current online sessions of a client. */
  sessionsAt(clientId: string): Promise<ListedSession[]>
  passwordOf(username: string): string
  /** The client's first redirect URI. It is never opened. */
  redirectUriOf(clientId: string): string
  /** Undefined for a public client. */
  secretOf(clientId: string): string | undefined
  /** Deletes the realm, if it still exists. */
  remove(): Promise<void>
}

const PAGE_SIZE = 1_000
/** Few, because the server hashes a password for each user. */
const PARALLEL_USERS = 4

/**
 * Creates a realm with clients and users, one request each, as an administrator would. Importing a whole realm leaves out
 * defaults that Keycloak otherwise gives to clients.
 */
export async function createRealm(keycloak: KeycloakServer, spec: RealmSpec = {}): Promise<TestRealm> {
  const name = spec.name ?? `test-${randomBytes(6).toString('hex')}`
  const admin = adminOf(keycloak)
  await admin.post('', { realm: name, enabled: true, passwordPolicy: QUICK_PASSWORDS, ...spec.settings })
  const requests = requestsTo(admin, name)
  const clients = clientsOf(requests, name)
  const realm: TestRealm = {
    name,
    keycloak,
    issuer: `${keycloak.url}/realms/${encodeURIComponent(name)}`,
    ...requests,
    ...clients,
    ...usersOf(requests, clients, name),
    async remove() {
      const answer = await requests.request('DELETE', '')
      if (answer.status !== 204 && answer.status !== 404)
        throw new Error(`cannot delete realm ${name}: HTTP ${answer.status} ${answer.text.slice(0, 200)}`)
    },
  }
  try {
    for (const client of spec.clients ?? []) await realm.addClient(client)
    await eachOf(spec.users ?? [], PARALLEL_USERS, (user) => realm.addUser(user))
  } catch (error) {
    await realm.remove()
    throw error
  }
  return realm
}

function requestsTo(admin: Admin, realm: string): Admin {
  const below = (path: string) => `/${encodeURIComponent(realm)}${path}`
  return {
    request: (method, path, options) => admin.request(method, below(path), options),
    get: (path) => admin.get(below(path)),
    put: (path, json) => admin.put(below(path), json),
    post: (path, json) => admin.post(below(path), json),
    delete: (path) => admin.delete(below(path)),
  }
}

type RealmClients = Pick<
  TestRealm,
  'addClient' | 'idOfClient' | 'client' | 'sessionsAt' | 'redirectUriOf' | 'secretOf'
>

function clientsOf(requests: Admin, realm: string): RealmClients {
  const ids = new Map<string, string>()
  const secrets = new Map<string, string>()
  const redirectUris = new Map<string, string>()
  const clients: RealmClients = {
    async addClient(client) {
      const representation = aClient(client)
      const id = createdId(await requests.post('/clients', representation))
      ids.set(client.clientId, id)
      const [redirectUri] = client.redirectUris ?? []
      if (redirectUri) redirectUris.set(client.clientId, redirectUri)
      if (typeof representation.secret === 'string') secrets.set(client.clientId, representation.secret)
      if (client.serviceAccountRoles) {
        const account = await requests.get<{ id: string }>(`/clients/${id}/service-account-user`)
        await grant(account.id, client.serviceAccountRoles, requests, clients)
      }
      return id
    },
    async idOfClient(clientId) {
      const known = ids.get(clientId)
      if (known) return known
      const [found] = await requests.get<{ id: string }[]>(
        `/clients?clientId=${encodeURIComponent(clientId)}`,
      )
      if (!found) throw new Error(`realm ${realm} has no client ${clientId}`)
      ids.set(clientId, found.id)
      return found.id
    },
    client: async (clientId) => requests.get(`/clients/${await clients.idOfClient(clientId)}`),
    async sessionsAt(clientId) {
      const id = await clients.idOfClient(clientId)
      const all: ListedSession[] = []
      for (let first = 0; ; first += PAGE_SIZE) {
        const page = await requests.get<ListedSession[]>(
          `/clients/${id}/user-sessions?first=${first}&max=${PAGE_SIZE}`,
        )
        all.push(...page)
        if (page.length < PAGE_SIZE) return all
      }
    },
    redirectUriOf: (clientId) => redirectUris.get(clientId) ?? defaultRedirectUri(clientId),
    secretOf: (clientId) => secrets.get(clientId),
  }
  return clients
}

type RealmUsers = Pick<TestRealm, 'addUser' | 'idOfUser' | 'sessionsOf' | 'passwordOf'>

function usersOf(requests: Admin, clients: RealmClients, realm: string): RealmUsers {
  const ids = new Map<string, string>()
  const passwords = new Map<string, string>()
  const users: RealmUsers = {
    async addUser(given) {
      const user = typeof given === 'string' ? { username: given } : given
      const id = createdId(await requests.post('/users', aUser(user)))
      ids.set(user.username, id)
      passwords.set(user.username, user.password ?? PASSWORD)
      if (user.adminRoles) await grant(id, user.adminRoles, requests, clients)
      return id
    },
    async idOfUser(username) {
      const id = ids.get(username)
      if (!id) throw new Error(`realm ${realm} has no user ${username}`)
      return id
    },
    sessionsOf: async (username) => requests.get(`/users/${await users.idOfUser(username)}/sessions`),
    passwordOf: (username) => passwords.get(username) ?? PASSWORD,
  }
  return users
}

/** Gives a user these roles of `realm-management`. */
async function grant(
  userId: string,
  roles: readonly string[],
  requests: Admin,
  { idOfClient }: RealmClients,
): Promise<void> {
  const management = await idOfClient('realm-management')
  const found = await Promise.all(roles.map((role) => requests.get(`/clients/${management}/roles/${role}`)))
  await requests.post(`/users/${userId}/role-mappings/clients/${management}`, found)
}

/** Runs a function for each item, `concurrency` at a time, and returns the results in order. Stops at the first error. */
export async function eachOf<T, R>(
  items: readonly T[],
  concurrency: number,
  run: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = []
  const queue = items.entries()
  const worker = async () => {
    for (const [index, item] of queue) results[index] = await run(item, index)
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
  return results
}

function createdId(answer: Answer): string {
  const id = answer.headers.location?.split('/').at(-1)
  if (!id) throw new Error(`HTTP ${answer.status} without a Location header`)
  return id
}
