import { beforeAll, describe, expect, test } from 'vitest'
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

/** What the program relies on: the same tests for the fake and for a real Keycloak. */
export function keycloakContract(open: () => Promise<ContractWorld>): void {
  let world: ContractWorld
  let keycloak: Keycloak

  beforeAll(async () => {
    world = await open()
    keycloak = world.keycloak
    await world.addClient({ clientId: 'shop', backchannelLogoutUrl: 'http://127.0.0.1:9/shop' })
    await world.addClient({ clientId: 'portal/a b%2e' })
  })

  const userCalled = async (name: string) => {
    const [user] = await keycloak.findUsers(name)
    if (!user) throw new Error(`no ${name}`)
    return user
  }
  const clientCalled = async (clientId: string) => {
    const client = await keycloak.findClient(clientId)
    if (!client) throw new Error(`no ${clientId}`)
    return client
  }

  describe('clients', () => {
    test('are all listed, with built-in ones marked', async () => {
      const clients = await keycloak.clients()
      const builtIn = new Map(clients.map((client) => [client.clientId, client.builtIn]))
      expect(builtIn.get('account')).toBe(true)
      expect(builtIn.get('shop')).toBe(false)
      expect(builtIn.get('portal/a b%2e')).toBe(false)
    })

    test('are found by their exact clientId, with any characters', async () => {
      expect(await keycloak.findClient('portal/a b%2e')).toMatchObject({ clientId: 'portal/a b%2e' })
      for (const other of ['Shop', 'sho', 'shop%', '..', '']) {
        expect(await keycloak.findClient(other)).toBeUndefined()
      }
    })

    test('are read with their logout settings', async () => {
      expect(await keycloak.findClient('shop')).toMatchObject({
        enabled: true,
        protocol: 'openid-connect',
        adminUrl: undefined,
        frontchannelLogout: false,
        backchannelLogoutUrl: 'http://127.0.0.1:9/shop',
        notBefore: 0,
      })
    })

    test('are changed only in the given settings', async () => {
      await world.addClient({ clientId: 'changing', frontchannelLogout: true })
      const { id } = await clientCalled('changing')
      const before = await keycloak.rawClient(id)
      await keycloak.updateClient(id, {
        backchannelLogoutUrl: 'https://app.example.com/logout',
        backchannelLogoutSessionRequired: true,
        adminUrl: 'https://app.example.com/admin',
        frontchannelLogout: false,
      })
      expect(await keycloak.findClient('changing')).toMatchObject({
        backchannelLogoutUrl: 'https://app.example.com/logout',
        backchannelLogoutSessionRequired: true,
        adminUrl: 'https://app.example.com/admin',
        frontchannelLogout: false,
      })
      await keycloak.updateClient(id, {
        backchannelLogoutUrl: null,
        adminUrl: null,
        frontchannelLogout: true,
      })
      expect(await keycloak.findClient('changing')).toMatchObject({
        backchannelLogoutUrl: undefined,
        adminUrl: undefined,
        frontchannelLogout: true,
      })
      const { attributes: _, adminUrl: __, ...rest } = await keycloak.rawClient(id)
      expect(before).toMatchObject(rest)
    })

    test('have their own not-before', async () => {
      await world.addClient({ clientId: 'dated' })
      const { id } = await clientCalled('dated')
      const before = await keycloak.rawClient(id)
      await keycloak.setClientNotBefore(id, 1_700_000_000)
      expect(await keycloak.findClient('dated')).toMatchObject({ notBefore: 1_700_000_000 })
      await keycloak.setClientNotBefore(id, 0)
      // 25 and 26.0 add the time of a secret with every change, although a public client has none.
      const { attributes, ...rest } = await keycloak.rawClient(id)
      expect({ ...rest, attributes: { ...(attributes as object), [SECRET_TIME]: undefined } }).toEqual(before)
    })

    test('push their own not-before to their Admin URL, and report it correctly', async () => {
      await world.addClient({ clientId: 'pushed', adminUrl: 'http://127.0.0.1:9/pushed' })
      expect(await keycloak.pushClientRevocation((await clientCalled('pushed')).id)).toEqual({
        succeeded: [],
        failed: ['http://127.0.0.1:9/pushed'],
      })
      expect(await keycloak.pushClientRevocation((await clientCalled('shop')).id)).toEqual({
        succeeded: [],
        failed: [],
      })
    })

    test('that do not exist: exit 5', async () => {
      const no = '00000000-0000-4000-8000-00000000dead'
      await expect(keycloak.rawClient(no)).rejects.toMatchObject({ code: 'client-not-found', exitCode: 5 })
      await expect(keycloak.pushClientRevocation(no)).rejects.toMatchObject({ exitCode: 5 })
      await expect(keycloak.testNodes(no)).rejects.toMatchObject({ exitCode: 5 })
    })

    test('without an Admin URL have no node to test', async () => {
      const { id } = await clientCalled('shop')
      expect(await keycloak.testNodes(id)).toEqual({ succeeded: [], failed: [] })
    })
  })

  describe('users', () => {
    test('are found by id, username and e-mail address, exact except for case', async () => {
      await world.addUser('ada', { email: 'ada@example.org' })
      await world.addUser('ada-too', { email: 'ada-too@example.org' })
      await world.addUser('eve', { email: 'eve@example.org' })
      const ada = await userCalled('ada')
      for (const who of ['ADA', 'Ada@Example.ORG', ada.id]) {
        expect((await keycloak.findUsers(who)).map(({ username }) => username)).toEqual(['ada'])
      }
      for (const who of ['ad', 'ada%', 'ada@example', 'nobody', '..', '', 'a/b', '*']) {
        expect(await keycloak.findUsers(who)).toEqual([])
      }
    })

    test('are all found if a name matches several', async () => {
      await world.addUser('grace', { email: 'both@example.org' })
      await world.addUser('both@example.org', { email: 'other@example.org' })
      const found = (await keycloak.findUsers('both@example.org')).map(({ username }) => username)
      expect(found.sort()).toEqual(['both@example.org', 'grace'])
    })

    test('are locked and unlocked, and keep everything else', async () => {
      await world.addUser('locked', { email: 'locked@example.org' })
      const before = await userCalled('locked')
      await keycloak.setUserEnabled(before.id, false)
      expect(await keycloak.findUserById(before.id)).toEqual({ ...before, enabled: false })
      await keycloak.setUserEnabled(before.id, true)
      expect(await keycloak.findUserById(before.id)).toEqual(before)
    })

    test('that do not exist: not found, or exit 5', async () => {
      const no = '00000000-0000-4000-8000-00000000dead'
      expect(await keycloak.findUserById(no)).toBeUndefined()
      for (const ask of [
        () => keycloak.sessionsOf(no),
        () => keycloak.logoutUser(no),
        () => keycloak.setUserEnabled(no, false),
        () => keycloak.offlineClientsOf(no),
      ]) {
        await expect(ask()).rejects.toMatchObject({ code: 'user-not-found', exitCode: 5 })
      }
    })

    test.each([[''], ['..'], ['a/b'], ['%2e%2e']])('by an id such as %j: exit 2', async (id) => {
      for (const ask of [
        () => keycloak.findUserById(id),
        () => keycloak.sessionsOf(id),
        () => keycloak.logoutUser(id),
      ]) {
        await expect(ask()).rejects.toMatchObject({ code: 'bad-id', exitCode: 2 })
      }
    })
  })

  describe('sessions', () => {
    test('are listed by user, with their clients', async () => {
      await world.addUser('lin')
      const { id: userId } = await userCalled('lin')
      expect(await keycloak.sessionsOf(userId)).toEqual([])
      const sid = await world.signIn('lin', 'shop')
      const [session] = await keycloak.sessionsOf(userId)
      const { id } = await clientCalled('shop')
      expect(session).toMatchObject({ id: sid, userId, username: 'lin', offline: false })
      expect(session?.clients).toEqual([{ id, clientId: 'shop' }])
      expect(session?.start).toBeGreaterThan(1_600_000_000_000)
      expect(session?.lastAccess).toBeGreaterThanOrEqual(session?.start ?? Number.NaN)
    })

    test('are listed by client, page by page, and counted', async () => {
      await world.addClient({ clientId: 'paged' })
      await world.addUser('many')
      const { id } = await clientCalled('paged')
      const sids = new Set<string>()
      for (let n = 0; n < 5; n++) sids.add(await world.signIn('many', 'paged'))
      const read = async (first: number, max: number) =>
        (await keycloak.clientSessions(id, { offline: false, first, max })).map((session) => session.id)
      expect(new Set([...(await read(0, 2)), ...(await read(2, 2)), ...(await read(4, 2))])).toEqual(sids)
      expect(await read(5, 2)).toEqual([])
      expect(await keycloak.countClientSessions(id, { offline: false })).toBe(5)
      expect(await keycloak.countClientSessions(id, { offline: true })).toBe(0)
      const counts = await keycloak.sessionCounts()
      expect(counts.find(({ clientId }) => clientId === 'paged')).toEqual({
        id,
        clientId: 'paged',
        active: 5,
        offline: 0,
      })
      expect(counts.some(({ clientId }) => clientId === 'dated')).toBe(false)
    })

    test('end one by one, and are gone at the second attempt', async () => {
      await world.addUser('ender')
      const { id } = await userCalled('ender')
      const one = await world.signIn('ender', 'shop')
      const other = await world.signIn('ender', 'shop')
      expect(await keycloak.endSession(one, { offline: false })).toBe('ended')
      expect((await keycloak.sessionsOf(id)).map((session) => session.id)).toEqual([other])
      expect(await keycloak.endSession(one, { offline: false })).toBe('gone')
      expect(await keycloak.endSession('no-such-session', { offline: true })).toBe('gone')
      expect(await userCalled('ender')).toMatchObject({ notBefore: 0 })
    })

    test.each([[''], ['..'], ['a/b'], ['%2e%2e'], ['a\n']])(
      'by an id such as %j: exit 2, nothing ends',
      async (id) => {
        await expect(keycloak.endSession(id, { offline: false })).rejects.toMatchObject({
          code: 'bad-id',
          exitCode: 2,
        })
        expect(await keycloak.realmInfo()).toMatchObject({ name: keycloak.realm })
      },
    )

    test('of a user all end with the logout of the user, which sets a not-before', async () => {
      await world.addUser('leaver')
      await world.signIn('leaver', 'shop')
      await world.signIn('leaver', 'shop')
      const { id } = await userCalled('leaver')
      await keycloak.logoutUser(id)
      expect(await keycloak.sessionsOf(id)).toEqual([])
      expect((await userCalled('leaver')).notBefore).toBeGreaterThan(1_600_000_000)
      await keycloak.logoutUser(id)
    })

    test('that are offline are found by client, and survive a logout', async () => {
      await world.addUser('offline')
      const { id: userId } = await userCalled('offline')
      const { id: clientUuid } = await clientCalled('shop')
      expect(await keycloak.offlineClientsOf(userId)).toEqual([])
      await world.signIn('offline', 'shop', { offline: true })
      expect(await keycloak.offlineClientsOf(userId)).toEqual([{ id: clientUuid, clientId: 'shop' }])
      await keycloak.logoutUser(userId)
      const [session] = await keycloak.offlineSessionsOf(userId, clientUuid)
      expect(session).toMatchObject({ userId, offline: true })
      expect(await keycloak.countClientSessions(clientUuid, { offline: true })).toBe(1)
      expect(await keycloak.endSession(session?.id ?? '', { offline: false })).toBe('gone')
      if (world.facts.endsOfflineSession) {
        expect(await keycloak.endSession(session?.id ?? '', { offline: true })).toBe('ended')
      } else {
        // An old server ends the online session of that id, so capabilities are checked first.
        expect((await keycloak.capabilities()).endsOfflineSessions).toBe(false)
        expect(await keycloak.endSession(session?.id ?? '', { offline: true })).toBe('gone')
        expect(await keycloak.revokeConsent(userId, 'shop')).toBe('revoked')
      }
      expect(await keycloak.offlineSessionsOf(userId, clientUuid)).toEqual([])
    })

    test('that are offline end without notification when their consent is revoked', async () => {
      await world.addUser('revoked')
      const { id: userId } = await userCalled('revoked')
      const { id: clientUuid } = await clientCalled('shop')
      await world.signIn('revoked', 'shop', { offline: true })
      expect(await keycloak.revokeConsent(userId, 'shop')).toBe('revoked')
      expect(await keycloak.offlineSessionsOf(userId, clientUuid)).toEqual([])
      expect(await keycloak.revokeConsent(userId, 'shop')).toBe('gone')
    })
  })

  describe('the server', () => {
    test('shows its time in the tokens that it issues', async () => {
      const time = (await keycloak.serverTime()) ?? Number.NaN
      // At most two seconds slow, never fast. The server has the clock of this machine.
      expect(Math.abs(time - world.now())).toBeLessThan(4000)
    })
  })

  describe('the realm', () => {
    test('has its settings', async () => {
      expect(await keycloak.realmInfo()).toMatchObject({
        name: keycloak.realm,
        accessTokenLifespan: expect.any(Number),
        eventsEnabled: expect.any(Boolean),
      })
      const { version } = await keycloak.serverInfo()
      expect(await keycloak.capabilities()).toMatchObject({ version })
      expect((await keycloak.discovery()).issuer).toContain(`/realms/${keycloak.realm}`)
      expect((await keycloak.keys()).keys).toBeInstanceOf(Array)
    })

    test('stores events if switched on, and keeps its other settings', async () => {
      const before = await keycloak.eventsConfig()
      await keycloak.setEventsConfig({ eventsEnabled: true, eventsExpiration: 3600 })
      await keycloak.setEventsConfig({ adminEventsEnabled: true })
      const after = await keycloak.eventsConfig()
      expect(after).toMatchObject({ eventsEnabled: true, eventsExpiration: 3600, adminEventsEnabled: true })
      expect([...after.enabledEventTypes].sort()).toEqual([...before.enabledEventTypes].sort())
      expect(await keycloak.events({ types: ['LOGOUT', 'LOGOUT_ERROR'], max: 5 })).toEqual([])
      expect(await keycloak.adminEvents({ resourceTypes: ['USER_SESSION'], max: 5 })).toEqual([])
    })

    test('has a not-before', async () => {
      await keycloak.setRealmNotBefore(1_700_000_000)
      expect(await keycloak.realmInfo()).toMatchObject({ notBefore: 1_700_000_000 })
      await keycloak.setRealmNotBefore(0)
      expect(await keycloak.realmInfo()).toMatchObject({ notBefore: 0 })
    })

    test('ends every session with its logout, sets its not-before, and reports Admin URLs correctly', async () => {
      await world.addClient({ clientId: 'dead', adminUrl: 'http://127.0.0.1:9/dead' })
      await world.addUser('last')
      await world.signIn('last', 'shop')
      await keycloak.logoutRealm()
      const { id } = await userCalled('last')
      expect(await keycloak.sessionsOf(id)).toEqual([])
      expect((await keycloak.realmInfo()).notBefore).toBeGreaterThan(1_700_000_000)
      const unreachable = ['http://127.0.0.1:9/dead', 'http://127.0.0.1:9/pushed']
      const pushed = await keycloak.pushRevocation()
      expect({ ...pushed, failed: [...pushed.failed].sort() }).toEqual({ succeeded: [], failed: unreachable })
      const dead = await clientCalled('dead')
      expect(await keycloak.testNodes(dead.id)).toEqual({
        succeeded: [],
        failed: ['http://127.0.0.1:9/dead'],
      })
    })
  })
}
