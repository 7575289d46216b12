import { describe, expect, it } from 'vitest'
import { type ConfiguredClient, type ConfigureStatus, outcomeOf } from './outcome.ts'
import { textsOf } from './texts.ts'

const one = (status: ConfigureStatus, severity?: 'error' | 'warning'): ConfiguredClient => ({
  clientId: 'shop',
  status,
  changes: [],
  findings: severity ? [{ code: 'x', severity, message: 'x' }] : [],
})

describe('the verdict of several clients', () => {
  const table: readonly (readonly [clients: ConfiguredClient[], verdict: string])[] = [
    [[], 'unchanged'],
    [[one('unchanged')], 'unchanged'],
    [[one('unchanged', 'warning')], 'unchanged'],
    [[one('unchanged', 'error')], 'drift'],
    [[one('unchanged'), one('would-change')], 'drift'],
    [[one('unchanged'), one('changed', 'warning')], 'changed'],
    [[one('changed'), one('failed', 'error')], 'failed'],
  ]
  it.each(table)('of %j is %s', (clients, verdict) => {
    expect(outcomeOf('r', clients).verdict).toBe(verdict)
  })
})

it('a finding without a text is shown by its code', () => {
  expect(textsOf({ code: 'from-tomorrow', severity: 'info' })).toEqual({ message: 'from-tomorrow' })
})
