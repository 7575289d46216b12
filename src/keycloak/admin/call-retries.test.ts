import { describe, expect, test } from 'vitest'
import {
  keycloakAnswering,
  methodNamed,
  methodNames,
  SESSION,
} from '../../../test/support/keycloak-methods.ts'
import { keycloakScript, openAt, outcomeOf, scriptedServer } from '../../../test/support/scripted-server.ts'
import { pauseBefore, retryAfterMs } from '../http/retry.ts'
import type { Keycloak } from '../keycloak.ts'

describe('a retry', () => {
  test('a GET answered with 5xx is sent up to three times more', async () => {
    const { keycloak, seen } = await keycloakAnswering((_, n) =>
      n < 4 ? { status: 500 } : { json: [SESSION] },
    )
    expect(await keycloak.sessionsOf('u')).toHaveLength(1)
    expect(seen).toHaveLength(4)
  })

  test('the fourth 5xx is an error', async () => {
    const { keycloak, seen } = await keycloakAnswering(() => ({ status: 502 }))
    expect(await outcomeOf(keycloak.sessionsOf('u'))).toMatchObject({
      code: 'server-unavailable',
      exitCode: 6,
    })
    expect(seen).toHaveLength(4)
  })

  const repeatable = new Set(['endSession'])
  // findUsers sends several requests at once and ends with the first failure.
  const single = methodNames.filter((name) => name !== 'findUsers')
  test.each(single)('%s: sent again after a 5xx only if that is safe', async (name) => {
    const [call] = methodNamed(name)
    const { keycloak, seen } = await keycloakAnswering(() => ({
      status: 500,
      headers: { 'retry-after': '0' },
    }))
    await outcomeOf(call(keycloak))
    const isRead = seen[0]?.method === 'GET' && name !== 'testNodes'
    const paths = new Set(seen.map(({ path }) => path)).size
    expect(seen).toHaveLength((isRead || repeatable.has(name) ? 4 : 1) * paths)
  })

  test('is not sent if Retry-After is long: the error repeats it', async () => {
    const { keycloak, seen } = await keycloakAnswering(() => ({
      status: 503,
      headers: { 'retry-after': '30' },
    }))
    expect(await outcomeOf(keycloak.sessionsOf('u'))).toMatchObject({
      code: 'server-unavailable',
      exitCode: 6,
      retryAfter: 30_000,
      hint: expect.stringContaining('Retry-After 30'),
    })
    expect(seen).toHaveLength(1)
  })

  test.each([400, 404, 409, 429])('is not sent after %i', async (status) => {
    const { keycloak, seen } = await keycloakAnswering(() => ({ status }))
    await outcomeOf(keycloak.sessionsOf('u'))
    expect(seen).toHaveLength(1)
  })

  test.each([
    // The kept connection of the sign-in may just have been closed, which does not count as an attempt.
    ['a GET is sent again after a closed connection', 'sessionsOf', 1 + 4],
    ['an operation is not: it may have been carried out', 'logoutUser', 1],
    ['nor is a GET that makes Keycloak call applications', 'testNodes', 1],
  ])('%s', async (_, name, sent) => {
    const { url, requests } = await scriptedServer(
      keycloakScript((_, response) => {
        response.socket?.destroy()
        return undefined
      }),
    )
    const [call] = methodNamed(name)
    expect(await outcomeOf<unknown>(call(await openAt(url)))).toMatchObject({
      code: 'connection-closed',
      exitCode: 6,
    })
    expect(requests.filter(({ path }) => path.startsWith('/admin'))).toHaveLength(sent)
  })

  test('the logout of a user over a closed kept connection is sent once more, and the caller is told', async () => {
    const { url, requests, sockets } = await scriptedServer(
      keycloakScript(({ path }, response) => {
        if (path.endsWith('/logout') && requests.filter((one) => one.path === path).length === 1) {
          response.socket?.destroy()
          return undefined
        }
        return path.endsWith('/logout') ? { status: 204 } : { json: [] }
      }),
    )
    const keycloak = await openAt(url)
    await keycloak.sessionsOf('u')
    let repeats = 0
    await keycloak.logoutUser('u', { onRepeat: () => repeats++ })
    expect([repeats, requests.filter(({ path }) => path.endsWith('/logout')).length]).toEqual([1, 2])
    // Neither connection is kept.
    await expect.poll(() => sockets.size).toBe(0)
  })

  test('the logout of a user is not sent again if a kept connection is cut while the server is at work', async () => {
    const { url, requests } = await scriptedServer(
      keycloakScript(({ path }, response) => {
        if (!path.endsWith('/logout')) return { json: [] }
        setTimeout(() => response.socket?.destroy(), 1_200)
        return undefined
      }),
    )
    const keycloak = await openAt(url)
    await keycloak.sessionsOf('u')
    let repeats = 0
    expect(await outcomeOf(keycloak.logoutUser('u', { onRepeat: () => void repeats++ }))).toMatchObject({
      code: 'connection-closed',
    })
    expect([repeats, requests.filter(({ path }) => path.endsWith('/logout')).length]).toEqual([0, 1])
  })

  test('the logout of a user is not sent again after an error of the server', async () => {
    const { keycloak, seen } = await keycloakAnswering(() => ({ status: 503 }))
    expect(await outcomeOf(keycloak.logoutUser('u', { onRepeat: () => {} }))).toMatchObject({
      code: 'server-unavailable',
    })
    expect(seen).toHaveLength(1)
  })

  test('uses at most one of several kept connections, then new ones', async () => {
    const waiting: (() => void)[] = []
    const { url, requests } = await scriptedServer(
      keycloakScript(async ({ path }, response) => {
        if (path.endsWith('/users/u/sessions')) {
          response.socket?.destroy()
          return undefined
        }
        // Four parallel requests open four kept connections.
        await new Promise<void>((resolve) => {
          waiting.push(resolve)
          if (waiting.length === 4) for (const go of waiting) go()
        })
        return { json: { realm: 'customers' } }
      }),
    )
    const keycloak = await openAt(url)
    await Promise.all([1, 2, 3, 4].map(() => keycloak.realmInfo()))
    expect(await outcomeOf<unknown>(keycloak.sessionsOf('u'))).toMatchObject({ code: 'connection-closed' })
    expect(requests.filter(({ path }) => path.endsWith('/users/u/sessions'))).toHaveLength(1 + 4)
  })

  test('goes to another node if one dies during a GET', async () => {
    let count = 0
    const { url } = await scriptedServer(
      keycloakScript((_, response) => {
        if (++count > 1) return { json: [SESSION] }
        response.socket?.destroy()
        return undefined
      }),
    )
    expect(await (await openAt(url)).sessionsOf('u')).toHaveLength(1)
  })

  test('the pause grows, has jitter, and follows Retry-After up to a limit', () => {
    const pauses = (random: number) =>
      [1, 2, 3].map((attempt) => pauseBefore(attempt, undefined, () => random))
    expect(pauses(0)).toEqual([100, 200, 400])
    expect(pauses(1)).toEqual([200, 400, 800])
    expect(pauseBefore(1, '2')).toBe(2000)
    expect(pauseBefore(1, '3600')).toBe(5000)
    expect(retryAfterMs('Thu, 01 Jan 1970 00:00:10 GMT', 4000)).toBe(6000)
    expect(retryAfterMs('soon')).toBeUndefined()
  })
})

describe('a 401', () => {
  test('leads to another token and one more attempt, also for operations', async () => {
    const { keycloak, seen, requests } = await keycloakAnswering((_, n) =>
      n === 1 ? { status: 401, json: {} } : { status: 204 },
    )
    await keycloak.logoutUser('u')
    expect(seen.map(({ path }) => path)).toEqual(Array(2).fill('/admin/realms/customers/users/u/logout'))
    expect(seen[0]?.headers.authorization).not.toBe(seen[1]?.headers.authorization)
    expect(requests.filter(({ path }) => path.endsWith('/token'))).toHaveLength(2)
  })

  test('twice: exit 4', async () => {
    const { keycloak, seen } = await keycloakAnswering(() => ({
      status: 401,
      json: { error: 'HTTP 401 Unauthorized' },
    }))
    expect(await outcomeOf(keycloak.logoutUser('u'))).toMatchObject({ code: 'unauthorized', exitCode: 4 })
    expect(seen).toHaveLength(2)
  })
})

describe('an operation that outlasts the timeout', () => {
  const operations: [string, (k: Keycloak) => Promise<unknown>][] = [
    'endSession',
    'logoutUser',
    'logoutRealm',
    'pushRevocation',
    'testNodes',
  ].map((name) => [name, methodNamed(name)[0]])
  test.each(operations)('%s is still running: exit 6, and not sent again', async (_, call) => {
    const { url, requests } = await scriptedServer(keycloakScript(() => undefined))
    const keycloak = await openAt(url, { timeout: 200 })
    expect(await outcomeOf(call(keycloak))).toMatchObject({ code: 'still-running', exitCode: 6 })
    expect(requests.filter(({ path }) => path.startsWith('/admin'))).toHaveLength(1)
  })

  test.each(operations)('%s behind a proxy that times out (504) is still running, too', async (_, call) => {
    const { keycloak, seen } = await keycloakAnswering(() => ({ status: 504 }))
    expect(await outcomeOf(call(keycloak))).toMatchObject({ code: 'still-running', exitCode: 6 })
    expect(seen).toHaveLength(1)
  })

  test('a GET that outlasts it is a timeout', async () => {
    const { url } = await scriptedServer(keycloakScript(() => undefined))
    const keycloak = await openAt(url, { timeout: 200 })
    expect(await outcomeOf(keycloak.sessionsOf('u'))).toMatchObject({ code: 'timeout', exitCode: 6 })
  })
})
