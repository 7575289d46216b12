import { describe, expect, it } from 'vitest'
import { virtualClock } from '../../../test/support/clock.ts'
import { FakeKeycloak } from '../../../test/support/fake-keycloak.ts'
import { ssfReceivers } from '../../core/ssf.ts'
import { EXIT, UserError } from '../../errors.ts'
import { ssfEmitter } from './emitter.ts'

const PUSH = { issuer: 'https://keycloak.test/realms/customers', url: 'https://siem.example/events' }

async function world(change: (keycloak: FakeKeycloak) => void = () => {}, fast = 0) {
  const clock = virtualClock()
  const keycloak = new FakeKeycloak({ now: clock.now })
  keycloak.addClient({ clientId: 'siem', ssf: PUSH })
  keycloak.addClient({ clientId: 'off', ssf: PUSH, enabled: false })
  keycloak.addClient({ clientId: 'shop' })
  change(keycloak)
  const receivers = ssfReceivers(await keycloak.clients())
  const { signal } = new AbortController()
  const emitter = ssfEmitter(receivers, keycloak, {
    now: () => clock.now() + fast,
    sleep: clock.sleep,
    signal,
  })
  const outcomes = async (...sessions: string[]) => {
    for (const id of sessions) emitter.ended({ id, userId: 'u' })
    const events = await emitter.settle(5)
    return events.map(({ clientId, sessionId, outcome }) => [clientId, sessionId, outcome])
  }
  return { clock, emitter, keycloak, outcomes }
}
const state = (status: string, attempts = 0, lastError?: string) => ({
  status,
  attempts,
  lastError,
  deliveredAt: undefined,
})

describe('security events', () => {
  it('are emitted once for each session and receiver, and delivered when the outbox says so', async () => {
    const { keycloak, outcomes } = await world()
    expect(await outcomes('s1', 's2')).toEqual([
      ['siem', 's1', { kind: 'delivered' }],
      ['siem', 's2', { kind: 'delivered' }],
    ])
    expect(keycloak.operations.map(({ args }) => args)).toEqual([
      ['siem', 's1'],
      ['siem', 's2'],
    ])
  })

  it.each([
    ['no attempt yet', state('PENDING'), undefined],
    [
      'an answer other than 202',
      state('PENDING', 2, 'HTTP 500 Server Error'),
      { kind: 'answered', status: 500 },
    ],
    [
      'no connection',
      state('DEAD_LETTER', 9, 'java.net.ConnectException: Connection refused'),
      { kind: 'failed', error: 'refused' },
    ],
  ])('that wait in the outbox are what it says of the attempts: %s', async (_, found, outcome) => {
    const { outcomes } = await world((keycloak) => keycloak.outbox.set('siem', found))
    expect(await outcomes('s1')).toEqual([['siem', 's1', outcome]])
  })

  it('are not asked for again after the role is missing', async () => {
    const { keycloak, outcomes } = await world((fake) =>
      fake.on('emitSessionRevoked', () => {
        throw new UserError('role-missing', 'no role', { exitCode: EXIT.denied })
      }),
    )
    const missing = { kind: 'failed', error: 'ssf-role-missing' }
    expect(await outcomes(...Array.from({ length: 20 }, (_, index) => `s${index}`))).toEqual(
      Array.from({ length: 20 }, (_, index) => ['siem', `s${index}`, missing]),
    )
    expect(keycloak.calls.filter((name) => name === 'emitSessionRevoked').length).toBeLessThan(5)
  })

  it('are not expected where the receiver did not subscribe to the user', async () => {
    const { outcomes } = await world((keycloak) => {
      keycloak.emitted = { status: 'dropped_unsubscribed', jti: undefined }
    })
    expect(await outcomes('s1')).toEqual([])
  })

  it.each([
    ['right', 0],
    ['a second fast, which cannot be told from right', 1_000],
    ['ten minutes fast', 600_000],
    ['ten minutes slow', -600_000],
  ])("have the server's time where the local clock is %s", async (_, fast) => {
    const { clock, emitter } = await world(() => {}, fast)
    const ended = clock.now()
    emitter.ended({ id: 's1', userId: 'u' })
    const [event] = await emitter.settle(5)
    expect(event?.at).toBe(Math.abs(fast) > 2_500 ? ended : ended + fast)
  })

  it('cause no request without a receiver', async () => {
    const { keycloak } = await world()
    const { signal } = new AbortController()
    const emitter = ssfEmitter([], keycloak, { now: () => 0, sleep: async () => {}, signal })
    const before = keycloak.calls.length
    emitter.ended({ id: 's1', userId: 'u' })
    expect([await emitter.settle(5), keycloak.calls.length]).toEqual([[], before])
  })
})
