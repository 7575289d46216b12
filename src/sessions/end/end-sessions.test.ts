import { describe, expect, it, vi } from 'vitest'
import {
  clock,
  end,
  HANGS,
  hangsAtHanging,
  keycloak,
  QUICK,
  sessionsAt,
  takes,
  times,
  UNREACHABLE,
  unreachable,
} from '../../../test/support/ending.ts'
import type { FakeKeycloak } from '../../../test/support/fake-keycloak.ts'
import { EXIT, UserError } from '../../errors.ts'
import type { EndKind } from '../../keycloak/keycloak.ts'
import { type SessionTarget, targetMapper } from '../target.ts'
import { endSessions } from './end-sessions.ts'

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
const BUSY = { exitCode: EXIT.unreachable, retryAfter: 7_000 }
const forever = (error: UserError) => Array.from({ length: 1000 }, () => error)

describe('ending many sessions', () => {
  it('ends each session once and reports each answer', async () => {
    const targets = await sessionsAt(...times(20, 'healthy'), 'silent')
    const done: string[] = []
    const result = await end(targets, { onEnded: ({ id }, answer) => done.push(`${id} ${answer}`) })
    expect(result).toEqual({
      ended: 21,
      gone: 0,
      unknown: 0,
      failed: [],
      untried: 0,
      stopped: undefined,
    })
    expect(keycloak.sessions).toEqual([])
    expect(keycloak.operations.length).toBe(21)
    expect([...done].sort()).toEqual(targets.map(({ id }) => `${id} ended`).sort())
  })

  it('counts sessions that had already ended separately', async () => {
    const targets = await sessionsAt('healthy', 'healthy')
    await keycloak.endSession(targets[0]?.id ?? '', { offline: false })
    expect(await end(targets)).toMatchObject({ ended: 1, gone: 1, failed: [] })
  })

  it.each([
    ['a lost answer: unclear', new UserError('connection-closed', 'lost', UNREACHABLE), 'unclear'],
    ['a timeout of a proxy: unclear', new UserError('server-unavailable', '', BUSY), 'unclear'],
    ['a refused connection: gone', new UserError('refused-connection', '', UNREACHABLE), 'gone'],
    ['a 429: gone', new UserError('too-many-requests', 'slow down'), 'gone'],
  ])('counts a session that a retry does not find after %s', async (_, error, expected) => {
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
    const counted = expected === 'unclear' ? 'unknown' : expected
    expect(result).toMatchObject({ ended: 0, gone: 0, unknown: 0, [counted]: 1 })
  })

  it.each([1, 3, 8])('ends at most %i sessions at a time', async (concurrency) => {
    const targets = await sessionsAt(...times(30, 'healthy'))
    let inFlight = 0
    let most = 0
    keycloak.on('endSession', async () => {
      most = Math.max(most, ++inFlight)
      await clock.sleep(QUICK)
      inFlight--
    })
    await end(targets, { concurrency })
    expect(most).toBe(concurrency)
  })
})

describe('an application that hangs', () => {
  it('does not slow down sessions of other clients', async () => {
    const targets = await sessionsAt(...times(100, 'hanging'), ...times(400, 'healthy'))
    takes(hangsAtHanging, targets)
    const began = clock.now()
    let lastHealthy = 0
    await end(targets, {
      onEnded: ({ notified }) => {
        if (notified.includes('healthy')) lastHealthy = clock.now() - began
      },
    })
    // Not all slots go to the hanging client before it is known: 400 healthy sessions, eight at a time, take 0.5 s.
    expect(lastHealthy).toBeLessThan(2_000)
    expect(keycloak.sessions).toEqual([])
  })

  it('leaves other clients at least 80 % of their rate (one of ten clients, 1,000 sessions)', async () => {
    vi.useFakeTimers()
    try {
      const clientIds = Array.from({ length: 10 }, (_, index) => `app-${index}`)
      for (const clientId of clientIds)
        keycloak.addClient({ clientId, backchannelLogoutUrl: `https://${clientId}.example/logout` })
      const targets = await sessionsAt(...clientIds.flatMap((clientId) => times(100, clientId)))
      const sleep = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms))
      /** When the last session of the nine other clients ends. */
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
      // 16 ms, eight at a time, is 500/s: the rate of Keycloak with two cores (measured).
      expect((await lastOther(16)) / (await lastOther(HANGS))).toBeGreaterThan(0.8)
    } finally {
      vi.useRealTimers()
    }
  })

  it('gets the full width when no other work is left', async () => {
    const targets = await sessionsAt(...times(80, 'hanging'))
    takes(hangsAtHanging, targets)
    const began = clock.now()
    await end(targets)
    expect(clock.now() - began).toBe((80 / 8) * HANGS)
  })

  it('is reported once', async () => {
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

  it('leaves the slow lane when it answers again', async () => {
    const targets = await sessionsAt(...times(200, 'hanging'), ...times(50, 'healthy'))
    let stalls = 8
    keycloak.on('endSession', () => clock.sleep(stalls-- > 0 ? HANGS : QUICK))
    const began = clock.now()
    await end(targets)
    expect(clock.now() - began).toBeLessThan(2 * HANGS)
  })

  it('is reported when it stalls a session, once for the same clients', async () => {
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

describe('an operation that outlasts the timeout', () => {
  const STAYS = 130_000
  const TIMEOUT = 30_000
  /** A firewall drops packets: the request times out after 30 s, the session ends after 130 s. */
  const dropsPackets = (targets: readonly SessionTarget[]) => {
    const of = new Map(targets.map((target) => [target.id, target]))
    keycloak.on('endSession', async (id) => {
      if (!of.get(id as string)?.notified.includes('hanging')) return clock.sleep(QUICK)
      void clock.sleep(STAYS).then(() => keycloak.finishStalled())
      await clock.sleep(TIMEOUT)
      return 'stall'
    })
  }

  it('is polled until the session has ended, and counts as ended', async () => {
    const targets = await sessionsAt('hanging')
    dropsPackets(targets)
    const began = clock.now()
    expect(await end(targets)).toMatchObject({ ended: 1, failed: [] })
    expect(clock.now() - began).toBeGreaterThanOrEqual(STAYS)
    expect(clock.now() - began).toBeLessThan(STAYS + 2000)
    expect(keycloak.operations.length).toBe(1)
  })

  it('fails after --act-timeout with exit 6, naming the possible clients', async () => {
    const targets = await sessionsAt('hanging+silent')
    keycloak.on('endSession', () => 'stall')
    const began = clock.now()
    const { failed } = await end(targets, { actTimeout: 45 })
    expect(clock.now() - began).toBe(45_000)
    expect(failed[0]?.error).toMatchObject({
      code: 'still-running',
      exitCode: EXIT.unreachable,
      message: expect.stringContaining('45 s. Not responding: hanging.'),
    })
  })

  it('frees its slot', async () => {
    // Both have answered when the application begins to hang.
    const targets = await sessionsAt('hanging', 'healthy', ...times(8, 'hanging'), ...times(80, 'healthy'))
    const [first] = targets
    dropsPackets(targets.filter((target) => target !== first))
    const began = clock.now()
    let lastHealthy = 0
    await end(targets, {
      onEnded: ({ notified }) => {
        if (notified.includes('healthy')) lastHealthy = clock.now() - began
      },
    })
    expect(lastHealthy).toBeLessThan(TIMEOUT + 1000)
  })

  it('does not start all sessions of a client that never answers', async () => {
    const targets = await sessionsAt(...times(100, 'hanging'))
    keycloak.on('endSession', async () => {
      await clock.sleep(TIMEOUT)
      return 'stall'
    })
    const controller = new AbortController()
    const ending = end(targets, { actTimeout: 600 }, controller.signal)
    await clock.sleep(300_000)
    expect(keycloak.operations.length).toBeLessThanOrEqual(16)
    controller.abort('SIGINT')
    await ending
  })

  it('keeps waiting while the server is unreachable for a moment', async () => {
    const targets = await sessionsAt('hanging')
    dropsPackets(targets)
    let looks = 0
    keycloak.on('sessionsOf', () => {
      if (++looks < 5) throw unreachable()
    })
    expect(await end(targets)).toMatchObject({ ended: 1, failed: [] })
  })

  it('is over if the user was deleted in the meantime', async () => {
    const targets = await sessionsAt('hanging')
    dropsPackets(targets)
    keycloak.on('sessionsOf', () => {
      throw new UserError('user-not-found', 'no such user', { exitCode: EXIT.notFound })
    })
    expect(await end(targets)).toMatchObject({ ended: 1, failed: [] })
  })

  it('is polled in the lists of its clients for an offline session', async () => {
    const targetOf = targetMapper(await keycloak.clients())
    const session = keycloak.addSession({ username: 'ada', clients: ['hanging', 'healthy'], offline: true })
    const targets = [targetOf(session)]
    dropsPackets(targets)
    expect(await end(targets)).toMatchObject({ ended: 1 })
    expect(keycloak.calls).toContain('offlineSessionsOf')
    expect(keycloak.calls).not.toContain('sessionsOf')
  })

  it('is unknown after an interruption: its request was sent', async () => {
    const targets = await sessionsAt('hanging')
    keycloak.on('endSession', () => 'stall')
    const controller = new AbortController()
    void clock.sleep(5_000).then(() => controller.abort('SIGINT'))
    const unknown: number[] = []
    const onUnknown = (_: SessionTarget, requests: number) => unknown.push(requests)
    expect(await end(targets, { onUnknown }, controller.signal)).toMatchObject({
      ended: 0,
      unknown: 1,
      failed: [],
      untried: 0,
    })
    expect(unknown).toEqual([1])
  })
})

describe('the number of requests that may have called the clients of a session', () => {
  it.each<[string, UserError[], number]>([
    ['one', [], 1],
    ['two after a lost answer', [new UserError('connection-closed', 'lost', UNREACHABLE)], 2],
    ['one after a refused connection', [unreachable()], 1],
  ])('is %s', async (_, errors, expected) => {
    failsWith(...errors)
    const counts: number[] = []
    await end(await sessionsAt('healthy'), { onEnded: (_, __, requests) => counts.push(requests) })
    expect(counts).toEqual([expected])
  })

  it('includes those that the request itself repeated', async () => {
    keycloak.on('endSession', (_, kind) => (kind as EndKind).onRepeat?.())
    const counts: number[] = []
    await end(await sessionsAt('healthy'), { onEnded: (_, __, requests) => counts.push(requests) })
    expect(counts).toEqual([2])
  })
})

describe('a failed request', () => {
  it('is retried after a pause if the server was unreachable', async () => {
    const at = failsWith(unreachable(), unreachable())
    expect(await end(await sessionsAt('healthy'))).toMatchObject({ ended: 1, failed: [] })
    expect(at.length).toBe(3)
  })

  it('is attempted four times at most', async () => {
    const at = failsWith(...forever(unreachable()))
    const { failed, stopped } = await end(await sessionsAt('healthy'))
    expect(at.length).toBe(4)
    expect(failed.map(({ error }) => error.code)).toEqual(['refused-connection'])
    expect(stopped).toBeUndefined()
  })

  it.each([
    ['429', new UserError('too-many-requests', 'slow down', { retryAfter: 7_000 })],
    ['503', new UserError('server-unavailable', 'busy', { exitCode: EXIT.unreachable, retryAfter: 7_000 })],
  ])('makes all workers wait as long as a %s asks for', async (_, error) => {
    const at = failsWith(error)
    await end(await sessionsAt(...times(12, 'healthy')), { concurrency: 4 })
    const after = at.slice(4) // the first four were in flight
    expect(after.length).toBe(9)
    expect(Math.min(...after)).toBeGreaterThanOrEqual(7_000)
  })

  it('reports a requested pause once, when it starts, for all workers', async () => {
    const busy = (retryAfter: number) => new UserError('too-many-requests', 'slow down', { retryAfter })
    failsWith(busy(8_000), busy(8_000), busy(8_000), busy(0))
    const began = clock.now()
    const reported: [milliseconds: number, at: number][] = []
    await end(await sessionsAt(...times(12, 'healthy')), {
      concurrency: 3,
      onPause: (milliseconds) => reported.push([milliseconds, clock.now() - began]),
    })
    expect(reported).toEqual([[8_000, 0]])
  })

  it('waits a minute at most, whatever the server asks for', async () => {
    const at = failsWith(new UserError('too-many-requests', 'slow down', { retryAfter: 86_400_000 }))
    await end(await sessionsAt('healthy'))
    expect(at[1]).toBeLessThanOrEqual(62_000)
  })

  it('is retried after a short pause on a 429 without Retry-After', async () => {
    const at = failsWith(new UserError('too-many-requests', 'slow down'))
    expect(await end(await sessionsAt('healthy'))).toMatchObject({ ended: 1 })
    expect(at.length).toBe(2)
  })

  it('is not retried on a 5xx, which the request itself has retried', async () => {
    const at = failsWith(...forever(new UserError('server-error', 'HTTP 500')))
    const { failed } = await end(await sessionsAt('healthy'))
    expect([at.length, failed.length]).toEqual([1, 1])
  })

  it('does not keep the other sessions from ending', async () => {
    failsWith(new UserError('server-error', 'HTTP 500'))
    const messages: string[] = []
    const result = await end(await sessionsAt(...times(10, 'healthy')), {
      onFailed: ({ error }) => messages.push(error.message),
    })
    expect(result).toMatchObject({ ended: 9, untried: 0, stopped: undefined })
    expect(messages).toEqual(['HTTP 500'])
  })

  it('stops the run with one error if a role is missing', async () => {
    failsWith(...forever(new UserError('role-missing', 'manage-users', { exitCode: EXIT.denied })))
    const messages: string[] = []
    const result = await end(await sessionsAt(...times(100, 'healthy')), {
      concurrency: 4,
      onFailed: ({ error }) => messages.push(error.message),
    })
    expect(result.stopped).toMatchObject({ code: 'role-missing' })
    expect([result.failed, result.untried, messages]).toEqual([[], 100, []])
  })

  it('stops the run if the server stays unreachable', async () => {
    const at = failsWith(...forever(unreachable()))
    const result = await end(await sessionsAt(...times(1000, 'healthy')))
    expect(result.stopped).toMatchObject({ code: 'refused-connection' })
    expect(at.length).toBeLessThanOrEqual(24 + 8)
    expect(result.failed.length + result.untried).toBe(1000)
  })

  it('does not stop the run if the server recovers in between', async () => {
    let calls = 0
    keycloak.on('endSession', () => {
      if (++calls % 3 !== 0) throw unreachable()
    })
    expect(await end(await sessionsAt(...times(100, 'healthy')), { concurrency: 1 })).toMatchObject({
      ended: 100,
      stopped: undefined,
    })
  })

  it('reports an internal error with its message', async () => {
    keycloak.on('endSession', () => {
      throw new TypeError('undefined is not a function')
    })
    const { failed } = await end(await sessionsAt('healthy'))
    expect(failed[0]?.error).not.toBeInstanceOf(Error) // 100,000 of them, with their stacks, take 80 MB
    expect(failed[0]?.error).toMatchObject({ code: 'internal', message: 'undefined is not a function' })
  })
})

describe('an interruption', () => {
  it('starts nothing more and counts sessions not tried', async () => {
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

  it('counts an aborted request as not tried, because its outcome is unknown', async () => {
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
