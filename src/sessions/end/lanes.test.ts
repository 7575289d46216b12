import { describe, expect, it } from 'vitest'
import { Random } from '../../../test/support/claims/random.ts'
import type { SessionTarget } from '../target.ts'
import { interleave } from './interleave.ts'
import { Lanes } from './lanes.ts'
import { type EndUnit, isUser, type UserSessions } from './units.ts'
import { UsualLatency } from './usual-latency.ts'

const lists = new Map<string, readonly string[]>()
const target = (id: string, client: string): SessionTarget => {
  const notified = lists.get(client) ?? client.split(' ')
  lists.set(client, notified)
  return { id, offline: false, userId: 'u', username: 'ada', start: 0, clients: notified, notified }
}
const targets = (client: string, count: number) =>
  Array.from({ length: count }, (_, index) => target(`${client}-${index}`, client))

const user = (userId: string, ...sessions: readonly SessionTarget[]): UserSessions => ({
  userId,
  sessions,
  notified: sessions.flatMap(({ notified }) => notified),
})
const nameOf = (unit: EndUnit) => (isUser(unit) ? unit.userId : unit.id)

/** Work that ends when the test says so. `known` are clients that have answered before. */
function manual(all: readonly EndUnit[], width: number, known: readonly string[] = []) {
  const lanes = new Lanes(all, width)
  for (const client of known) lanes.finished(target('earlier', client), false)
  const inFlight = new Map<string, () => void>()
  const done = lanes.run(
    (unit) => new Promise((resolve) => inFlight.set(nameOf(unit), resolve)),
    () => false,
  )
  const settle = () => new Promise((resolve) => setImmediate(resolve))
  return {
    lanes,
    done,
    inFlight: () => [...inFlight.keys()],
    async end(id: string, stalled = false) {
      const found = all.find((each) => nameOf(each) === id)
      if (found) lanes.finished(found, stalled)
      await this.gone(id)
    },
    async gone(id: string) {
      inFlight.get(id)?.()
      inFlight.delete(id)
      await settle()
    },
  }
}

describe('an overdue session', () => {
  it('frees its slot; other sessions of its client wait', async () => {
    const [slow, quick] = [targets('slow', 4), targets('quick', 4)]
    const run = manual([...slow.slice(0, 2), ...quick, ...slow.slice(2)], 2, ['slow', 'quick'])
    expect(run.inFlight()).toEqual(['slow-0', 'slow-1'])
    for (const each of slow.slice(0, 2)) run.lanes.overdue(each)
    expect(run.inFlight()).toEqual(['slow-0', 'slow-1', 'quick-0', 'quick-1'])
    for (const each of quick) await run.end(each.id)
    // Two slow sessions are in flight, which fills the slow lane.
    expect(run.inFlight()).toEqual(['slow-0', 'slow-1'])
    await run.end('slow-0', true)
    expect(run.inFlight()).toEqual(['slow-1', 'slow-2'])
    for (const each of slow) await run.end(each.id, true)
    await run.done
  })

  it('returns the sessions of its client to the main lane when it ends without a stall', async () => {
    const [odd, quick] = [targets('odd', 6), targets('quick', 2)]
    const run = manual([...odd.slice(0, 1), ...quick, ...odd.slice(1)], 4)
    run.lanes.overdue(odd[0] as SessionTarget)
    for (const each of quick) await run.end(each.id)
    const waiting = run.inFlight().length
    await run.end('odd-0')
    expect(run.inFlight().length).toBeGreaterThan(waiting)
    for (const each of odd) await run.end(each.id)
    await run.done
  })

  it('keeps its slot if it notifies no client', async () => {
    const silent: SessionTarget = { ...target('s', 'silent'), notified: [] }
    const run = manual([silent, ...targets('quick', 1)], 1)
    run.lanes.overdue(silent)
    expect(run.inFlight()).toEqual(['s'])
    await run.end('s')
    await run.end('quick-0')
    await run.done
  })
})

describe('more hanging applications than slots', () => {
  const hanging = (count: number) =>
    Array.from({ length: count }, (_, index) => targets(`c${index}`, 1)).flat()

  it.each([1, 2, 8])('never have more than twice the width in flight: %i', async (width) => {
    const all = hanging(40)
    const run = manual(all, width)
    for (let n = 0; n < all.length; n++) {
      for (const each of all) if (run.inFlight().includes(each.id)) run.lanes.overdue(each)
      expect(run.inFlight().length).toBeLessThanOrEqual(2 * width)
      await run.end(run.inFlight()[0] ?? '', true)
    }
    await run.done
  })

  it('free their slots when detached', async () => {
    const [slow, quick] = [hanging(6), targets('quick', 3)]
    const run = manual([...slow, ...quick], 2)
    const overdue = (ids: readonly SessionTarget[]) => {
      for (const each of ids) run.lanes.overdue(each)
    }
    overdue(slow.slice(0, 2))
    overdue(slow.slice(2, 4))
    expect(run.inFlight()).toEqual(['c0-0', 'c1-0', 'c2-0', 'c3-0'])
    for (const each of slow.slice(0, 4)) run.lanes.detach(each)
    overdue(slow.slice(4))
    expect(run.inFlight().slice(4)).toEqual(['c4-0', 'c5-0', 'quick-0', 'quick-1'])
    for (const each of [...quick, ...slow]) await run.end(each.id, true)
    await run.done
  })
})

describe('when a session counts as overdue', () => {
  const latencyAfter = (durations: readonly number[], idle = 0) => {
    let now = 0
    const latency = new UsualLatency(() => now)
    for (const each of durations) latency.record(each)
    now += idle
    return latency
  }

  it.each([
    ['after a second, with too few samples', Array(15).fill(10), 1, 1_000],
    ['never below a quarter of a second', Array(16).fill(10), 1, 250],
    ['four times the usual latency', Array(100).fill(2_000), 1, 8_000],
    ['follows a server that becomes slow', [...Array(100).fill(10), ...Array(200).fill(2_000)], 1, 8_000],
    ['longer for several sessions of a user', Array(100).fill(10), 10, 400],
  ])('%s', (_, durations, sessions, expected) => {
    expect(latencyAfter(durations).overdueAfter(sessions)).toBeCloseTo(expected, -1)
  })

  it.each([
    ['an eighth of a second', 10, 125],
    ['the usual latency of a slow server', 2_000, 2_000],
  ])('its slot is freed alone once nothing has ended for %s', (_, usual, idle) => {
    const whileOthersEnd = latencyAfter(Array(100).fill(usual), idle)
    whileOthersEnd.slotFreed()
    expect(whileOthersEnd.mayFreeSlot()).toBe(true)
    const later = latencyAfter(Array(100).fill(usual), idle + 1)
    expect(later.mayFreeSlot()).toBe(true)
    later.slotFreed()
    expect(later.mayFreeSlot()).toBe(false)
  })
})

describe('a client of which it is not known whether it answers', () => {
  it('gets one session at first; those of others come before the rest', async () => {
    const [a, b] = [targets('a', 5), targets('b', 5)]
    const run = manual([...a, ...b], 3, ['b'])
    expect(run.inFlight()).toEqual(['a-0', 'b-0', 'b-1'])
    await run.end('b-0')
    expect(run.inFlight()).toEqual(['a-0', 'b-1', 'b-2'])
    await run.end('a-0')
    expect(run.inFlight()).toEqual(['b-1', 'b-2', 'a-1'])
    await run.end('b-1')
    expect(run.inFlight()).toEqual(['b-2', 'a-1', 'a-2'])
    for (const each of [...a, ...b]) await run.end(each.id)
    await run.done
  })

  it('gets every slot if there is no other', async () => {
    const all = targets('a', 5)
    const run = manual(all, 4)
    expect(run.inFlight()).toEqual(['a-0', 'a-1', 'a-2', 'a-3'])
    for (const each of all) await run.end(each.id)
    await run.done
  })

  it('gets the next one if the first had already ended, which shows nothing', async () => {
    const [a, b] = [targets('a', 4), targets('b', 8)]
    const run = manual([...a, ...b], 3, ['b'])
    expect(run.inFlight()).toEqual(['a-0', 'b-0', 'b-1'])
    await run.gone('a-0')
    expect(run.inFlight()).toEqual(['b-0', 'b-1', 'a-1'])
    for (const each of [...a, ...b]) await run.end(each.id)
    await run.done
  })

  it('has no more than 128 sessions postponed', async () => {
    const [a, b] = [targets('a', 200), targets('b', 1)]
    const run = manual([...a, ...b], 3)
    expect(run.inFlight()).toEqual(['a-0', 'a-129', 'a-130'])
    for (const each of [...a, ...b]) await run.end(each.id)
    await run.done
  })

  it('keeps users whole: they wait until it has answered', async () => {
    const sessions = targets('a', 50)
    const users = Array.from({ length: 10 }, (_, n) => user(`user${n}`, ...sessions.slice(5 * n, 5 * n + 5)))
    const run = manual([...users, ...targets('b', 2)], 8, ['b'])
    expect(run.inFlight()).toEqual(['a-0', 'b-0', 'b-1', 'a-1', 'a-2', 'a-3', 'a-4', 'a-5'])
    run.lanes.finished(sessions[0] as SessionTarget, false)
    const started = new Set<string>()
    for (let [id] = run.inFlight(); id !== undefined; [id] = run.inFlight()) {
      started.add(id)
      await run.end(id)
    }
    expect([...started].filter((id) => id.startsWith('user'))).toHaveLength(8)
    await run.done
  })
})

describe('whatever happens', () => {
  it.each(Array.from({ length: 60 }, (_, seed) => seed))('each session starts once: %i', async (seed) => {
    const random = new Random(seed)
    const sessions = ['a', 'b', 'c', 'a b'].flatMap((client) => targets(client, random.between(40, 240)))
    const [alone, together] = [sessions.slice(0, 100), sessions.slice(100)]
    const users: UserSessions[] = []
    for (let at = 0; at < together.length; at += 7)
      users.push(user(`user${at}`, ...together.slice(at, at + 7)))
    const started = new Map<string, number>()
    const lanes = new Lanes(interleave([...alone, ...users]), random.between(1, 12))
    const inFlight: { unit: EndUnit; end: () => void }[] = []
    const done = lanes.run(
      (unit) =>
        new Promise((end) => {
          for (const { id } of isUser(unit) ? unit.sessions : [unit])
            started.set(id, (started.get(id) ?? 0) + 1)
          inFlight.push({ unit, end })
        }),
      () => false,
    )
    while (inFlight.length > 0) {
      const one = random.pick(inFlight)
      const what = random.next()
      if (what < 0.2) lanes.overdue(one.unit)
      else if (what < 0.25) lanes.detach(one.unit)
      else {
        if (what < 0.8) lanes.finished(one.unit, random.chance(0.2))
        inFlight.splice(inFlight.indexOf(one), 1)
        one.end()
        await new Promise((resolve) => setImmediate(resolve))
      }
    }
    await done
    expect(started.size).toBe(sessions.length)
    expect([...started.values()].every((times) => times === 1)).toBe(true)
  })
})

describe('the sessions of a user', () => {
  it('can be very many', async () => {
    const many: UserSessions = { userId: 'ada', sessions: targets('a', 200_000), notified: ['a'] }
    const lanes = new Lanes([], 1)
    lanes.takeApart(many)
    let ended = 0
    await lanes.run(
      async () => void ended++,
      () => ended === 1_000,
    )
    expect(ended).toBe(1_000)
  })

  it('are one unit once each of its clients has answered, and end one by one before', async () => {
    const [a, b] = [targets('a', 6), targets('b', 4)]
    const users = [user('ada', ...a.slice(0, 2)), user('bob', ...a.slice(2, 4)), user('cleo', ...a.slice(4))]
    const [early, late] = [user('dan', ...b.slice(0, 2)), user('eve', ...b.slice(2))]
    const run = manual([...users, early, late, ...a, ...b], 1)
    for (const id of ['a-0', 'a-1', 'bob', 'cleo', 'b-0', 'b-1', 'eve']) {
      expect(run.inFlight()).toEqual([id])
      await run.end(id)
    }
    for (const { id } of [...a, ...b]) await run.end(id)
    await run.done
  })

  it('end one by one if one of the clients is slow: its session waits, the others do not', async () => {
    const slow = targets('slow', 4)
    const quick = targets('quick', 2)
    const all = [...slow.slice(0, 2), user('ada', ...slow.slice(2), ...quick)]
    const run = manual(all, 1)
    await run.end('slow-0', true)
    await run.end('slow-1', true)
    expect(run.inFlight()).toEqual(['quick-0', 'slow-2'])
    await run.end('quick-0')
    expect(run.inFlight()).toEqual(['slow-2', 'quick-1'])
    for (const id of ['quick-1', 'slow-2', 'slow-3']) await run.end(id)
    await run.done
  })

  it.each(['overdue', 'detach'] as const)(
    'free their slot when %s: then those of others end one by one until their clients have answered',
    async (what) => {
      const [shown, ...rest] = targets('a', 7)
      const ada = user('ada', ...rest.slice(0, 2))
      const [bob, cleo] = [user('bob', ...rest.slice(2, 4)), user('cleo', ...rest.slice(4))]
      const run = manual([shown as SessionTarget, ada, bob, cleo, ...rest], 1)
      await run.end('a-0')
      expect(run.inFlight()).toEqual(['ada'])
      run.lanes[what](ada)
      expect(run.inFlight()).toEqual(['ada', 'a-3'])
      await run.end('a-3')
      await run.end('a-4')
      expect(run.inFlight()).toEqual(['ada', 'cleo'])
      for (const id of ['cleo', 'ada', ...rest.map((each) => each.id)]) await run.end(id)
      await run.done
    },
  )
})

describe('the order of sessions', () => {
  it('alternates between users of different clients, so that those of one that hangs do not all come first', () => {
    const users = ['a', 'b'].flatMap((client) =>
      [1, 2, 3].map((n) => user(`${client}${n}`, ...targets(client, 2))),
    )
    expect(interleave(users).map(nameOf)).toEqual(['a1', 'b1', 'a2', 'b2', 'a3', 'b3'])
  })

  it('alternates between clients and keeps each session once', () => {
    const all = [...targets('a', 3), ...targets('b', 1), ...targets('c', 2)]
    expect(interleave(all).map(({ id }) => id)).toEqual(['a-0', 'b-0', 'c-0', 'a-1', 'c-1', 'a-2'])
  })

  it('is unchanged for one client', () => {
    const all = targets('a', 3)
    expect(interleave(all)).toBe(all)
  })
})
