import type { Client, IdentityProvider, Realm, Session, SessionCount, User } from '../../src/core/model.ts'
import { ROLES, type Role, type RolesHeld } from '../../src/core/roles.ts'
import { EXIT, UserError } from '../../src/errors.ts'
import { toClient } from '../../src/keycloak/admin/representations.ts'
import { type Capabilities, capabilitiesOf } from '../../src/keycloak/capabilities.ts'
import type { AdminEvent, EventsConfig, UserEvent } from '../../src/keycloak/event.ts'
import { stillRunning } from '../../src/keycloak/http/http-failures.ts'
import { isPathId, pathId } from '../../src/keycloak/http/ids.ts'
import type {
  Caller,
  EndKind,
  EndRequest,
  Introspection,
  IntrospectionHint,
  Keycloak,
  SecurityEventState,
} from '../../src/keycloak/keycloak.ts'
import { FakeDirectory } from './fake-directory.ts'
import { rawClient } from './raw-client.ts'

/** A changing request, with its arguments. */
export interface Operation {
  readonly name: keyof Keycloak
  readonly args: readonly unknown[]
}

/** A notification that a client received. */
export interface Delivery {
  readonly clientId: string
  readonly channel: 'backchannel' | 'admin-url' | 'saml'
  /** The ended session; undefined for a realm-wide message. */
  readonly sid: string | undefined
}

/** Called before a method runs: throw to make it fail, return `'stall'` to make it outlast the timeout. */
export type Hook = (...args: readonly unknown[]) => unknown

export interface FakeOptions {
  readonly realm?: string
  readonly version?: string | undefined
  /** Milliseconds since the epoch. */
  readonly now?: () => number
}

type ClientSeed = Partial<Omit<Client, 'clientId'>> & { readonly clientId: string }
type SessionSeed = Partial<Omit<Session, 'clients'>> & {
  /** The user is added if missing. */
  readonly username: string
  /** clientIds. */
  readonly clients?: readonly string[]
  /** clientIds of clients whose part has expired: not in the list of the user, not notified. */
  readonly expired?: readonly string[]
}

/**
 * A realm in memory that behaves like Keycloak (test/contract checks both against the same expectations), notifies its
 * clients by Keycloak's rules, and records requests.
 */
export class FakeKeycloak implements Keycloak {
  readonly realm: string
  readonly server = 'https://keycloak.test'
  readonly operations: Operation[] = []
  /** All method calls, changing requests included. */
  readonly calls: (keyof Keycloak)[] = []
  readonly deliveries: Delivery[] = []
  /** Admin URLs that Keycloak cannot reach. */
  /** What the outbox says of the security events for a client; default: delivered. */
  readonly outbox = new Map<string, SecurityEventState>()
  /** What Keycloak answers when an event is emitted; default: dispatched. */
  emitted: { status: string; jti: string | undefined } | undefined
  readonly deadAdminUrls = new Set<string>()
  readonly userEvents: UserEvent[] = []
  readonly providers: IdentityProvider[] = []
  readonly storedAdminEvents: AdminEvent[] = []
  /** Aliases of linked identity providers, by user id. */
  readonly linked = new Map<string, readonly string[]>()
  /** Names of roles, by user id and the internal id of a client: `id/uuid`, `id/` for realm roles. */
  readonly userRoles = new Map<string, readonly string[]>()
  readonly directory = new FakeDirectory(
    () => [...this.#users.values()],
    (userId) => this.linked.get(userId) ?? [],
  )
  /** clientIds that the caller may not view. */
  readonly hidden = new Set<string>()
  /** `userId/clientId` of offline tokens. */
  readonly consents = new Set<string>()
  settings: EventsConfig = {
    eventsEnabled: false,
    eventsExpiration: undefined,
    enabledEventTypes: ['LOGIN', 'LOGOUT', 'LOGOUT_ERROR'],
    adminEventsEnabled: false,
    adminEventsDetailsEnabled: false,
  }
  /** The roles of the caller; unknown if absent. */
  roles: RolesHeld = Object.fromEntries(ROLES.map((role) => [role, true]))
  own: string | undefined
  signedInAs: Caller = { username: 'admin', clientId: 'admin-cli', loginRealm: 'master' }
  realmSettings: Realm
  keySet: Record<string, unknown>[] = []
  readonly #version: string | undefined
  readonly #now: () => number
  readonly #clients = new Map<string, Record<string, unknown>>()
  readonly #users = new Map<string, User>()
  #sessions: Session[] = []
  /** `sessionId clientUuid offline` of parts of sessions that have expired. */
  readonly #expired = new Set<string>()
  readonly #hooks = new Map<keyof Keycloak, Hook>()
  #stalled: (() => void)[] = []
  #serial = 0

  constructor({ realm = 'customers', version = '26.7.4', now = () => 1_800_000_000_000 }: FakeOptions = {}) {
    this.realm = realm
    this.#version = version
    this.#now = now
    this.realmSettings = {
      name: realm,
      notBefore: 0,
      accessTokenLifespan: 300,
      ssoSessionIdleTimeout: 1800,
      ssoSessionMaxLifespan: 36_000,
      sessionLimits: { client: NO_LIMITS, user: { idle: 1800, max: 36_000 } },
      offlineSessionLimits: { client: NO_LIMITS, user: { idle: 2_592_000, max: undefined } },
      defaultSignatureAlgorithm: 'RS256',
      eventsEnabled: false,
      adminEventsEnabled: false,
      sslRequired: 'external',
    }
    for (const clientId of ['account', 'admin-cli', 'realm-management']) this.addClient({ clientId })
  }

  // --- for tests ---

  addClient(seed: ClientSeed): Client {
    const id = seed.id ?? this.#uuid()
    this.#clients.set(id, rawClient({ ...seed, id }))
    return this.#client(id)
  }

  addUser(username: string, seed: Partial<User> = {}): User {
    const user = { id: this.#uuid(), email: undefined, enabled: true, notBefore: 0, ...seed, username }
    this.#users.set(user.id, user)
    return user
  }

  addSession({ username, clients = [], expired = [], ...seed }: SessionSeed): Session {
    const user = [...this.#users.values()].find((one) => one.username === username) ?? this.addUser(username)
    const session: Session = {
      id: `S${String(++this.#serial).padStart(23, '0')}`,
      ipAddress: '192.0.2.1',
      start: this.#now() - 60_000,
      lastAccess: this.#now() - 1000,
      offline: false,
      ...seed,
      userId: user.id,
      username,
      clients: [...clients, ...expired].map((clientId) => ({ id: this.#byClientId(clientId).id, clientId })),
    }
    for (const clientId of expired) this.#expired.add(partKey(session, this.#byClientId(clientId).id))
    this.#sessions.push(session)
    if (session.offline) for (const clientId of clients) this.consents.add(`${user.id}/${clientId}`)
    return session
  }

  get sessions(): readonly Session[] {
    return this.#sessions
  }

  /** Runs before each call of a method; see `Hook`. */
  on(method: keyof Keycloak, hook: Hook): void {
    this.#hooks.set(method, hook)
  }

  /** Completes the stalled operations in the server. */
  finishStalled(): void {
    for (const finish of this.#stalled.splice(0)) finish()
  }

  // --- Keycloak ---

  async capabilities(): Promise<Capabilities> {
    await this.#enter('capabilities')
    return capabilitiesOf(this.#version)
  }

  atOneMoment() {
    return this
  }

  async serverInfo() {
    await this.#enter('serverInfo')
    return { version: this.#version }
  }

  async hasRole(role: Role) {
    await this.#enter('hasRole', role)
    return this.roles[role]
  }

  async caller() {
    await this.#enter('caller')
    return this.signedInAs
  }

  /** The answer of introspection by token; without one it is not asked. */
  readonly introspectionHints: IntrospectionHint[] = []
  readonly introspections = new Map<string, Introspection>()

  async introspect(token: string, hint: IntrospectionHint): Promise<Introspection> {
    await this.#enter('introspect', token, hint)
    this.introspectionHints.push(hint)
    return (
      this.introspections.get(token) ?? { notAsked: 'kc-logout did not sign in with a client of this realm.' }
    )
  }

  async ownSessionId() {
    await this.#enter('ownSessionId')
    return this.own
  }

  async serverTime(): Promise<number | undefined> {
    await this.#enter('serverTime')
    return this.#now()
  }

  async realmInfo() {
    await this.#enter('realmInfo')
    return this.realmSettings
  }

  async clients() {
    await this.#enter('clients')
    return [...this.#clients.keys()]
      .map((id) => this.#client(id))
      .filter(({ clientId }) => !this.hidden.has(clientId))
  }

  async findClient(clientId: string) {
    await this.#enter('findClient', clientId)
    return [...this.#clients.keys()].map((id) => this.#client(id)).find((one) => one.clientId === clientId)
  }

  async rawClient(id: string) {
    await this.#enter('rawClient', id)
    return structuredClone(this.#raw(id))
  }

  async updateClient(id: string, changes: Parameters<Keycloak['updateClient']>[1]) {
    await this.#change('updateClient', [id, changes], () => {
      const raw = this.#raw(id)
      const attributes = { ...(raw.attributes as Record<string, unknown>) }
      const put = (name: string, value: string | null | undefined) => {
        if (value === null) delete attributes[name]
        else if (value !== undefined) attributes[name] = value
      }
      put('backchannel.logout.url', changes.backchannelLogoutUrl)
      put('backchannel.logout.session.required', asText(changes.backchannelLogoutSessionRequired))
      put('backchannel.logout.revoke.offline.tokens', asText(changes.backchannelLogoutRevokeOfflineTokens))
      this.#clients.set(id, {
        ...raw,
        frontchannelLogout: changes.frontchannelLogout,
        ...(changes.adminUrl === undefined ? {} : { adminUrl: changes.adminUrl ?? '' }),
        attributes,
      })
    })
  }

  async setClientNotBefore(id: string, seconds: number) {
    await this.#change('setClientNotBefore', [id, seconds], () => {
      this.#clients.set(id, { ...this.#raw(id), notBefore: seconds })
    })
  }

  async findUsers(who: string) {
    await this.#enter('findUsers', who)
    const name = who.toLowerCase()
    return [...this.#users.values()].filter((user) =>
      [isPathId('user', who) ? user.id : undefined, user.username, user.email].some(
        (value) => value?.toLowerCase() === name,
      ),
    )
  }

  async findUserById(id: string) {
    await this.#enter('findUserById', id)
    return this.#users.get(pathId('user', id))
  }

  async sessionsOf(userId: string) {
    await this.#enter('sessionsOf', userId)
    this.#user(userId)
    return this.#sessions.filter((one) => one.userId === userId && !one.offline).map(this.#withoutExpired)
  }

  async offlineSessionsOf(userId: string, clientUuid: string) {
    await this.#enter('offlineSessionsOf', userId, clientUuid)
    this.#user(userId)
    this.#raw(clientUuid)
    return this.#ofClient(clientUuid, true)
      .filter((one) => one.userId === userId && !this.#expired.has(partKey(one, clientUuid)))
      .map(this.#withoutExpired)
  }

  async offlineClientsOf(userId: string) {
    await this.#enter('offlineClientsOf', userId)
    this.#user(userId)
    return [...this.consents]
      .filter((key) => key.startsWith(`${userId}/`))
      .map((key) => key.slice(userId.length + 1))
      .map((clientId) => ({ id: this.#byClientId(clientId).id, clientId }))
  }

  async effectiveRoles(userId: string, clientUuid = '') {
    await this.#enter('effectiveRoles', userId, clientUuid)
    this.#user(userId)
    return [...(this.userRoles.get(`${userId}/${clientUuid}`) ?? [])]
  }

  async linkedProviders(userId: string) {
    await this.#enter('linkedProviders', userId)
    this.#user(userId)
    return [...(this.linked.get(userId) ?? [])]
  }

  async sessionCounts() {
    await this.#enter('sessionCounts')
    return [...this.#clients.keys()].flatMap((id): SessionCount[] => {
      const active = this.#ofClient(id, false).length
      const offline = this.#ofClient(id, true).length
      return active + offline === 0 ? [] : [{ id, clientId: this.#client(id).clientId, active, offline }]
    })
  }

  async realmSessions({ first, max }: { first: number; max: number }) {
    await this.#enter('realmSessions')
    return this.#sessions.filter(({ offline }) => !offline).slice(first, first + max)
  }

  async clientSessions(id: string, page: { offline: boolean; first: number; max: number }) {
    await this.#enter('clientSessions', id, page)
    this.#raw(id)
    return this.#ofClient(id, page.offline).slice(page.first, page.first + page.max)
  }

  async countClientSessions(id: string, { offline }: { offline: boolean }) {
    await this.#enter('countClientSessions', id)
    this.#raw(id)
    return this.#ofClient(id, offline).length
  }

  async endSession(id: string, { onRepeat, ...kind }: EndKind): Promise<'ended' | 'gone'> {
    pathId('session', id)
    return this.#change('endSession', [id, onRepeat ? withHidden(kind, { onRepeat }) : kind], () => {
      // Before 24, isOffline is ignored.
      const offline = kind.offline && capabilitiesOf(this.#version).endsOfflineSessions !== false
      const session = this.#sessions.find((one) => one.id === id && one.offline === offline)
      if (!session) return 'gone'
      this.#end(session)
      // The online session with the same id ends too, without notification.
      if (offline) this.#sessions = this.#sessions.filter((one) => one.id !== id)
      return 'ended'
    })
  }

  async logoutUser(userId: string, { onRepeat }: EndRequest = {}) {
    await this.#change('logoutUser', [userId, ...(onRepeat ? [withHidden({}, { onRepeat })] : [])], () => {
      const user = this.#user(userId)
      for (const session of this.#sessions.filter((one) => one.userId === userId && !one.offline))
        this.#end(session)
      this.#users.set(userId, { ...user, notBefore: this.#seconds() })
    })
  }

  async setUserEnabled(userId: string, enabled: boolean) {
    await this.#change('setUserEnabled', [userId, enabled], () => {
      this.#users.set(userId, { ...this.#user(userId), enabled })
    })
  }

  async revokeConsent(userId: string, clientId: string): Promise<'revoked' | 'gone'> {
    pathId('client', clientId)
    return this.#change('revokeConsent', [userId, clientId], () => {
      this.#user(userId)
      if (!this.consents.delete(`${userId}/${clientId}`)) return 'gone'
      const ofClient = (one: Session) => one.clients.some((client) => client.clientId === clientId)
      this.#sessions = this.#sessions.filter(
        (one) => !(one.offline && one.userId === userId && ofClient(one)),
      )
      return 'revoked'
    })
  }

  async consentsOf(userId: string) {
    await this.#enter('consentsOf', userId)
    this.#user(userId)
    const own = [...this.consents].filter((key) => key.startsWith(`${userId}/`))
    return own.map((key) => key.slice(userId.length + 1))
  }

  /** Its sessions end without a notification. */
  async deleteUser(userId: string) {
    await this.#change('deleteUser', [userId], () => {
      this.#user(userId)
      this.#users.delete(userId)
      this.#sessions = this.#sessions.filter((one) => one.userId !== userId)
    })
  }

  async logoutRealm() {
    await this.#change('logoutRealm', [], () => {
      const called = this.#withAdminUrl().filter((client) => client.enabled)
      if (called.some((client) => client.adminUrl?.includes('application.session.host'))) {
        throw new UserError('server-error', 'The server failed at the logout of the realm (HTTP 500).')
      }
      this.#sessions = []
      this.consents.clear()
      this.realmSettings = { ...this.realmSettings, notBefore: this.#seconds() }
      for (const { clientId, adminUrl } of called) {
        if (!this.deadAdminUrls.has(adminUrl)) {
          this.deliveries.push({ clientId, channel: 'admin-url', sid: undefined })
        }
      }
    })
  }

  async pushRevocation() {
    return this.#change('pushRevocation', [], () => this.#push(this.#withAdminUrl()))
  }

  async pushClientRevocation(id: string) {
    return this.#change('pushClientRevocation', [id], () => {
      this.#raw(id)
      return this.#push(this.#withAdminUrl().filter((client) => client.id === id))
    })
  }

  async emitSessionRevoked({ clientId }: { clientId: string }, session: { id: string }) {
    return this.#change(
      'emitSessionRevoked',
      [clientId, session.id],
      () => this.emitted ?? { status: 'dispatched', jti: `${clientId}-${session.id}` },
    )
  }

  async securityEvent(clientId: string, jti: string) {
    await this.#enter('securityEvent', clientId, jti)
    return (
      this.outbox.get(clientId) ?? {
        status: 'DELIVERED',
        attempts: 0,
        lastError: undefined,
        deliveredAt: this.#seconds(),
      }
    )
  }

  async testNodes(id: string) {
    return this.#change('testNodes', [id], () => {
      this.#raw(id)
      return this.#push(this.#withAdminUrl().filter((client) => client.id === id))
    })
  }

  async setRealmNotBefore(seconds: number) {
    await this.#change('setRealmNotBefore', [seconds], () => {
      this.realmSettings = { ...this.realmSettings, notBefore: seconds }
    })
  }

  async keys() {
    await this.#enter('keys')
    return { keys: this.keySet }
  }

  async discovery() {
    await this.#enter('discovery')
    return { issuer: `${this.server}/realms/${this.realm}` }
  }

  async events({ types, clientId, userId, first = 0, max = 100 }: Parameters<Keycloak['events']>[0]) {
    await this.#enter('events')
    return this.userEvents
      .filter((event) => !types || types.includes(event.type))
      .filter((event) => clientId === undefined || event.clientId === clientId)
      .filter((event) => userId === undefined || event.userId === userId)
      .slice(first, first + max)
  }

  async adminEvents({
    operations,
    resourceTypes,
    first = 0,
    max = 100,
  }: Parameters<Keycloak['adminEvents']>[0]) {
    await this.#enter('adminEvents')
    return this.storedAdminEvents
      .filter((event) => !operations || operations.includes(event.operation))
      .filter((event) => !resourceTypes || resourceTypes.includes(event.resourceType ?? ''))
      .slice(first, first + max)
  }

  async identityProviders() {
    await this.#enter('identityProviders')
    return this.providers
  }

  async eventsConfig() {
    await this.#enter('eventsConfig')
    return this.settings
  }

  async setEventsConfig(changes: Partial<EventsConfig>) {
    await this.#change('setEventsConfig', [changes], () => {
      this.settings = { ...this.settings, ...changes }
    })
  }

  close(): void {}

  // --- internals ---

  async #enter(name: keyof Keycloak, ...args: unknown[]): Promise<unknown> {
    this.calls.push(name)
    return this.#hooks.get(name)?.(...args)
  }

  async #change<T>(name: keyof Keycloak, args: unknown[], work: () => T): Promise<T> {
    this.operations.push({ name, args })
    if ((await this.#enter(name, ...args)) === 'stall') {
      this.#stalled.push(work)
      throw stillRunning(name)
    }
    return work()
  }

  /** Ends a session and notifies clients by Keycloak's rules. */
  #end(session: Session): void {
    this.#sessions = this.#sessions.filter((one) => one !== session)
    for (const { id, clientId } of this.#withoutExpired(session).clients) {
      const client = this.#clients.has(id) ? this.#client(id) : undefined
      if (!client?.enabled || client.frontchannelLogout) continue
      const { post, soap } = client.samlLogoutUrls
      if (client.protocol === 'saml') {
        if (soap ?? post ?? client.adminUrl)
          this.deliveries.push({ clientId, channel: 'saml', sid: session.id })
      } else if (client.backchannelLogoutUrl !== undefined)
        this.deliveries.push({ clientId, channel: 'backchannel', sid: session.id })
    }
  }

  #push(clients: readonly (Client & { adminUrl: string })[]) {
    const urls = clients.map(({ adminUrl }) => adminUrl)
    return {
      succeeded: urls.filter((url) => !this.deadAdminUrls.has(url)),
      failed: urls.filter((url) => this.deadAdminUrls.has(url)),
    }
  }

  #withAdminUrl() {
    return [...this.#clients.keys()]
      .map((id) => this.#client(id))
      .filter((client): client is Client & { adminUrl: string } => client.adminUrl !== undefined)
  }

  readonly #withoutExpired = (session: Session): Session => ({
    ...session,
    clients: session.clients.filter(({ id }) => !this.#expired.has(partKey(session, id))),
  })

  #ofClient(id: string, offline: boolean): Session[] {
    return this.#sessions.filter(
      (one) => one.offline === offline && one.clients.some((client) => client.id === id),
    )
  }

  /** Clients with an unsafe internal id are listed, too; the id is refused only in a path. */
  #client(id: string): Client {
    return toClient(this.#clients.get(id) ?? this.#raw(id), this.realm)
  }

  #raw(id: string): Record<string, unknown> {
    const raw = this.#clients.get(pathId('client', id))
    if (!raw)
      throw missing('client-not-found', 'There is no such client: Keycloak says "Could not find client".')
    return raw
  }

  #byClientId(clientId: string): Client {
    const found = [...this.#clients.keys()]
      .map((id) => this.#client(id))
      .find((client) => client.clientId === clientId)
    return found ?? this.addClient({ clientId })
  }

  #user(id: string): User {
    const user = this.#users.get(pathId('user', id))
    if (!user) throw missing('user-not-found', 'There is no such user: Keycloak says "User not found".')
    return user
  }

  #seconds = () => Math.floor(this.#now() / 1000)
  #uuid = () => `00000000-0000-4000-8000-${String(++this.#serial).padStart(12, '0')}`
}

const partKey = ({ id, offline }: Session, clientUuid: string) => `${id} ${clientUuid} ${offline}`

/** Members that hooks can use, and that do not count where arguments are compared. */
function withHidden<T extends object, H extends object>(visible: T, hidden: H): T & H {
  const entries = Object.entries(hidden).map(([name, value]) => [name, { value, enumerable: false }])
  return Object.defineProperties({ ...visible }, Object.fromEntries(entries)) as T & H
}

const NO_LIMITS = { idle: undefined, max: undefined }

const asText = (value: boolean | undefined) => (value === undefined ? undefined : String(value))

const missing = (code: string, message: string) => new UserError(code, message, { exitCode: EXIT.notFound })
