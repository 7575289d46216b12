import { describe, expect, test } from 'vitest'
import { FakeKeycloak } from '../support/fake-keycloak.ts'
import { keycloakContract } from './keycloak-contract.ts'

describe('the fake Keycloak', () => {
  keycloakContract(async () => {
    const keycloak = new FakeKeycloak()
    for (const path of ['dead', 'pushed']) keycloak.deadAdminUrls.add(`http://127.0.0.1:9/${path}`)
    return {
      keycloak,
      facts: { endsOfflineSession: true },
      now: () => 1_800_000_000_000,
      addClient: async (client) => keycloak.addClient(client),
      addUser: async (username, user) => keycloak.addUser(username, user),
      signIn: async (username, clientId, { offline = false } = {}) =>
        keycloak.addSession({ username, clients: [clientId], offline }).id,
    }
  })

  test('records operations, and notifies clients as Keycloak does', async () => {
    const keycloak = new FakeKeycloak()
    keycloak.addClient({ clientId: 'notified', backchannelLogoutUrl: 'https://a' })
    keycloak.addClient({ clientId: 'front', backchannelLogoutUrl: 'https://b', frontchannelLogout: true })
    keycloak.addClient({ clientId: 'off', backchannelLogoutUrl: 'https://c', enabled: false })
    const session = keycloak.addSession({ username: 'ada', clients: ['notified', 'front', 'off'] })
    await keycloak.endSession(session.id, { offline: false })
    expect(keycloak.operations).toEqual([{ name: 'endSession', args: [session.id, { offline: false }] }])
    expect(keycloak.deliveries).toEqual([{ clientId: 'notified', channel: 'backchannel', sid: session.id }])
  })

  test('fails on request, and finishes later after a stall', async () => {
    const keycloak = new FakeKeycloak()
    const session = keycloak.addSession({ username: 'ada', clients: ['account'] })
    keycloak.on('endSession', () => {
      throw new Error('as told')
    })
    await expect(keycloak.endSession(session.id, { offline: false })).rejects.toThrow('as told')
    keycloak.on('endSession', () => 'stall')
    await expect(keycloak.endSession(session.id, { offline: false })).rejects.toMatchObject({
      code: 'still-running',
      exitCode: 6,
    })
    expect(keycloak.sessions).toHaveLength(1)
    keycloak.finishStalled()
    expect(keycloak.sessions).toEqual([])
  })
})
