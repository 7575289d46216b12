import { expect, test } from 'vitest'
import type { SeenOutcome } from '../core/notifications.ts'
import type { EvidenceKind, SeenDelivery } from './delivery.ts'
import { mergeDeliveries } from './merge.ts'

const seen = (evidence: EvidenceKind, outcome: SeenOutcome): SeenDelivery => ({
  sessionId: 's1',
  offline: false,
  clientId: 'shop',
  url: 'https://shop.example/logout',
  outcome,
  at: 1,
  evidence,
})
const merged = (traces: SeenOutcome, log: SeenOutcome) =>
  mergeDeliveries([seen('traces', traces), seen('log', log)])
/** What a log says that has no status: up to 26.5, and of Admin URLs. */
const notAccepted: SeenOutcome = { kind: 'failed', error: 'not-accepted' }

test.each([
  { kind: 'answered', status: 400 },
  { kind: 'failed', error: 'read-timeout' },
] as const)('a log that says only "not accepted" does not contradict %j', (outcome) => {
  const [one, ...others] = merged(outcome, notAccepted)
  expect(others).toEqual([])
  expect(one).toMatchObject({ outcome, evidence: ['traces', 'log'] })
  expect(one).not.toHaveProperty('contradictedBy')
})

test.each([
  [{ kind: 'answered', status: 200 }, notAccepted],
  [
    { kind: 'answered', status: 400 },
    { kind: 'failed', error: 'read-timeout' },
  ],
] as const)('%j and %j contradict each other', (traces, log) => {
  expect(merged(traces, log)).toMatchObject([{ outcome: traces, contradictedBy: log }])
})
