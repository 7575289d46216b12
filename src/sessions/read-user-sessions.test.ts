import { beforeEach, describe, expect, it } from 'vitest'
import { FakeKeycloak } from '../../test/support/fake-keycloak.ts'
import { EXIT, UserError } from '../errors.ts'
import { readSessions } from './read-user-sessions.ts'

describe('the offline sessions of a user', () => {
  let keycloak: FakeKeycloak
  beforeEach(() => {
    keycloak = new FakeKeycloak()
    for (const clientId of ['shop', 'desk', 'chat']) keycloak.addClient({ clientId })
    keycloak.addSession({ id: 'on', username: 'ada', clients: ['shop'] })
    keycloak.addSession({ id: 'off', username: 'ada', clients: ['shop', 'desk'], offline: true })
    keycloak.addSession({ id: 'other', username: 'bob', clients: ['chat'], offline: true })
  })
  const read = async () => {
    const users = await keycloak.findUsers('ada')
    const [ada] = await readSessions(users, await keycloak.clients(), keycloak)
    return ada?.sessions.map(({ id }) => id)
  }
  const asked = () => keycloak.calls.filter((name) => name === 'offlineSessionsOf').length

  it('are read only from clients in the consents', async () => {
    expect([await read(), asked()]).toEqual([['on', 'off'], 2])
  })

  it('are read from clients that the caller may not view, too', async () => {
    keycloak.hidden.add('shop').add('desk')
    expect(await read()).toEqual(['on', 'off'])
  })

  it('are read from all clients if the consents cannot be read', async () => {
    keycloak.on('offlineClientsOf', () => {
      throw new UserError('unreadable', 'Cannot read the consents of a user.')
    })
    expect([await read(), asked()]).toEqual([['on', 'off'], (await keycloak.clients()).length])
  })

  it('fail if the consents are refused', async () => {
    keycloak.on('offlineClientsOf', () => {
      throw new UserError('role-missing', 'The role is missing.', { exitCode: EXIT.denied })
    })
    await expect(read()).rejects.toMatchObject({ code: 'role-missing' })
  })
})
