import { beforeAll, describe, expect, test } from 'vitest'
import type { Client, User } from '../../src/core/model.ts'
import type { Keycloak } from '../../src/keycloak/keycloak.ts'
import type { VersionFacts } from '../support/versions.ts'

const SECRET_TIME = 'client.secret.creation.time'

/** A realm with users, real or in memory. */
export interface ContractWorld {
  readonly keycloak: Keycloak
  /** What its version does; see `VersionFacts`. */
  readonly facts: Pick<VersionFacts, 'endsOfflineSession'>
  /** The server's clock. */
  now(): number
  addClient(client: {
    clientId: string
    backchannelLogoutUrl?: string
    adminUrl?: string
    frontchannelLogout?: boolean
  }): Promise<unknown>
  addUser(username: string, user?: { email?: string }): Promise<unknown>
  /** Starts a session of a user at a client; resolves to its id. */
  signIn(username: string, clientId: string, how?: { offline?: boolean }): Promise<string>
}

/** The realm under test. */
interface Subject {
  readonly world: ContractWorld
  readonly keycloak: Keycloak
  userCalled(name: string): Promise<User>
  clientCalled(clientId: string): Promise<Client>
}

/** What the program relies on: the same tests for the fake and for a real Keycloak. */
export function keycloakContract(open: () => Promise<ContractWorld>): void {
  let world: ContractWorld
  const subject: Subject = {
    get world() {
      return world
    },
    get keycloak() {
      return world.keycloak
    },
    async userCalled(name) {
      const [user] = await world.keycloak.findUsers(name)
      if (!user) throw new Error(`no ${name}`)
      return user
    },
    async clientCalled(clientId) {
      const client = await world.keycloak.findClient(clientId)
      if (!client) throw new Error(`no ${clientId}`)
      return client
    },
  }

  beforeAll(async () => {
    world = await open()
    await world.addClient({ clientId: 'shop', backchannelLogoutUrl: 'http://127.0.0.1:9/shop' })
    await world.addClient({ clientId: 'portal/a b%2e' })
  })
  readingClients(subject)
  changingClients(subject)
  users(subject)
  listingSessions(subject)
  endingSessions(subject)
  server(subject)
  realm(subject)
}

function readingClients(on: Subject): void {
  describe('clients', () => {
    test('are all listed, with built-in ones marked', async () => {
      const clients = await on.keycloak.clients()
      const builtIn = new Map(clients.map((client) => [client.clientId, client.builtIn]))
      expect(builtIn.get('account')).toBe(true)
      expect(builtIn.get('shop')).toBe(false)
      expect(builtIn.get('portal/a b%2e')).toBe(false)
    })

    test('are found by their exact clientId, with any characters', async () => {
      expect(await on.keycloak.findClient('portal/a b%2e')).toMatchObject({ clientId: 'portal/a b%2e' })
      for (const other of ['Shop', 'sho', 'shop%', '..', '']) {
        expect(await on.keycloak.findClient(other)).toBeUndefined()
      }
    })

    test('are read with their logout settings', async () => {
      expect(await on.keycloak.findClient('shop')).toMatchObject({
        enabled: true,
        protocol: 'openid-connect',
        adminUrl: undefined,
        frontchannelLogout: false,
        backchannelLogoutUrl: 'http://127.0.0.1:9/shop',
        notBefore: 0,
      })
    })
  })
}

function changingClients(on: Subject): void {
  describe('clients', () => {
    test('are changed only in the given settings', async () => {
      await on.world.addClient({ clientId: 'changing', frontchannelLogout: true })
      const { id } = await on.clientCalled('changing')
      const before = await on.keycloak.rawClient(id)
      await on.keycloak.updateClient(id, {
        backchannelLogoutUrl: 'https://app.example.com/logout',
        backchannelLogoutSessionRequired: true,
        adminUrl: 'https://app.example.com/admin',
        frontchannelLogout: false,
      })
      expect(await on.keycloak.findClient('changing')).toMatchObject({
        backchannelLogoutUrl: 'https://app.example.com/logout',
        backchannelLogoutSessionRequired: true,
        adminUrl: 'https://app.example.com/admin',
        frontchannelLogout: false,
      })
      await on.keycloak.updateClient(id, {
        backchannelLogoutUrl: null,
        adminUrl: null,
        frontchannelLogout: true,
      })
      expect(await on.keycloak.findClient('changing')).toMatchObject({
        backchannelLogoutUrl: undefined,
        adminUrl: undefined,
        frontchannelLogout: true,
      })
      const { attributes: _, adminUrl: __, ...rest } = await on.keycloak.rawClient(id)
      expect(before).toMatchObject(rest)
    })

    test('have their own not-before', async () => {
      await on.world.addClient({ clientId: 'dated' })
      const { id } = await on.clientCalled('dated')
      const before = await on.keycloak.rawClient(id)
      await on.keycloak.setClientNotBefore(id, 1_700_000_000)
      expect(await on.keycloak.findClient('dated')).toMatchObject({ notBefore: 1_700_000_000 })
      await on.keycloak.setClientNotBefore(id, 0)
      // 25 and 26.0 add the time of a secret with every change, although a public client has none.
      const { attributes, ...rest } = await on.keycloak.rawClient(id)
      expect({ ...rest, attributes: { ...(attributes as object), [SECRET_TIME]: undefined } }).toEqual(before)
    })

    test('push their own not-before to their Admin URL, and report it correctly', async () => {
      await on.world.addClient({ clientId: 'pushed', adminUrl: 'http://127.0.0.1:9/pushed' })
      expect(await on.keycloak.pushClientRevocation((await on.clientCalled('pushed')).id)).toEqual({
        succeeded: [],
        failed: ['http://127.0.0.1:9/pushed'],
      })
      expect(await on.keycloak.pushClientRevocation((await on.clientCalled('shop')).id)).toEqual({
        succeeded: [],
        failed: [],
      })
    })

    test('that do not exist: exit 5', async () => {
      const no = '00000000-0000-4000-8000-00000000dead'
      await expect(on.keycloak.rawClient(no)).rejects.toMatchObject({ code: 'client-not-found', exitCode: 5 })
      await expect(on.keycloak.pushClientRevocation(no)).rejects.toMatchObject({ exitCode: 5 })
      await expect(on.keycloak.testNodes(no)).rejects.toMatchObject({ exitCode: 5 })
    })

    test('without an Admin URL have no node to test', async () => {
      const { id } = await on.clientCalled('shop')
      expect(await on.keycloak.testNodes(id)).toEqual({ succeeded: [], failed: [] })
    })
  })
}

function users(on: Subject): void {
  describe('users', () => {
    test('are found by id, username and e-mail address, exact except for case', async () => {
      await on.world.addUser('ada', { email: 'ada@example.org' })
      await on.world.addUser('ada-too', { email: 'ada-too@example.org' })
      await on.world.addUser('eve', { email: 'eve@example.org' })
      const ada = await on.userCalled('ada')
      for (const who of ['ADA', 'Ada@Example.ORG', ada.id]) {
        expect((await on.keycloak.findUsers(who)).map(({ username }) => username)).toEqual(['ada'])
      }
      for (const who of ['ad', 'ada%', 'ada@example', 'nobody', '..', '', 'a/b', '*']) {
        expect(await on.keycloak.findUsers(who)).toEqual([])
      }
    })

    test('are all found if a name matches several', async () => {
      await on.world.addUser('grace', { email: 'both@example.org' })
      await on.world.addUser('both@example.org', { email: 'other@example.org' })
      const found = (await on.keycloak.findUsers('both@example.org')).map(({ username }) => username)
      expect(found.sort()).toEqual(['both@example.org', 'grace'])
    })

    test('are locked and unlocked, and keep everything else', async () => {
      await on.world.addUser('locked', { email: 'locked@example.org' })
      // Read by id: a search shows less of what the caller may do with a user.
      const before = await on.keycloak.findUserById((await on.userCalled('locked')).id)
      if (!before) throw new Error('locked is gone')
      await on.keycloak.setUserEnabled(before.id, false)
      expect(await on.keycloak.findUserById(before.id)).toEqual({ ...before, enabled: false })
      await on.keycloak.setUserEnabled(before.id, true)
      expect(await on.keycloak.findUserById(before.id)).toEqual(before)
    })

    test('have no role of realm-management unless it is granted', async () => {
      await on.world.addUser('plain')
      const { id } = await on.userCalled('plain')
      const { id: clientUuid } = await on.clientCalled('realm-management')
      expect(await on.keycloak.effectiveRoles(id, clientUuid)).toEqual([])
    })

    test('that do not exist: not found, or exit 5', async () => {
      const no = '00000000-0000-4000-8000-00000000dead'
      expect(await on.keycloak.findUserById(no)).toBeUndefined()
      for (const ask of [
        () => on.keycloak.sessionsOf(no),
        () => on.keycloak.logoutUser(no),
        () => on.keycloak.setUserEnabled(no, false),
        () => on.keycloak.offlineClientsOf(no),
        () => on.keycloak.effectiveRoles(no),
      ]) {
        await expect(ask()).rejects.toMatchObject({ code: 'user-not-found', exitCode: 5 })
      }
    })

    test.each([[''], ['..'], ['a/b'], ['%2e%2e']])('by an id such as %j: exit 2', async (id) => {
      for (const ask of [
        () => on.keycloak.findUserById(id),
        () => on.keycloak.sessionsOf(id),
        () => on.keycloak.logoutUser(id),
      ]) {
        await expect(ask()).rejects.toMatchObject({ code: 'bad-id', exitCode: 2 })
      }
    })
  })
}

function listingSessions(on: Subject): void {
  describe('sessions', () => {
    test('are listed by user, with their clients', async () => {
      await on.world.addUser('lin')
      const { id: userId } = await on.userCalled('lin')
      expect(await on.keycloak.sessionsOf(userId)).toEqual([])
      const sid = await on.world.signIn('lin', 'shop')
      const [session] = await on.keycloak.sessionsOf(userId)
      const { id } = await on.clientCalled('shop')
      expect(session).toMatchObject({ id: sid, userId, username: 'lin', offline: false })
      expect(session?.clients).toEqual([{ id, clientId: 'shop' }])
      expect(session?.start).toBeGreaterThan(1_600_000_000_000)
      expect(session?.lastAccess).toBeGreaterThanOrEqual(session?.start ?? Number.NaN)
    })

    test('are listed by client, page by page, and counted', async () => {
      await on.world.addClient({ clientId: 'paged' })
      await on.world.addUser('many')
      const { id } = await on.clientCalled('paged')
      const sids = new Set<string>()
      for (let n = 0; n < 5; n++) sids.add(await on.world.signIn('many', 'paged'))
      const read = async (first: number, max: number) =>
        (await on.keycloak.clientSessions(id, { offline: false, first, max })).map((session) => session.id)
      expect(new Set([...(await read(0, 2)), ...(await read(2, 2)), ...(await read(4, 2))])).toEqual(sids)
      expect(await read(5, 2)).toEqual([])
      expect(await on.keycloak.countClientSessions(id, { offline: false })).toBe(5)
      expect(await on.keycloak.countClientSessions(id, { offline: true })).toBe(0)
      const counts = await on.keycloak.sessionCounts()
      expect(counts.find(({ clientId }) => clientId === 'paged')).toEqual({
        id,
        clientId: 'paged',
        active: 5,
        offline: 0,
      })
      expect(counts.some(({ clientId }) => clientId === 'dated')).toBe(false)
    })

    test('end one by one, and are gone at the second attempt', async () => {
      await on.world.addUser('ender')
      const { id } = await on.userCalled('ender')
      const one = await on.world.signIn('ender', 'shop')
      const other = await on.world.signIn('ender', 'shop')
      expect(await on.keycloak.endSession(one, { offline: false })).toBe('ended')
      expect((await on.keycloak.sessionsOf(id)).map((session) => session.id)).toEqual([other])
      expect(await on.keycloak.endSession(one, { offline: false })).toBe('gone')
      expect(await on.keycloak.endSession('no-such-session', { offline: true })).toBe('gone')
      expect(await on.userCalled('ender')).toMatchObject({ notBefore: 0 })
    })

    test.each([[''], ['..'], ['a/b'], ['%2e%2e'], ['a\n']])(
      'by an id such as %j: exit 2, nothing ends',
      async (id) => {
        await expect(on.keycloak.endSession(id, { offline: false })).rejects.toMatchObject({
          code: 'bad-id',
          exitCode: 2,
        })
        expect(await on.keycloak.realmInfo()).toMatchObject({ name: on.keycloak.realm })
      },
    )
  })
}

function endingSessions(on: Subject): void {
  describe('sessions', () => {
    test('of a user all end with the logout of the user, which sets a not-before', async () => {
      await on.world.addUser('leaver')
      await on.world.signIn('leaver', 'shop')
      await on.world.signIn('leaver', 'shop')
      const { id } = await on.userCalled('leaver')
      await on.keycloak.logoutUser(id)
      expect(await on.keycloak.sessionsOf(id)).toEqual([])
      expect((await on.userCalled('leaver')).notBefore).toBeGreaterThan(1_600_000_000)
      await on.keycloak.logoutUser(id)
    })

    test('that are offline are found by client, and survive a logout', async () => {
      await on.world.addUser('offline')
      const { id: userId } = await on.userCalled('offline')
      const { id: clientUuid } = await on.clientCalled('shop')
      expect(await on.keycloak.offlineClientsOf(userId)).toEqual([])
      await on.world.signIn('offline', 'shop', { offline: true })
      expect(await on.keycloak.offlineClientsOf(userId)).toEqual([{ id: clientUuid, clientId: 'shop' }])
      await on.keycloak.logoutUser(userId)
      const [session] = await on.keycloak.offlineSessionsOf(userId, clientUuid)
      expect(session).toMatchObject({ userId, offline: true })
      expect(await on.keycloak.countClientSessions(clientUuid, { offline: true })).toBe(1)
      expect(await on.keycloak.endSession(session?.id ?? '', { offline: false })).toBe('gone')
      if (on.world.facts.endsOfflineSession) {
        expect(await on.keycloak.endSession(session?.id ?? '', { offline: true })).toBe('ended')
      } else {
        // An old server ends the online session of that id, so capabilities are checked first.
        expect((await on.keycloak.capabilities()).endsOfflineSessions).toBe(false)
        expect(await on.keycloak.endSession(session?.id ?? '', { offline: true })).toBe('gone')
        expect(await on.keycloak.revokeConsent(userId, 'shop')).toBe('revoked')
      }
      expect(await on.keycloak.offlineSessionsOf(userId, clientUuid)).toEqual([])
    })

    test('that are offline end without notification when their consent is revoked', async () => {
      await on.world.addUser('revoked')
      const { id: userId } = await on.userCalled('revoked')
      const { id: clientUuid } = await on.clientCalled('shop')
      await on.world.signIn('revoked', 'shop', { offline: true })
      expect(await on.keycloak.revokeConsent(userId, 'shop')).toBe('revoked')
      expect(await on.keycloak.offlineSessionsOf(userId, clientUuid)).toEqual([])
      expect(await on.keycloak.revokeConsent(userId, 'shop')).toBe('gone')
    })
  })
}

function server(on: Subject): void {
  describe('the server', () => {
    test('shows its time in the tokens that it issues', async () => {
      const time = (await on.keycloak.serverTime()) ?? Number.NaN
      // At most two seconds slow, never fast. The server has the clock of this machine.
      expect(Math.abs(time - on.world.now())).toBeLessThan(4000)
    })
  })
}

function realm(on: Subject): void {
  describe('the realm', () => {
    test('has its settings', async () => {
      expect(await on.keycloak.realmInfo()).toMatchObject({
        name: on.keycloak.realm,
        accessTokenLifespan: expect.any(Number),
        eventsEnabled: expect.any(Boolean),
      })
      const { version } = await on.keycloak.serverInfo()
      expect(await on.keycloak.capabilities()).toMatchObject({ version })
      expect((await on.keycloak.discovery()).issuer).toContain(`/realms/${on.keycloak.realm}`)
      expect((await on.keycloak.keys()).keys).toBeInstanceOf(Array)
    })

    test('stores events if switched on, and keeps its other settings', async () => {
      const before = await on.keycloak.eventsConfig()
      await on.keycloak.setEventsConfig({ eventsEnabled: true, eventsExpiration: 3600 })
      await on.keycloak.setEventsConfig({ adminEventsEnabled: true })
      const after = await on.keycloak.eventsConfig()
      expect(after).toMatchObject({ eventsEnabled: true, eventsExpiration: 3600, adminEventsEnabled: true })
      expect([...after.enabledEventTypes].sort()).toEqual([...before.enabledEventTypes].sort())
      expect(await on.keycloak.events({ types: ['LOGOUT', 'LOGOUT_ERROR'], max: 5 })).toEqual([])
      expect(await on.keycloak.adminEvents({ resourceTypes: ['USER_SESSION'], max: 5 })).toEqual([])
    })

    test('has a not-before', async () => {
      await on.keycloak.setRealmNotBefore(1_700_000_000)
      expect(await on.keycloak.realmInfo()).toMatchObject({ notBefore: 1_700_000_000 })
      await on.keycloak.setRealmNotBefore(0)
      expect(await on.keycloak.realmInfo()).toMatchObject({ notBefore: 0 })
    })

    test('ends every session with its logout, sets its not-before, and reports Admin URLs correctly', async () => {
      await on.world.addClient({ clientId: 'dead', adminUrl: 'http://127.0.0.1:9/dead' })
      await on.world.addUser('last')
      await on.world.signIn('last', 'shop')
      await on.keycloak.logoutRealm()
      const { id } = await on.userCalled('last')
      expect(await on.keycloak.sessionsOf(id)).toEqual([])
      expect((await on.keycloak.realmInfo()).notBefore).toBeGreaterThan(1_700_000_000)
      const unreachable = ['http://127.0.0.1:9/dead', 'http://127.0.0.1:9/pushed']
      const pushed = await on.keycloak.pushRevocation()
      expect({ ...pushed, failed: [...pushed.failed].sort() }).toEqual({ succeeded: [], failed: unreachable })
      const dead = await on.clientCalled('dead')
      expect(await on.keycloak.testNodes(dead.id)).toEqual({
        succeeded: [],
        failed: ['http://127.0.0.1:9/dead'],
      })
    })
  })
}
