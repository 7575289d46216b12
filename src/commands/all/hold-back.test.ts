import { describe, expect, it } from 'vitest'
import { aClient } from '../../../test/support/builders.ts'
import { EXIT, UserError } from '../../errors.ts'
import type { FailingClient } from '../../evidence/failing-clients.ts'
import type { SessionTarget } from '../../sessions/target.ts'
import { HoldBack } from './hold-back.ts'
import type { HoldBackMode } from './options.ts'

const SERVER_TIME = Date.UTC(2026, 0, 2, 3, 4, 5)
const SHOP = aClient({ clientId: 'shop', id: 'id-shop' })
const target = (id: string, notified = ['shop'], offline = false): SessionTarget => ({
  ...{ id, offline, userId: 'id-ada', username: 'ada', start: 0, clients: ['id-shop'], notified },
})

function held(holdBack: HoldBackMode, { notBefore = 0, refuses = false } = {}) {
  let now = 0
  const failing = new Map<string, FailingClient>()
  const notBefores: [string, number][] = []
  const notes: string[] = []
  const run = {
    settings: { holdBack },
    failing: () => new Map(failing),
    ctx: { now: () => now },
    progress: { note: (text: string) => void notes.push(text) },
    snapshot: { clients: [{ ...SHOP, notBefore }] },
    keycloak: {
      realm: 'customers',
      serverTime: async () => SERVER_TIME,
      setClientNotBefore: async (id: string, seconds: number) => {
        if (refuses) throw new UserError('role-missing', 'The role is missing.', { exitCode: EXIT.denied })
        notBefores.push([id, seconds])
      },
    },
  }
  return {
    holdBack: new HoldBack(run),
    notBefores,
    notes,
    /** Evidence shows five failures in a row, some time later. */
    fails(clientId: string) {
      failing.set(clientId, { clientId, outcome: { kind: 'answered', status: 500 } })
      now += 1000
    },
  }
}

describe('holding back', () => {
  it('begins when evidence shows the failures, and says so once', async () => {
    const { holdBack, fails, notes } = held('leave')
    expect(holdBack.holds(target('s1'))).toBe(false)
    fails('shop')
    expect(['s2', 's3'].map((id) => holdBack.holds(target(id)))).toEqual([true, true])
    expect(holdBack.holds(target('s4', ['desk']))).toBe(false)
    expect(notes).toEqual(['shop: the last 5 calls failed (500). Its other sessions are held back.'])
    expect(await holdBack.finish()).toEqual([
      {
        clientId: 'shop',
        answer: '500',
        notBefore: null,
        sessions: [
          { id: 's2', username: 'ada', offline: false },
          { id: 's3', username: 'ada', offline: false },
        ],
        command: 'kc-logout all -r customers --client shop',
      },
    ])
  })

  it('cuts the tokens of the client off by the time of the server', async () => {
    const { holdBack, fails, notBefores } = held('cut-off')
    fails('shop')
    holdBack.holds(target('s1', ['shop'], true))
    expect(await holdBack.finish()).toMatchObject([
      {
        notBefore: '2026-01-02T03:04:05.000Z',
        command: 'kc-logout all -r customers --client shop --offline-sessions',
      },
    ])
    expect(notBefores).toEqual([['id-shop', SERVER_TIME / 1000]])
  })

  it('leaves a not-before in the future as it is', async () => {
    const later = SERVER_TIME / 1000 + 60
    const { holdBack, fails, notBefores } = held('cut-off', { notBefore: later })
    fails('shop')
    holdBack.holds(target('s1'))
    expect(await holdBack.finish()).toMatchObject([{ notBefore: '2026-01-02T03:05:05.000Z' }])
    expect(notBefores).toEqual([])
  })

  it('says so if the tokens cannot be cut off', async () => {
    const { holdBack, fails } = held('cut-off', { refuses: true })
    fails('shop')
    holdBack.holds(target('s1'))
    expect(await holdBack.finish()).toMatchObject([{ notBefore: null, error: 'The role is missing.' }])
  })

  it('holds nothing back with `no`, and changes nothing without a session held back', async () => {
    const never = held('no')
    never.fails('shop')
    expect(never.holdBack.holds(target('s1'))).toBe(false)
    const idle = held('cut-off')
    idle.fails('shop')
    expect([await idle.holdBack.finish(), idle.notBefores]).toEqual([[], []])
  })
})
