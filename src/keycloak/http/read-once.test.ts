import { describe, expect, test } from 'vitest'
import { readOnce } from './read-once.ts'
import type { Transport } from './transport.ts'

/** Counts requests and answers with these statuses, the last one from then on. */
function counting(...statuses: number[]) {
  let sent = 0
  const transport: Transport = {
    request: async () => {
      const status = statuses[Math.min(sent++, statuses.length - 1)] ?? 0
      if (status === 0) throw new Error('no answer')
      return { status, headers: {}, body: String(sent) }
    },
    sleep: async () => {},
    close() {},
  }
  const once = readOnce(transport)
  const get = (path: string, method = 'GET', repeatable?: boolean) =>
    once
      .request({ method, url: new URL(path, 'http://kc.test'), repeatable })
      .then(({ body }) => body)
      .catch(() => 'failed')
  return { get, sent: () => sent }
}

describe('a GET', () => {
  test.each([200, 403, 404])('that was answered %d is sent once', async (status) => {
    const { get, sent } = counting(status)
    expect([await get('/a'), await get('/a'), ...(await Promise.all([get('/a'), get('/a')]))]).toEqual(
      Array(4).fill('1'),
    )
    expect(sent()).toBe(1)
  })

  test('with a slash at its end is the same', async () => {
    const { get } = counting(200)
    expect([await get('/a/?q=/'), await get('/a?q=/')]).toEqual(['1', '1'])
  })

  test('with another query is another one', async () => {
    const { get } = counting(200)
    expect([await get('/a?first=0'), await get('/a?first=1')]).toEqual(['1', '2'])
  })

  test.each([401, 429, 500, 503, 0])('that failed (%d) is sent again', async (status) => {
    const { get } = counting(status, 200)
    await get('/a')
    expect(await get('/a')).toBe('2')
  })

  test('that makes Keycloak call an application is sent each time', async () => {
    const { get, sent } = counting(200)
    await get('/nodes', 'GET', false)
    await get('/nodes', 'GET', false)
    expect(sent()).toBe(2)
  })
})

test('other requests are sent each time', async () => {
  const { get, sent } = counting(204)
  await get('/a', 'DELETE')
  await get('/a', 'DELETE')
  expect(sent()).toBe(2)
})
