import { beforeEach, describe, expect, it, vi } from 'vitest'
import { type VirtualClock, virtualClock } from '../../../test/support/clock.ts'
import { FakeKeycloak } from '../../../test/support/fake-keycloak.ts'
import { EXIT, UserError } from '../../errors.ts'
import { type SessionTarget, targetMapper } from '../target.ts'
import { type EndOptions, endSessions } from './end-sessions.ts'

const QUICK = 10
const HANGS = 5_000

let clock: VirtualClock
let keycloak: FakeKeycloak
beforeEach(() => {
  clock = virtualClock()
  keycloak = new FakeKeycloak({ now: clock.now })
  for (const clientId of ['hanging', 'healthy'])
    keycloak.addClient({ clientId, backchannelLogoutUrl: `https://${clientId}.example/logout` })
  keycloak.addClient({ clientId: 'silent' })
})

/** Sessions at these clients, one session each. */
const sessionsAt = async (...clients: readonly string[]): Promise<SessionTarget[]> => {
  const targetOf = targetMapper(await keycloak.clients())
  return clients.map((client) =>
    targetOf(keycloak.addSession({ username: 'ada', clients: client.split('+') })),
  )
}
const times = (count: number, client: string) => Array.from({ length: count }, () => client)

/** Ending a session takes as long as the receivers of its clients keep Keycloak waiting. */
const takes = (milliseconds: (target: SessionTarget) => number, targets: readonly SessionTarget[]) => {
  const of = new Map(targets.map((target) => [target.id, target]))
  keycloak.on('endSession', async (id) => {
    const target = of.get(id as string)
    if (target) await clock.sleep(milliseconds(target))
  })
}
const hangsAtHanging = ({ notified }: SessionTarget) => (notified.includes('hanging') ? HANGS : QUICK)

const end = (
  targets: readonly SessionTarget[],
  options: Partial<EndOptions> = {},
  signal = new AbortController().signal,
) => endSessions(targets, keycloak, { ...clock, signal }, { concurrency: 8, actTimeout: 600, ...options })

const failsWith = (...errors: readonly UserError[]) => {
  let calls = 0
  const at: number[] = []
  const began = clock.now()
  keycloak.on('endSession', () => {
    at.push(clock.now() - began)
    const error = errors[calls++]
    if (error) throw error
  })
  return at
}
const UNREACHABLE = { exitCode: EXIT.unreachable }
const BUSY = { exitCode: EXIT.unreachable, retryAfter: 7_000 }
const unreachable = () => new UserError('refused-connection', 'gone', { exitCode: EXIT.unreachable })
const forever = (error: UserError) => Array.from({ length: 1000 }, () => error)

describe('ending many sessions', () => {
  it('ends each once and says how it went', async () => {
    const targets = await sessionsAt(...times(20, 'healthy'), 'silent')
    const done: string[] = []
    const result = await end(targets, { onEnded: ({ id }, answer) => done.push(`${id} ${answer}`) })
    expect(result).toEqual({ ended: 21, gone: 0, failed: [], untried: 0, stopped: undefined })
    expect(keycloak.sessions).toEqual([])
    expect(keycloak.acts.length).toBe(21)
    expect([...done].sort()).toEqual(targets.map(({ id }) => `${id} ended`).sort())
  })

  it('counts those that had gone by themselves apart', async () => {
    const targets = await sessionsAt('healthy', 'healthy')
    await keycloak.endSession(targets[0]?.id ?? '', { offline: false })
    expect(await end(targets)).toMatchObject({ ended: 1, gone: 1, failed: [] })
  })

  it.each([
    ['a lost answer, it counts as ended', new UserError('connection-closed', 'lost', UNREACHABLE), 'ended'],
    ['a time-out of a proxy, it counts as ended', new UserError('server-unavailable', '', BUSY), 'ended'],
    [
      'a refused connection, it had gone by itself',
      new UserError('refused-connection', '', UNREACHABLE),
      'gone',
    ],
    ['a 429, it had gone by itself', new UserError('too-many-requests', 'slow down'), 'gone'],
  ])('where one has gone at the try after %s', async (_, error, expected) => {
    const targets = await sessionsAt('healthy')
    let isFirst = true
    keycloak.on('endSession', async (id) => {
      if (!isFirst) return
      isFirst = false
      await keycloak.endSession(id as string, { offline: false })
      throw error
    })
    const answers: string[] = []
    const result = await end(targets, { onEnded: (_, answer) => answers.push(answer) })
    expect(answers).toEqual([expected])
    expect(result).toMatchObject({ ended: 0, gone: 0, [expected]: 1 })
  })

  it.each([1, 3, 8])('keeps to %i at a time', async (concurrency) => {
    const targets = await sessionsAt(...times(30, 'healthy'))
    let under = 0
    let most = 0
    keycloak.on('endSession', async () => {
      most = Math.max(most, ++under)
      await clock.sleep(QUICK)
      under--
    })
    await end(targets, { concurrency })
    expect(most).toBe(concurrency)
  })
})

describe('a receiver that hangs', () => {
  it('does not slow the sessions of other clients', async () => {
    const targets = await sessionsAt(...times(100, 'hanging'), ...times(400, 'healthy'))
    takes(hangsAtHanging, targets)
    const began = clock.now()
    let lastHealthy = 0
    await end(targets, {
      onEnded: ({ notified }) => {
        if (notified.includes('healthy')) lastHealthy = clock.now() - began
      },
    })
    // Eight begin with the hanging one, 5 s; 400 healthy ones at eight a time take half a second.
    expect(lastHealthy).toBeLessThan(HANGS + 1000)
    expect(keycloak.sessions).toEqual([])
  })

  it('leaves the others at least 80 % of their rate, one of ten clients at a thousand sessions', async () => {
    vi.useFakeTimers()
    try {
      const clientIds = Array.from({ length: 10 }, (_, index) => `app-${index}`)
      for (const clientId of clientIds)
        keycloak.addClient({ clientId, backchannelLogoutUrl: `https://${clientId}.example/logout` })
      const targets = await sessionsAt(...clientIds.flatMap((clientId) => times(100, clientId)))
      const sleep = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms))
      /** When the last session of the nine others ends. */
      const lastOther = async (app0: number) => {
        let last = 0
        const began = Date.now()
        const endSession = async (id: string) => {
          const { notified } = targets.find((target) => target.id === id) as SessionTarget
          const isOther = !notified.includes('app-0')
          await sleep(isOther ? 16 : app0)
          if (isOther) last = Date.now() - began
          return 'ended' as const
        }
        const done = endSessions(
          targets,
          { ...keycloak, endSession } as unknown as FakeKeycloak,
          { now: Date.now, sleep, signal: new AbortController().signal },
          { concurrency: 8, actTimeout: 600 },
        )
        await vi.runAllTimersAsync()
        await done
        return last
      }
      // 16 ms, eight at a time, are 500/s: what Keycloak does with two cores of its own (measured).
      expect((await lastOther(16)) / (await lastOther(HANGS))).toBeGreaterThan(0.8)
    } finally {
      vi.useRealTimers()
    }
  })

  it('gets the whole width when there is nothing else left to do', async () => {
    const targets = await sessionsAt(...times(80, 'hanging'))
    takes(hangsAtHanging, targets)
    const began = clock.now()
    await end(targets)
    expect(clock.now() - began).toBe((80 / 8) * HANGS)
  })

  it('is named once, and not the client that shares its sessions and is quick by itself', async () => {
    const targets = await sessionsAt(
      ...times(3, 'hanging+healthy'),
      ...times(200, 'healthy'),
      ...times(5, 'hanging'),
    )
    takes(hangsAtHanging, targets)
    const slow: string[] = []
    await end(targets, { concurrency: 1, onSlow: (clientId) => slow.push(clientId) })
    expect(slow.filter((clientId) => clientId === 'hanging')).toEqual(['hanging'])
  })

  it('leaves the lane of the slow as soon as it answers again', async () => {
    const targets = await sessionsAt(...times(200, 'hanging'), ...times(50, 'healthy'))
    let stalls = 8
    keycloak.on('endSession', () => clock.sleep(stalls-- > 0 ? HANGS : QUICK))
    const began = clock.now()
    await end(targets)
    expect(clock.now() - began).toBeLessThan(2 * HANGS)
  })

  it('is told of as soon as it keeps somebody waiting, once for the same clients', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const targets = await sessionsAt('hanging', 'hanging', 'silent')
      const waiting: (readonly string[])[] = []
      let answer = () => {}
      const answered = new Promise<void>((resolve) => {
        answer = resolve
      })
      keycloak.on('endSession', () => answered)
      const ending = end(targets, { onWaiting: (notified) => waiting.push(notified) })
      await vi.advanceTimersByTimeAsync(3_900)
      expect(waiting).toEqual([])
      await vi.advanceTimersByTimeAsync(200)
      expect(waiting).toEqual([['hanging'], []])
      answer()
      await ending
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('an act that outlasts the time-out', () => {
  const STAYS = 130_000
  const TIMEOUT = 30_000
  /** Packets are dropped: we stop waiting after 30 s, the session goes after 130 s. */
  const dropsPackets = (targets: readonly SessionTarget[]) => {
    const of = new Map(targets.map((target) => [target.id, target]))
    keycloak.on('endSession', async (id) => {
      if (!of.get(id as string)?.notified.includes('hanging')) return clock.sleep(QUICK)
      void clock.sleep(STAYS).then(() => keycloak.finishStalled())
      await clock.sleep(TIMEOUT)
      return 'stall'
    })
  }

  it('is looked at until the session has gone, and counts as ended', async () => {
    const targets = await sessionsAt('hanging')
    dropsPackets(targets)
    const began = clock.now()
    expect(await end(targets)).toMatchObject({ ended: 1, failed: [] })
    expect(clock.now() - began).toBeGreaterThanOrEqual(STAYS)
    expect(clock.now() - began).toBeLessThan(STAYS + 2000)
    expect(keycloak.acts.length).toBe(1)
  })

  it('is given up after --act-timeout, with exit 6 and the clients that it can be', async () => {
    const targets = await sessionsAt('hanging+silent')
    keycloak.on('endSession', () => 'stall')
    const began = clock.now()
    const { failed } = await end(targets, { actTimeout: 45 })
    expect(clock.now() - began).toBe(45_000)
    expect(failed[0]?.error).toMatchObject({
      code: 'still-running',
      exitCode: EXIT.unreachable,
      message: expect.stringContaining('A receiver hangs: hanging.'),
    })
  })

  it('gives its place to others', async () => {
    const targets = await sessionsAt(...times(8, 'hanging'), ...times(80, 'healthy'))
    dropsPackets(targets)
    const began = clock.now()
    let lastHealthy = 0
    await end(targets, {
      onEnded: ({ notified }) => {
        if (notified.includes('healthy')) lastHealthy = clock.now() - began
      },
    })
    expect(lastHealthy).toBeLessThan(TIMEOUT + 1000)
  })

  it('does not begin all sessions of a client that never answers', async () => {
    const targets = await sessionsAt(...times(100, 'hanging'))
    keycloak.on('endSession', async () => {
      await clock.sleep(TIMEOUT)
      return 'stall'
    })
    const controller = new AbortController()
    const ending = end(targets, { actTimeout: 600 }, controller.signal)
    await clock.sleep(300_000)
    expect(keycloak.acts.length).toBeLessThanOrEqual(16)
    controller.abort('SIGINT')
    await ending
  })

  it('waits on when the server is away for a moment', async () => {
    const targets = await sessionsAt('hanging')
    dropsPackets(targets)
    let looks = 0
    keycloak.on('sessionsOf', () => {
      if (++looks < 5) throw unreachable()
    })
    expect(await end(targets)).toMatchObject({ ended: 1, failed: [] })
  })

  it('has come to its end when the person was deleted meanwhile', async () => {
    const targets = await sessionsAt('hanging')
    dropsPackets(targets)
    keycloak.on('sessionsOf', () => {
      throw new UserError('user-not-found', 'no such user', { exitCode: EXIT.notFound })
    })
    expect(await end(targets)).toMatchObject({ ended: 1, failed: [] })
  })

  it('is looked at in the lists of its clients when it is an offline session', async () => {
    const targetOf = targetMapper(await keycloak.clients())
    const session = keycloak.addSession({ username: 'ada', clients: ['hanging', 'healthy'], offline: true })
    const targets = [targetOf(session)]
    dropsPackets(targets)
    expect(await end(targets)).toMatchObject({ ended: 1 })
    expect(keycloak.calls).toContain('offlineSessionsOf')
    expect(keycloak.calls).not.toContain('sessionsOf')
  })

  it('says that it was interrupted, not that it took too long', async () => {
    const targets = await sessionsAt('hanging')
    keycloak.on('endSession', () => 'stall')
    const controller = new AbortController()
    void clock.sleep(5_000).then(() => controller.abort('SIGINT'))
    expect(await end(targets, {}, controller.signal)).toMatchObject({ ended: 0, failed: [], untried: 1 })
  })
})

describe('a request that did not work', () => {
  it('is made again after a pause when the server could not be reached', async () => {
    const at = failsWith(unreachable(), unreachable())
    expect(await end(await sessionsAt('healthy'))).toMatchObject({ ended: 1, failed: [] })
    expect(at.length).toBe(3)
  })

  it('is not made for ever: four times in all', async () => {
    const at = failsWith(...forever(unreachable()))
    const { failed, stopped } = await end(await sessionsAt('healthy'))
    expect(at.length).toBe(4)
    expect(failed.map(({ error }) => error.code)).toEqual(['refused-connection'])
    expect(stopped).toBeUndefined()
  })

  it.each([
    ['429', new UserError('too-many-requests', 'slow down', { retryAfter: 7_000 })],
    ['503', new UserError('server-unavailable', 'busy', { exitCode: EXIT.unreachable, retryAfter: 7_000 })],
  ])('waits as long as a %s asks for, everybody', async (_, error) => {
    const at = failsWith(error)
    await end(await sessionsAt(...times(12, 'healthy')), { concurrency: 4 })
    const after = at.slice(4) // the first four were under way
    expect(after.length).toBe(9)
    expect(Math.min(...after)).toBeGreaterThanOrEqual(7_000)
  })

  it('says once, as it begins, that the server asked for a pause, however many wait for it', async () => {
    const busy = (retryAfter: number) => new UserError('too-many-requests', 'slow down', { retryAfter })
    failsWith(busy(8_000), busy(8_000), busy(8_000), busy(0))
    const began = clock.now()
    const said: [milliseconds: number, at: number][] = []
    await end(await sessionsAt(...times(12, 'healthy')), {
      concurrency: 3,
      onPause: (milliseconds) => said.push([milliseconds, clock.now() - began]),
    })
    expect(said).toEqual([[8_000, 0]])
  })

  it('does not wait longer than a minute, whatever it asks for', async () => {
    const at = failsWith(new UserError('too-many-requests', 'slow down', { retryAfter: 86_400_000 }))
    await end(await sessionsAt('healthy'))
    expect(at[1]).toBeLessThanOrEqual(62_000)
  })

  it('takes a 429 that names no time for a short pause', async () => {
    const at = failsWith(new UserError('too-many-requests', 'slow down'))
    expect(await end(await sessionsAt('healthy'))).toMatchObject({ ended: 1 })
    expect(at.length).toBe(2)
  })

  it('is not made again when the server failed, which the request itself has tried again', async () => {
    const at = failsWith(...forever(new UserError('server-error', 'HTTP 500')))
    const { failed } = await end(await sessionsAt('healthy'))
    expect([at.length, failed.length]).toEqual([1, 1])
  })

  it('fails alone: the others are ended', async () => {
    failsWith(new UserError('server-error', 'HTTP 500'))
    const notified: string[] = []
    const result = await end(await sessionsAt(...times(10, 'healthy')), {
      onFailed: ({ error }) => notified.push(error.message),
    })
    expect(result).toMatchObject({ ended: 9, untried: 0, stopped: undefined })
    expect(notified).toEqual(['HTTP 500'])
  })

  it('ends the run when a role is missing', async () => {
    failsWith(...forever(new UserError('role-missing', 'manage-users', { exitCode: EXIT.denied })))
    const result = await end(await sessionsAt(...times(100, 'healthy')), { concurrency: 4 })
    expect(result.stopped).toMatchObject({ code: 'role-missing' })
    expect(result.failed.length).toBe(4)
    expect(result.untried).toBe(96)
  })

  it('ends the run when the server has gone for good', async () => {
    const at = failsWith(...forever(unreachable()))
    const result = await end(await sessionsAt(...times(1000, 'healthy')))
    expect(result.stopped).toMatchObject({ code: 'refused-connection' })
    expect(at.length).toBeLessThanOrEqual(24 + 8)
    expect(result.failed.length + result.untried).toBe(1000)
  })

  it('does not end the run when the server comes back in between', async () => {
    let calls = 0
    keycloak.on('endSession', () => {
      if (++calls % 3 !== 0) throw unreachable()
    })
    expect(await end(await sessionsAt(...times(100, 'healthy')), { concurrency: 1 })).toMatchObject({
      ended: 100,
      stopped: undefined,
    })
  })

  it('reports a fault of our own as one, with its message', async () => {
    keycloak.on('endSession', () => {
      throw new TypeError('undefined is not a function')
    })
    const { failed } = await end(await sessionsAt('healthy'))
    expect(failed[0]?.error).not.toBeInstanceOf(Error) // 100,000 of them, with their stacks, take 80 MB
    expect(failed[0]?.error).toMatchObject({ code: 'internal', message: 'undefined is not a function' })
  })
})

describe('an interruption', () => {
  it('begins nothing more and counts what was not tried', async () => {
    const controller = new AbortController()
    keycloak.on('endSession', () => clock.sleep(1000))
    void clock.sleep(2_500).then(() => controller.abort('SIGINT'))
    const result = await end(
      await sessionsAt(...times(100, 'healthy')),
      { concurrency: 4 },
      controller.signal,
    )
    expect(result).toMatchObject({ ended: 12, untried: 88, failed: [] })
  })

  it('counts a request that it cut short as not tried: nobody knows what came of it', async () => {
    keycloak.on('endSession', () => {
      throw new UserError('interrupted', 'Interrupted.', { exitCode: EXIT.interrupted })
    })
    const controller = new AbortController()
    controller.abort('SIGINT')
    expect(await end(await sessionsAt('healthy'), {}, controller.signal)).toMatchObject({
      ended: 0,
      failed: [],
      untried: 1,
    })
  })
})
