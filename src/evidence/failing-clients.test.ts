import { describe, expect, it } from 'vitest'
import type { SeenOutcome } from '../core/notifications.ts'
import { failingClients } from './failing-clients.ts'
import type { Delivered } from './merge.ts'

const answered = (status: number): SeenOutcome => ({ kind: 'answered', status })
const failed: SeenOutcome = { kind: 'failed', error: 'timeout' }
const deliveries = (clientId: string, outcomes: readonly SeenOutcome[]): Delivered[] =>
  outcomes.map((outcome, at) => ({
    ...{ sessionId: `s${at}`, offline: false, clientId, url: null, outcome, at, evidence: ['log'] },
  }))
const five = Array.from({ length: 5 }, () => answered(500))

describe('clients that accept no call any more', () => {
  it.each<[string, SeenOutcome[], boolean]>([
    ['five refusals', five, true],
    ['five failures of two kinds', [failed, ...five.slice(1)], true],
    ['five after many accepted', [...Array.from({ length: 9 }, () => answered(200)), ...five], true],
    ['four', five.slice(1), false],
    ['five, then accepted', [...five, answered(204)], false],
    ['five with one accepted among them', [answered(500), answered(200), ...five.slice(1)], false],
    ['five that were not sent', five.map(() => ({ kind: 'not-sent' })), false],
  ])('%s: %s', (_, outcomes, isFailing) => {
    const found = failingClients(deliveries('shop', outcomes))
    expect([...found.keys()]).toEqual(isFailing ? ['shop'] : [])
  })

  it('are told apart, in the order of the calls', () => {
    const shop = deliveries('shop', [...five, answered(200)]).reverse()
    const found = failingClients([...shop, ...deliveries('desk', five)])
    expect([...found.values()]).toEqual([{ clientId: 'desk', outcome: answered(500) }])
  })

  it('leaves out what two sources contradict', () => {
    const contradicted = deliveries('shop', five).map((one) => ({ ...one, contradictedBy: answered(200) }))
    expect(failingClients(contradicted).size).toBe(0)
  })
})
