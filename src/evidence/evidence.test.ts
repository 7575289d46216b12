import { expect, test } from 'vitest'
import { joinEvidence } from './evidence.ts'
import { traceIds } from './traces/collect.ts'

test.each([1.005, 5_000_000])(
  'waits for %d s: no number that an option takes breaks the end of a run',
  async (wait) => {
    const evidence = joinEvidence({
      realm: 'customers',
      stores: [],
      logs: [],
      ids: traceIds(() => '1'),
      wait,
      now: () => 0,
      sleep: async () => {},
      signal: new AbortController().signal,
      close: async () => {},
    })
    expect(await evidence.settle()).toEqual({ deliveries: [], problems: [] })
  },
)
