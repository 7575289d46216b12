import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Session } from '../../core/model.ts'
import { UserError } from '../../errors.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import type { SessionTarget } from '../target.ts'
import { endSessions } from './end-sessions.ts'
import type { UserSessions } from './units.ts'

const HANGS = 5_000
/** Eight at a time are 500/s: the rate of a Keycloak with two cores (measured). */
const USUAL = 16
/** Instead of a time: Keycloak asks for a pause. */
const REFUSED = -1
/** Keycloak's answer is HTTP 503 at first, so that the request itself is sent again after a pause. */
const REPEATED = 1
const WIDTH = 8

beforeEach(() => {
  // A watch for each request: more than the usual 10,000 timers.
  vi.useFakeTimers({ loopLimit: 1_000_000 })
})
afterEach(() => {
  vi.useRealTimers()
})

const sleep = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms))

interface Scene {
  /** The clients of each session, in turns: `a`, or `a+b` for two. */
  readonly clients: readonly string[]
  readonly sessions: number
  /** Of each user, whose sessions one request may end. */
  readonly ofEach?: number
  readonly concurrency?: number
  /** How long a call to a client takes, in milliseconds, once so many calls were made. */
  readonly takes: (client: string, calls: number) => number
}

/** Ends all sessions. Says when those of clients that answer had ended, and how many requests were in flight at most. */
async function ending({ clients, sessions, ofEach = 1, concurrency = WIDTH, takes }: Scene) {
  const lists = new Map(clients.map((each) => [each, each.split('+')]))
  const targets = Array.from({ length: sessions }, (_, index): SessionTarget => {
    const notified = lists.get(clients[index % clients.length] ?? '') ?? []
    const userId = `user-${Math.floor(index / ofEach)}`
    return {
      id: `s${index}`,
      offline: false,
      userId,
      username: userId,
      start: 0,
      clients: notified,
      notified,
    }
  })
  const left = new Map(targets.map((target) => [target.id, target]))
  const ends: number[] = []
  let [calls, users, inFlight, most] = [0, 0, 0, 0]
  const began = Date.now()
  const call = async ({ id, notified }: SessionTarget, onRepeat?: () => void) => {
    calls++
    const ms = Math.max(...notified.map((client) => takes(client, calls - 1)))
    if (ms === REFUSED) throw new UserError('too-many-requests', 'slow down', { retryAfter: 1_000 })
    if (ms === REPEATED) {
      onRepeat?.()
      await sleep(2_000)
    }
    await sleep(ms)
    left.delete(id)
    if (ms < HANGS) ends.push(Date.now() - began)
  }
  const counted = async (request: () => Promise<void>) => {
    most = Math.max(most, ++inFlight)
    try {
      await request()
    } finally {
      inFlight--
    }
  }
  const keycloak: Pick<Keycloak, 'endSession' | 'sessionsOf' | 'offlineSessionsOf'> = {
    async endSession(id, { onRepeat }) {
      await counted(() => call(left.get(id) as SessionTarget, onRepeat))
      return 'ended'
    },
    async sessionsOf(user) {
      await sleep(USUAL / 2)
      return [...left.values()].filter(({ userId }) => userId === user) as unknown as Session[]
    },
    offlineSessionsOf: async () => [],
  }
  const logOut = ({ sessions: of }: UserSessions) =>
    counted(async () => {
      users++
      for (const target of of) await call(target)
    })
  const ids = new Set(ofEach > 1 ? targets.map(({ userId }) => userId) : [])
  const done = endSessions(
    targets,
    keycloak,
    { now: Date.now, sleep, signal: new AbortController().signal },
    { concurrency, actTimeout: 600, byUser: { ids, logOut } },
  )
  await vi.runAllTimersAsync()
  expect(await done).toMatchObject({ ended: sessions, failed: [], untried: 0 })
  const sorted = ends.sort((a, b) => a - b)
  // A few sessions end later: they wait behind one that hangs in the request of their user.
  const last = Math.floor((sorted.length - 1) * (ofEach > 1 ? 0.95 : 1))
  return { most, users, ended: sorted[last] ?? 0 }
}

const tenClients = Array.from({ length: 10 }, (_, index) => `app-${index}`)
const pairs = tenClients.flatMap((client, n) => [
  client,
  `${client}+app-${(n + 3) % 10}`,
  `${client}+app-${(n + 4) % 10}`,
])
const hangs = (which: readonly string[], from: number) => (client: string, calls: number) =>
  calls >= from && which.includes(client) ? HANGS : USUAL

describe('the sessions of other clients go on when an application', () => {
  it.each([
    ['hangs, of half of the sessions', ['app-0', 'app-1'], 1, ['app-0'], 0],
    ['begins to hang, of half of the sessions', ['app-0', 'app-1'], 1, ['app-0'], 300],
    ['hangs, one of ten', tenClients, 1, ['app-0'], 0],
    ['begins to hang, one of ten', tenClients, 1, ['app-0'], 300],
    ['begins to hang, with two more', tenClients, 1, ['app-0', 'app-4', 'app-5'], 300],
    ['hangs, with five sessions a user', tenClients, 5, ['app-0'], 0],
    ['begins to hang, with five sessions a user', tenClients, 5, ['app-0'], 300],
    [
      'begins to hang, with two more and five sessions a user',
      tenClients,
      5,
      ['app-0', 'app-2', 'app-3'],
      300,
    ],
    ['hangs, of most of the sessions', ['app-0', 'app-0', 'app-0', 'app-1'], 1, ['app-0'], 0],
    ['begins to hang, of most of the sessions', ['app-0', 'app-0', 'app-0', 'app-1'], 1, ['app-0'], 300],
    ['hangs, where sessions have two clients', ['a', 'b', 'a+h', 'b+h'], 1, ['h'], 0],
    ['hangs, of most of the sessions, some with a second client', ['h', 'h+a', 'a', 'b'], 1, ['h'], 0],
    ['hangs, one of ten, where most sessions have two clients', pairs, 1, ['app-0'], 0],
    ['begins to hang, one of ten, where most sessions have two clients', pairs, 1, ['app-0'], 300],
    ['hangs, and half of the others, too', tenClients, 1, tenClients.slice(0, 5), 0],
    [
      'hangs, and half of the others, too, with five sessions a user',
      tenClients,
      5,
      tenClients.slice(0, 5),
      0,
    ],
  ] as const)('%s', async (_, clients, ofEach, which, from) => {
    const { ended, most } = await ending({ clients, sessions: 1_000, ofEach, takes: hangs(which, from) })
    expect(ended).toBeLessThan(HANGS)
    expect(most).toBeLessThanOrEqual(2 * WIDTH)
  })
})

it.each([1, 2, 3])(
  'other clients go on at --concurrency %i, if as many applications hang',
  async (concurrency) => {
    const takes = hangs(tenClients.slice(0, concurrency), 0)
    const { ended, most } = await ending({ clients: tenClients, sessions: 100, concurrency, takes })
    // At the worst each application that hangs takes a second to be noticed.
    expect(ended).toBeLessThan(HANGS)
    expect(most).toBeLessThanOrEqual(2 * concurrency)
  },
)

it('users of one client end by one request each, apart from the first ones', async () => {
  const { users } = await ending({ clients: ['app-0'], sessions: 125, ofEach: 5, takes: () => USUAL })
  expect(users).toBeGreaterThanOrEqual(20)
})

it('users of one client whose first answer takes long still end by one request each', async () => {
  const takes = (_: string, calls: number) => (calls === 0 ? 1_100 : USUAL)
  const { users } = await ending({ clients: ['app-0'], sessions: 1_000, ofEach: 5, takes })
  expect(users).toBeGreaterThanOrEqual(190)
})

it.each([
  ['to ask again', REFUSED],
  ['until its request is sent again', REPEATED],
])('a slot that waits %s is not one that hangs', async (_, how) => {
  const takes = (_: string, calls: number) => (calls >= 300 && calls < 300 + WIDTH ? how : USUAL)
  const { most } = await ending({ clients: tenClients, sessions: 1_000, takes })
  expect(most).toBe(WIDTH)
})

describe('a server that stops answering for a while', () => {
  it('gets one request more each quarter of a second, as it may be applications that hang', async () => {
    const takes = (_: string, calls: number) => (calls >= 300 && calls < 320 ? 1_000 : USUAL)
    const { most } = await ending({ clients: tenClients, sessions: 1_000, takes })
    expect(most).toBeGreaterThan(WIDTH)
    expect(most).toBeLessThanOrEqual(WIDTH + 1_000 / 250)
  })
})
