import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, describe, expect, inject, test } from 'vitest'
import type { Connection } from '../../src/core/connection.ts'
import { type OpenKeycloak, openKeycloak } from '../../src/keycloak/open.ts'
import { keycloakContract } from '../contract/keycloak-contract.ts'
import { createRealm, type TestRealm } from '../support/realm.ts'
import { outcomeOf, secret } from '../support/scripted-server.ts'
import { directGrant } from '../support/sign-in.ts'
import { factsOf } from '../support/versions.ts'

const server = inject('keycloak')
const opened: OpenKeycloak[] = []
const realms: TestRealm[] = []

afterAll(async () => {
  for (const keycloak of opened) keycloak.close()
  for (const realm of realms) await realm.remove()
})

let made: Promise<unknown> = Promise.resolve()

/** One realm at a time: a server under load refuses one of two that are created at once (500, 20.0.5). */
function realmWith(spec: Parameters<typeof createRealm>[1]): Promise<TestRealm> {
  const making = made.then(() => createRealm(server, spec))
  made = making.then(
    (realm) => realms.push(realm),
    () => {},
  )
  return making
}

async function open(connection: Partial<Connection> & { realm: string }): Promise<OpenKeycloak> {
  const keycloak = await openKeycloak(
    {
      server: server.url,
      loginRealm: 'master',
      credentials: {
        kind: 'password',
        clientId: 'admin-cli',
        username: server.admin.username,
        password: secret(server.admin.password),
        clientSecret: undefined,
      },
      caFile: undefined,
      insecure: false,
      timeout: 30_000,
      ...connection,
    },
    { files: { read: () => Promise.reject(new Error('no file')) }, signal: new AbortController().signal },
  )
  opened.push(keycloak)
  return keycloak
}

describe('a real Keycloak', () => {
  keycloakContract(async () => {
    // Otherwise Keycloak refuses a username that is another user's address, as in older realms.
    const realm = await realmWith({ settings: { loginWithEmailAllowed: false } })
    return {
      keycloak: await open({ realm: realm.name }),
      facts: factsOf(server.version),
      now: Date.now,
      addClient: (client) => realm.addClient(client),
      addUser: (username, user) => realm.addUser({ username, ...user }),
      signIn: async (user, client, how) => (await directGrant(realm, { user, client, ...how })).sid,
    }
  })
})

describe('a run longer than the lifetime of its token', () => {
  const SHORT = { accessTokenLifespan: 3, ssoSessionIdleTimeout: 600 }
  const clients = [{ clientId: 'bot', serviceAccountRoles: ['view-users', 'view-clients', 'manage-users'] }]
  const users = [{ username: 'boss', adminRoles: ['view-users', 'view-clients', 'manage-users'] }]
  const asClient = (realm: TestRealm) =>
    ({ kind: 'client', clientId: 'bot', clientSecret: secret(realm.secretOf('bot') ?? '') }) as const
  const asUser = (realm: TestRealm) =>
    ({
      kind: 'password',
      clientId: 'admin-cli',
      username: 'boss',
      password: secret(realm.passwordOf('boss')),
      clientSecret: undefined,
    }) as const

  test.concurrent.each([
    ['password', asUser, false],
    ['password, each refresh token once', asUser, true],
    ['client credentials', asClient, false],
  ])('%s: every request of eight at a time succeeds', async (_, credentials, revokeRefreshToken) => {
    const realm = await realmWith({ clients, users, settings: { ...SHORT, revokeRefreshToken } })
    const keycloak = await open({
      realm: realm.name,
      loginRealm: realm.name,
      credentials: credentials(realm),
    })
    const end = Date.now() + 10_000
    let answered = 0
    const worker = async () => {
      while (Date.now() < end) {
        expect(await keycloak.findUsers('boss')).toHaveLength(1)
        answered++
      }
    }
    await Promise.all(Array.from({ length: 8 }, worker))
    expect(answered).toBeGreaterThan(50)
  })

  test('continues after it ends its own session', async () => {
    const realm = await realmWith({ clients, users, settings: SHORT })
    const keycloak = await open({ realm: realm.name, loginRealm: realm.name, credentials: asUser(realm) })
    const own = await keycloak.ownSessionId()
    const [boss] = await keycloak.findUsers('boss')
    expect((await keycloak.sessionsOf(boss?.id ?? '')).map(({ id }) => id)).toEqual([own])
    await keycloak.logoutRealm()
    expect(await keycloak.findUsers('boss')).toHaveLength(1)
    expect(await keycloak.ownSessionId()).not.toBe(own)
  })
})

describe('a client that never responds', () => {
  test('delays the end of a session: still running, and it ends in the server', async () => {
    const receiver = createServer(() => {})
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
    const { port } = receiver.address() as AddressInfo
    const backchannelLogoutUrl = `http://127.0.0.1:${port}/logout`
    const realm = await realmWith({
      clients: [{ clientId: 'hanging', backchannelLogoutUrl }],
      users: ['ada'],
    })
    const keycloak = await open({ realm: realm.name, timeout: 1500 })
    const { sid } = await directGrant(realm, { user: 'ada', client: 'hanging' })
    const outcome = await outcomeOf(keycloak.endSession(sid, { offline: false }))
    expect(outcome).toMatchObject({ code: 'still-running', exitCode: 6 })
    const userId = await realm.idOfUser('ada')
    await expect.poll(() => keycloak.sessionsOf(userId), { timeout: 20_000 }).toEqual([])
    receiver.closeAllConnections()
    receiver.close()
  })
})

describe('the missing role is named: exit 4', () => {
  test.each([
    ['view-clients', 'view-users', (k: OpenKeycloak) => k.clients()],
    ['view-users', 'view-clients', (k: OpenKeycloak) => k.findUsers('nobody')],
    ['manage-users', 'view-users', (k: OpenKeycloak) => k.endSession('x', { offline: false })],
    ['manage-users', 'manage-realm', (k: OpenKeycloak) => k.logoutRealm()],
    ['manage-realm', 'manage-users', (k: OpenKeycloak) => k.pushRevocation()],
    ['view-realm', 'view-clients', (k: OpenKeycloak) => k.sessionCounts()],
    ['view-events', 'manage-realm', (k: OpenKeycloak) => k.events({})],
  ])('%s, with only %s', async (missing, role, ask) => {
    const realm = await realmWith({ clients: [{ clientId: 'bot', serviceAccountRoles: [role] }] })
    const keycloak = await open({
      realm: realm.name,
      loginRealm: realm.name,
      credentials: { kind: 'client', clientId: 'bot', clientSecret: secret(realm.secretOf('bot') ?? '') },
    })
    expect(await outcomeOf<unknown>(ask(keycloak))).toMatchObject({
      exitCode: 4,
      message: expect.stringContaining(missing),
    })
  })
})

describe('a failed sign-in', () => {
  const as = (changes: object) => ({
    kind: 'password' as const,
    clientId: 'admin-cli',
    username: server.admin.username,
    password: secret(server.admin.password),
    clientSecret: undefined,
    ...changes,
  })
  test.each([
    ['wrong password', {}, { password: secret('wrong') }, 'wrong-password', 4],
    ['unknown client', {}, { clientId: 'nosuch' }, 'wrong-client', 4],
    ['client without direct grants', {}, { clientId: 'security-admin-console' }, 'grant-not-allowed', 4],
    ['unknown login realm', { loginRealm: 'nosuch' }, {}, 'login-realm-not-found', 5],
    ['wrong path', { server: `${server.url}/nosuch` }, {}, 'no-keycloak', 6],
  ])('%s', async (_, connection, credentials, code, exitCode) => {
    const outcome = await outcomeOf(open({ realm: 'master', credentials: as(credentials), ...connection }))
    expect(outcome).toMatchObject({ code, exitCode })
  })

  test('an unknown target realm: exit 5', async () => {
    const keycloak = await open({ realm: 'no such realm' })
    for (const ask of [() => keycloak.clients(), () => keycloak.realmInfo(), () => keycloak.logoutRealm()]) {
      expect(await outcomeOf<unknown>(ask())).toMatchObject({ code: 'realm-not-found', exitCode: 5 })
    }
  })
})
