import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import {
  atMost,
  countAnswers,
  countNotifications,
  type DeliveryStatus,
  deliveryOf,
  type ExpectedCalls,
  exactly,
  expectedText,
  hasFailure,
  isCertain,
  plus,
  type SeenOutcome,
} from './notifications.ts'

const answered = (status: number): SeenOutcome => ({ kind: 'answered', status })
const FAILED: SeenOutcome = { kind: 'failed', error: 'timeout' }
const NOT_SENT: SeenOutcome = { kind: 'not-sent' }

describe('without evidence', () => {
  it('everything that is expected is unknown', () => {
    expect(countNotifications(exactly(11))).toEqual({
      expected: { min: 11, max: 11 },
      accepted: 0,
      refused: 0,
      failed: 0,
      notSent: 0,
      unknown: 11,
    })
  })

  it('the delivery is unconfirmed, or none where no call was expected', () => {
    expect(deliveryOf(countNotifications(exactly(1)))).toBe('unconfirmed')
    expect(deliveryOf(countNotifications(atMost(3)))).toBe('unconfirmed')
    expect(deliveryOf(countNotifications())).toBe('none')
  })
})

describe('the delivery that evidence shows', () => {
  const rows: [string, ExpectedCalls, SeenOutcome[], DeliveryStatus][] = [
    ['all accepted', exactly(2), [answered(200), answered(204)], 'confirmed'],
    ['one of two accepted, the other not seen', exactly(2), [answered(200)], 'unconfirmed'],
    ['a redirect is a refusal', exactly(1), [answered(302)], 'failed'],
    ['201 is a refusal for Keycloak', exactly(1), [answered(201)], 'failed'],
    ['one refused', exactly(2), [answered(200), answered(400)], 'partly'],
    ['one refused, the other not seen', exactly(2), [answered(400)], 'partly'],
    ['all failed', exactly(2), [FAILED, FAILED], 'failed'],
    ['a call that was not made', exactly(2), [answered(200), NOT_SENT], 'partly'],
    ['no call was made', exactly(1), [NOT_SENT], 'failed'],
    ['fewer calls than at most, nothing seen of the rest', atMost(2), [answered(200)], 'unconfirmed'],
    ['a call that nobody expected, accepted', exactly(0), [answered(200)], 'confirmed'],
  ]
  test.each(rows)('%s', (_, expected, seen, delivery) => {
    expect(deliveryOf(countNotifications(expected, seen))).toBe(delivery)
  })

  it('is never better than what was seen', () => {
    const outcome = fc.constantFrom(answered(200), answered(400), FAILED, NOT_SENT)
    fc.assert(
      fc.property(fc.nat(20), fc.array(outcome, { maxLength: 20 }), (calls, seen) => {
        const counted = countNotifications(exactly(calls), seen)
        const accepted = seen.filter((one) => one.kind === 'answered' && one.status === 200).length
        expect(counted.accepted).toBe(accepted)
        expect(hasFailure(counted)).toBe(accepted < seen.length)
        if (deliveryOf(counted) === 'confirmed') {
          expect(accepted).toBe(seen.length)
          expect(accepted).toBeGreaterThanOrEqual(calls)
        }
      }),
    )
  })
})

describe('expected calls', () => {
  it('are certain only as one number above 0', () => {
    expect([exactly(1), exactly(0), atMost(1)].map(isCertain)).toEqual([true, false, false])
  })

  it('add up', () => {
    expect(plus(exactly(2), atMost(3))).toEqual({ min: 2, max: 5 })
  })

  it('are one number or a range in words', () => {
    expect(expectedText(exactly(11), String)).toBe('11')
    expect(expectedText({ min: 8, max: 11 }, String)).toBe('8 to 11')
  })
})

it('answers are counted, the most frequent first, calls that were not made left out', () => {
  expect(countAnswers([answered(400), answered(200), answered(200), FAILED, NOT_SENT])).toEqual([
    { status: 200, count: 2 },
    { error: 'timeout', count: 1 },
    { status: 400, count: 1 },
  ])
})
