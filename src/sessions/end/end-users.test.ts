import { beforeEach, describe, expect, it } from 'vitest'
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
import type { Hook } from '../../../test/support/fake-keycloak.ts'
import { EXIT, UserError } from '../../errors.ts'
import type { EndRequest } from '../../keycloak/keycloak.ts'
import { type SessionTarget, targetMapper } from '../target.ts'
import type { EndOptions } from './end-sessions.ts'

describe('the sessions of a user, by one request', () => {
  let adas: SessionTarget[]
  /** Ends before them, by itself: it shows that their client answers. */
  let first: SessionTarget
  beforeEach(async () => {
    adas = await sessionsAt(...times(3, 'healthy'))
    first = targetMapper(await keycloak.clients())(
      keycloak.addSession({ username: 'bob', clients: ['healthy'] }),
    )
  })
  /** Answers as they are reported: `s1 ended 1`. */
  let answers: string[]
  const endAda = async (options: Partial<EndOptions> = {}, signal?: AbortSignal, before = 'ended') => {
    answers = []
    const userIds = new Set(adas.map(({ userId }) => userId))
    const byUser = {
      ids: userIds,
      logOut: ({ userId }: { userId: string }, onRepeat: () => void) =>
        keycloak.logoutUser(userId, { onRepeat }),
    }
    const onEnded: EndOptions['onEnded'] = (target, answer, requests) =>
      void answers.push(`${adas.indexOf(target)} ${answer} ${requests}`)
    const onUnknown: EndOptions['onUnknown'] = (target, requests) =>
      void answers.push(`${adas.indexOf(target)} unknown ${requests}`)
    const all = { concurrency: 1, byUser, onEnded, onUnknown, ...options }
    const result = await end([first, ...adas], all, signal)
    expect(answers.shift()).toBe(`-1 ${before} 1`)
    return before === 'ended' ? { ...result, ended: result.ended - 1 } : result
  }
  const operations = () =>
    keycloak.operations.filter(({ args }) => args[0] !== first.id).map(({ name }) => name)
  const logoutFails = (how: () => UserError, isDone = false) => {
    let isInside = false
    keycloak.on('logoutUser', async (id) => {
      if (isInside) return
      isInside = true
      if (isDone) await keycloak.logoutUser(id as string)
      throw how()
    })
  }
  const lost = () => new UserError('connection-closed', 'lost', UNREACHABLE)

  const repeated: Hook = (_, request) => (request as EndRequest).onRepeat?.()

  it('end together, and each is reported', async () => {
    expect(await endAda()).toMatchObject({ ended: 3, gone: 0, unknown: 0, failed: [], untried: 0 })
    expect(operations()).toEqual(['logoutUser'])
    expect(answers).toEqual(['0 ended 1', '1 ended 1', '2 ended 1'])
    expect(keycloak.sessions).toEqual([])
  })

  it('do not wait for an application that hangs at other sessions of the same users', async () => {
    const targetOf = targetMapper(await keycloak.clients())
    const users = Array.from({ length: 40 }, (_, index) => `user${index}`)
    const targets = users.flatMap((username, index) =>
      [index % 2 === 0 ? 'hanging' : 'healthy', ...times(4, 'healthy')].map((client) =>
        targetOf(keycloak.addSession({ username, clients: [client] })),
      ),
    )
    takes(hangsAtHanging, targets)
    keycloak.on('logoutUser', async (id) => {
      for (const target of targets.filter(({ userId }) => userId === id))
        await clock.sleep(hangsAtHanging(target))
    })
    const byUser = {
      ids: new Set(targets.map(({ userId }) => userId)),
      logOut: ({ userId }: { userId: string }) => keycloak.logoutUser(userId),
    }
    const began = clock.now()
    let othersEnded = 0
    const onEnded: EndOptions['onEnded'] = ({ notified }) => {
      if (!notified.includes('hanging')) othersEnded = clock.now() - began
    }
    expect(await end(targets, { byUser, onEnded })).toMatchObject({ ended: 200 })
    expect(operations()).toContain('logoutUser')
    // One session of the application starts. Twenty users with it, eight at a time, would be 15 s.
    expect(othersEnded).toBeLessThan(1_000)
  })

  it('end one by one if their client did not answer before', async () => {
    takes((target) => (target.id === first.id ? HANGS : QUICK), [first, ...adas])
    expect(await endAda()).toMatchObject({ ended: 3 })
    expect(operations()).not.toContain('logoutUser')
  })

  it('end one by one if the session before them had already ended: nobody was called', async () => {
    await keycloak.endSession(first.id, { offline: false })
    expect(await endAda({}, undefined, 'gone')).toMatchObject({ ended: 3 })
    expect(operations()).not.toContain('logoutUser')
  })

  it('end one by one if one of them has ended: it does not count as ended', async () => {
    await keycloak.endSession(adas[1]?.id ?? '', { offline: false })
    expect(await endAda()).toMatchObject({ ended: 2, gone: 1 })
    expect(operations()).not.toContain('logoutUser')
  })

  it('end one by one if there is another, which lives on', async () => {
    const later = keycloak.addSession({ username: 'ada', clients: ['healthy'] })
    expect(await endAda()).toMatchObject({ ended: 3 })
    expect(keycloak.sessions.map(({ id }) => id)).toEqual([later.id])
  })

  it.each([
    ['a missing role', new UserError('role-missing', 'view-users', { exitCode: EXIT.denied })],
    ['a bug', new TypeError('undefined is not a function')],
  ])('end one by one if they cannot be read for %s', async (_, error) => {
    keycloak.on('sessionsOf', () => {
      throw error
    })
    expect(await endAda()).toMatchObject({ ended: 3, stopped: undefined })
    expect(operations()).not.toContain('logoutUser')
  })

  it('end one by one after a refusal, with one request each', async () => {
    logoutFails(() => new UserError('forbidden', 'no', { exitCode: EXIT.denied }))
    expect(await endAda()).toMatchObject({ ended: 3, stopped: undefined })
    expect(answers).toEqual(['0 ended 1', '1 ended 1', '2 ended 1'])
  })

  it('may have been notified twice if the request was sent again', async () => {
    keycloak.on('logoutUser', repeated)
    expect(await endAda()).toMatchObject({ ended: 3 })
    expect(answers).toEqual(['0 ended 2', '1 ended 2', '2 ended 2'])
  })

  it('may have been notified once if the request was sent again and refused then', async () => {
    keycloak.on('logoutUser', (...args) => {
      repeated(...args)
      throw unreachable()
    })
    expect(await endAda()).toMatchObject({ ended: 3 })
    expect(answers).toEqual(['0 ended 2', '1 ended 2', '2 ended 2'])
  })

  it('may have been notified twice if the answer was lost and they are still there', async () => {
    logoutFails(lost)
    expect(await endAda()).toMatchObject({ ended: 3 })
    expect(answers).toEqual(['0 ended 2', '1 ended 2', '2 ended 2'])
  })

  it('are unclear if the answer was lost and they are gone', async () => {
    logoutFails(lost, true)
    expect(await endAda()).toMatchObject({ ended: 0, gone: 0, unknown: 3 })
    expect(answers).toEqual(['0 unclear 2', '1 unclear 2', '2 unclear 2'])
  })

  it('are waited for if the request outlasts the timeout', async () => {
    logoutFails(() => new UserError('still-running', 'slow', UNREACHABLE))
    void clock.sleep(90_000).then(() => keycloak.logoutUser(adas[0]?.userId ?? ''))
    const began = clock.now()
    expect(await endAda()).toMatchObject({ ended: 3, failed: [] })
    expect(clock.now() - began).toBeGreaterThanOrEqual(90_000)
    expect(operations()).not.toContain('endSession')
  })

  it('fail after --act-timeout, each with the clients that do not respond', async () => {
    logoutFails(() => new UserError('still-running', 'slow', UNREACHABLE))
    const { failed } = await endAda({ actTimeout: 45 })
    expect(failed.length).toBe(3)
    expect(failed[0]?.error.message).toContain('45 s. Not responding: healthy.')
  })

  it('are unknown if the request was interrupted', async () => {
    const controller = new AbortController()
    logoutFails(() => {
      controller.abort('SIGINT')
      return new UserError('interrupted', 'Interrupted.', { exitCode: EXIT.interrupted })
    })
    expect(await endAda({}, controller.signal)).toMatchObject({ ended: 0, unknown: 3, untried: 0 })
  })

  it('are unknown if the answer was lost and the run ends before they are tried again', async () => {
    const controller = new AbortController()
    logoutFails(() => {
      controller.abort('SIGINT')
      return lost()
    })
    expect(await endAda({}, controller.signal)).toMatchObject({ ended: 0, unknown: 3, untried: 0 })
    expect(answers).toEqual(['0 unknown 1', '1 unknown 1', '2 unknown 1'])
  })

  it('are not tried if the run is interrupted before the request', async () => {
    const controller = new AbortController()
    keycloak.on('sessionsOf', () => controller.abort('SIGINT'))
    expect(await endAda({}, controller.signal)).toMatchObject({ ended: 0, unknown: 0, untried: 3 })
    expect(operations()).toEqual([])
  })
})
