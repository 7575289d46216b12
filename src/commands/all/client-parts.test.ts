import { beforeEach, describe, expect, it } from 'vitest'
import { allRealm, resultOf } from '../../../test/support/all-realm.ts'
import { EXIT, UserError } from '../../errors.ts'

/** Keycloak lists and counts a client session that has expired, and does not notify its client (26.7.4). */
const realm = allRealm()
const OLD = 2 * 3600_000

describe('client sessions that may have expired', () => {
  beforeEach(() => {
    realm.keycloak.addClient({ clientId: 'cart', backchannelLogoutUrl: 'https://cart.example/logout' })
  })
  const signIn = (id: string, clients: string[], expired: string[] = [], age = OLD, username = 'ada') =>
    void realm.keycloak.addSession({
      id,
      username,
      clients,
      expired,
      start: realm.clock.now() - age,
    })
  const clientsOf = async (args = '') => {
    const ran = await realm.confirmed(args)
    const clients = resultOf(ran).clients.map(
      ({ clientId, expectation, reason, expired, notifications: { expected } }) => [
        clientId,
        expectation,
        reason,
        expired,
        expected.min,
        expected.max,
      ],
    )
    return { ran, clients: clients.sort() }
  }

  it('are looked at right before the session ends: exact numbers', async () => {
    signIn('a1', ['shop'], ['cart'])
    signIn('a2', ['shop', 'cart'])
    signIn('b1', ['shop'], ['cart'], OLD, 'bob')
    const { ran, clients } = await clientsOf('--strict')
    expect(clients).toEqual([
      ['cart', 'notified', undefined, 2, 1, 1],
      ['shop', 'notified', undefined, undefined, 3, 3],
    ])
    expect(ran.code).toBe(EXIT.partial)
    expect(realm.notified()).toEqual(['both', 'cart a2', 'desk', 'shop a1', 'shop a2', 'shop b1'])
  })

  it('of which all have expired: not notified', async () => {
    signIn('a1', ['shop'], ['cart'])
    const { ran, clients } = await clientsOf('--strict')
    expect(clients[0]).toEqual(['cart', 'not-notified', 'session-expired', 1, 0, 0])
    expect(ran.code).toBe(EXIT.partial)
  })

  it('are not looked at while every limit is longer than the session is old', async () => {
    signIn('a1', ['shop'], [], 60_000)
    const { ran, clients } = await clientsOf('--strict')
    expect([clients, ran.code]).toEqual([[['shop', 'notified', undefined, undefined, 1, 1]], EXIT.ok])
    expect(realm.keycloak.calls).not.toContain('sessionsOf')
  })

  it('are a range in the plan', async () => {
    signIn('a1', ['shop'], ['cart'])
    const { clients } = await clientsOf('--dry-run')
    expect(clients).toEqual([
      ['cart', 'uncertain', 'may-have-expired', undefined, 0, 1],
      ['shop', 'uncertain', 'may-have-expired', undefined, 0, 1],
    ])
  })

  it('are a range if their limit is so short that they may expire in between', async () => {
    realm.keycloak.addClient({
      clientId: 'flash',
      backchannelLogoutUrl: 'https://flash.example/logout',
      sessionLimits: { idle: undefined, max: 3 },
    })
    signIn('a1', ['flash'], [], 60_000)
    const { clients } = await clientsOf('--strict')
    expect(clients).toEqual([['flash', 'uncertain', 'may-have-expired', undefined, 0, 1]])
  })

  it('are a range if the sessions of the user cannot be read', async () => {
    signIn('a1', ['shop'])
    signIn('b1', ['shop'], [], OLD, 'bob')
    realm.keycloak.on('sessionsOf', () => {
      throw new UserError('forbidden', 'Missing.', { exitCode: EXIT.denied })
    })
    const { ran, clients } = await clientsOf('--strict --concurrency 1')
    expect(clients).toEqual([['shop', 'uncertain', 'may-have-expired', undefined, 0, 2]])
    expect(ran.code).toBe(EXIT.partial)
    expect(realm.keycloak.calls.filter((name) => name === 'sessionsOf')).toHaveLength(1)
  })

  it('are looked at for 2,000 users', async () => {
    for (let i = 0; i < 2_010; i++) signIn(`s${i}`, ['shop'], [], OLD, `user-${i}`)
    const { clients } = await clientsOf()
    expect(clients).toEqual([['shop', 'uncertain', 'may-have-expired', undefined, 2_000, 2_010]])
  })

  it('do not matter to a client that the realm step notifies', async () => {
    signIn('a1', ['desk'])
    const { ran, clients } = await clientsOf('--strict')
    expect([clients, ran.code]).toEqual([[['desk', 'notified', undefined, undefined, 1, 1]], EXIT.ok])
  })

  it('of offline sessions are looked at, too', async () => {
    const start = realm.clock.now() - 40 * 86_400_000
    for (const [id, expired] of [
      ['o1', ['cart']],
      ['o2', []],
    ] as const)
      realm.keycloak.addSession({
        id,
        username: 'ada',
        offline: true,
        start,
        clients: ['shop', ...(expired.length > 0 ? [] : ['cart'])],
        expired,
      })
    const { clients } = await clientsOf('--offline-sessions')
    expect(clients).toEqual([
      ['cart', 'notified', undefined, 1, 1, 1],
      ['shop', 'notified', undefined, undefined, 2, 2],
    ])
  })
})
