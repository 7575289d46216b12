import { describe, expect, it } from 'vitest'
import type { SessionTarget } from '../target.ts'
import { interleaved } from './interleave.ts'
import { createLanes } from './lanes.ts'
import { usualLatency } from './usual-latency.ts'

const lists = new Map<string, readonly string[]>()
const target = (id: string, client: string): SessionTarget => {
  const notified = lists.get(client) ?? [client]
  lists.set(client, notified)
  return { id, offline: false, userId: 'u', username: 'ada', clients: notified, notified }
}
const targets = (client: string, count: number) =>
  Array.from({ length: count }, (_, index) => target(`${client}-${index}`, client))

/** Work that ends when it is told to. */
function manual(all: readonly SessionTarget[], width: number) {
  const queue = createLanes(all, width, undefined)
  const under = new Map<string, () => void>()
  const done = queue.run(
    ({ id }) => new Promise((resolve) => under.set(id, resolve)),
    () => false,
  )
  const settle = () => new Promise((resolve) => setImmediate(resolve))
  return {
    queue,
    done,
    under: () => [...under.keys()],
    async end(id: string, stalled = false) {
      const found = all.find((each) => each.id === id)
      if (found) queue.finished(found, stalled)
      under.get(id)?.()
      under.delete(id)
      await settle()
    },
  }
}

describe('a session that is late', () => {
  it('gives its place to another, and those of its client wait', async () => {
    const [slow, quick] = [targets('slow', 4), targets('quick', 4)]
    const run = manual([...slow.slice(0, 2), ...quick, ...slow.slice(2)], 2)
    expect(run.under()).toEqual(['slow-0', 'slow-1'])
    for (const each of slow.slice(0, 2)) run.queue.late(each)
    expect(run.under()).toEqual(['slow-0', 'slow-1', 'quick-0', 'quick-1'])
    for (const each of quick) await run.end(each.id)
    // Two of the slow are under way, and that is what the narrow lane holds.
    expect(run.under()).toEqual(['slow-0', 'slow-1'])
    await run.end('slow-0', true)
    expect(run.under()).toEqual(['slow-1', 'slow-2'])
    for (const each of slow) await run.end(each.id, true)
    await run.done
  })

  it('that ends quickly after all gives the sessions of its client back to the main lane', async () => {
    const [odd, quick] = [targets('odd', 6), targets('quick', 2)]
    const run = manual([...odd.slice(0, 1), ...quick, ...odd.slice(1)], 4)
    run.queue.late(odd[0] as SessionTarget)
    for (const each of quick) await run.end(each.id)
    const waiting = run.under().length
    await run.end('odd-0')
    expect(run.under().length).toBeGreaterThan(waiting)
    for (const each of odd) await run.end(each.id)
    await run.done
  })

  it('that tells nobody waits for nobody: it keeps its place', async () => {
    const silent: SessionTarget = { ...target('s', 'silent'), notified: [] }
    const run = manual([silent, ...targets('quick', 1)], 1)
    run.queue.late(silent)
    expect(run.under()).toEqual(['s'])
    await run.end('s')
    await run.end('quick-0')
    await run.done
  })
})

describe('receivers that hang, more of them than there are places', () => {
  const hanging = (count: number) =>
    Array.from({ length: count }, (_, index) => targets(`c${index}`, 1)).flat()

  it.each([1, 2, 8])('have no more than twice the width under way: %i', async (width) => {
    const all = hanging(40)
    const run = manual(all, width)
    for (let n = 0; n < all.length; n++) {
      for (const each of all) if (run.under().includes(each.id)) run.queue.late(each)
      expect(run.under().length).toBeLessThanOrEqual(2 * width)
      await run.end(run.under()[0] ?? '', true)
    }
    await run.done
  })

  it('hold nobody up any more once they are only looked at', async () => {
    const [slow, quick] = [hanging(6), targets('quick', 3)]
    const run = manual([...slow, ...quick], 2)
    const late = (ids: readonly SessionTarget[]) => {
      for (const each of ids) run.queue.late(each)
    }
    late(slow.slice(0, 2))
    late(slow.slice(2, 4))
    expect(run.under()).toEqual(['c0-0', 'c1-0', 'c2-0', 'c3-0'])
    for (const each of slow.slice(0, 4)) run.queue.park(each)
    late(slow.slice(4))
    expect(run.under().slice(4)).toEqual(['c4-0', 'c5-0', 'quick-0', 'quick-1'])
    for (const each of [...quick, ...slow]) await run.end(each.id, true)
    await run.done
  })
})

describe('what is late', () => {
  const pace = (durations: readonly number[], idle = 0) => {
    let now = 0
    const usual = usualLatency(() => now)
    for (const each of durations) usual.took(each)
    now += idle
    return usual.lateAfter()
  }
  it.each([
    ['cannot be said before enough is known', Array(15).fill(10), 0, undefined],
    ['is nothing below a quarter of a second', Array(16).fill(10), 0, 250],
    ['is four times what is usual', Array(100).fill(2_000), 0, 8_000],
    ['follows the server as it becomes slow', [...Array(100).fill(10), ...Array(200).fill(2_000)], 0, 8_000],
    ['cannot be said while none ends: then it is the server', Array(100).fill(10), 126, undefined],
    ['can be said while the next of a slow server is not due', Array(100).fill(2_000), 1_900, 8_000],
    ['cannot be said when it is', Array(100).fill(2_000), 2_001, undefined],
  ])('%s', (_, durations, idle, expected) => {
    const found = pace(durations, idle)
    if (expected === undefined) expect(found).toBeUndefined()
    else expect(found).toBeCloseTo(expected, -1)
  })
})

describe('the order of sessions', () => {
  it('takes those of different clients in turns, none twice and none left out', () => {
    const all = [...targets('a', 3), ...targets('b', 1), ...targets('c', 2)]
    expect(interleaved(all).map(({ id }) => id)).toEqual(['a-0', 'b-0', 'c-0', 'a-1', 'c-1', 'a-2'])
  })

  it('stays as it is for one client', () => {
    const all = targets('a', 3)
    expect(interleaved(all)).toBe(all)
  })
})
