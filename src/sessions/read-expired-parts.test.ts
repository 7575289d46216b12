import { beforeEach, describe, expect, it } from 'vitest'
import { FakeKeycloak } from '../../test/support/fake-keycloak.ts'
import { EXIT, UserError } from '../errors.ts'
import { readExpiredParts } from './read-expired-parts.ts'
import { readSessions } from './read-user-sessions.ts'

const HOURS = 3_600_000

describe('expired client sessions of a user', () => {
  let keycloak: FakeKeycloak
  let now: number
  beforeEach(() => {
    now = 1_800_000_000_000
    keycloak = new FakeKeycloak({ now: () => now })
    const limits = { client: { idle: undefined, max: undefined }, user: { idle: 1800, max: 36_000 } }
    keycloak.realmSettings = {
      ...keycloak.realmSettings,
      sessionLimits: limits,
      offlineSessionLimits: limits,
    }
    for (const clientId of ['shop', 'desk']) keycloak.addClient({ clientId })
  })
  const read = async () => {
    const clients = await keycloak.clients()
    const sessions = await readSessions(await keycloak.findUsers('ada'), clients, keycloak)
    const ctx = { now: () => now, signal: new AbortController().signal }
    const { parts, isIncomplete } = await readExpiredParts(
      sessions,
      { clients, realm: keycloak.realmSettings },
      keycloak,
      ctx,
    )
    return {
      parts: parts.map(
        (part) => `${part.offline ? 'offline ' : ''}${part.sessionId} ${part.client.clientId}`,
      ),
      isIncomplete,
    }
  }
  const old = { username: 'ada', start: 1_800_000_000_000 - HOURS }

  it('are found in the lists by client', async () => {
    keycloak.addSession({ ...old, id: 's1', clients: ['desk'], expired: ['shop'] })
    keycloak.addSession({ username: 'bob', id: 's2', clients: ['desk'], expired: ['shop'] })
    expect(await read()).toEqual({ parts: ['s1 shop'], isIncomplete: false })
  })

  it('are found of offline sessions of which nothing else is left', async () => {
    keycloak.addSession({ ...old, id: 'off', expired: ['shop'], offline: true })
    expect(await read()).toEqual({ parts: ['offline off shop'], isIncomplete: false })
  })

  it('are not looked for at clients where none can have expired yet', async () => {
    keycloak.addSession({ username: 'ada', id: 's1', clients: ['desk'] })
    keycloak.addSession({ username: 'bob', id: 's2', clients: ['shop'] })
    expect(await read()).toEqual({ parts: [], isIncomplete: false })
    expect(keycloak.calls).not.toContain('clientSessions')
  })

  it('do not include a client that joined the session after the first look', async () => {
    keycloak.addSession({ ...old, id: 's1', clients: ['desk'] })
    keycloak.addSession({ username: 'bob', id: 's2', clients: ['shop'] })
    const clients = await keycloak.clients()
    const sessions = await readSessions(await keycloak.findUsers('ada'), clients, keycloak)
    const early = sessions.map((one) => ({
      ...one,
      sessions: one.sessions.map((session) => ({ ...session, clients: [] })),
    }))
    const facts = { clients, realm: keycloak.realmSettings }
    const ctx = { now: () => now, signal: new AbortController().signal }
    expect((await readExpiredParts(early, facts, keycloak, ctx)).parts).toEqual([])
  })

  it.each<[string, () => void]>([
    [
      'there are too many sessions',
      () => {
        for (let i = 0; i < 5001; i++)
          keycloak.addSession({ username: 'bob', id: `b${i}`, clients: ['shop'] })
      },
    ],
    [
      'the numbers of sessions are refused',
      () => {
        keycloak.on('sessionCounts', () => {
          throw new UserError('role-missing', 'Missing.', { exitCode: EXIT.denied })
        })
      },
    ],
    [
      'a list cannot be read',
      () => {
        keycloak.addSession({ username: 'bob', id: 's2', clients: ['shop'] })
        keycloak.on('clientSessions', () => {
          throw new UserError('unreadable', 'Cannot read it.')
        })
      },
    ],
  ])('are incomplete if %s', async (_, arrange) => {
    keycloak.addSession({ ...old, id: 's1', clients: ['desk'] })
    arrange()
    expect((await read()).isIncomplete).toBe(true)
  })
})
