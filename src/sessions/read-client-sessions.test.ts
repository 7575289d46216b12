import { describe, expect, it } from 'vitest'
import { aClient, aSession } from '../../test/support/builders.ts'
import { virtualClock } from '../../test/support/clock.ts'
import type { Client, Session } from '../core/model.ts'
import { UserError } from '../errors.ts'
import { readClientSessions } from './read-client-sessions.ts'

const SHOP = aClient({ clientId: 'shop' })
const DESK = aClient({ clientId: 'desk' })
const many = (count: number, from = 0) =>
  Array.from({ length: count }, (_, i) => aSession({ id: `s${from + i}`, clients: ['shop'] }))

/** A Keycloak that only lists sessions; `lists` may change while they are read. */
const listing = (lists: Record<string, Session[]>) => {
  const requests: string[] = []
  const { sleep } = virtualClock()
  let inFlight = 0
  const most = { atATime: 0 }
  return {
    requests,
    most,
    keycloak: {
      async clientSessions(
        id: string,
        { offline, first, max }: { offline: boolean; first: number; max: number },
      ) {
        requests.push(`${id} ${offline ? 'offline ' : ''}${first}`)
        most.atATime = Math.max(most.atATime, ++inFlight)
        await sleep(10)
        inFlight--
        return (lists[id] ?? []).slice(first, first + max)
      },
    },
  }
}

const read = async (
  { keycloak }: ReturnType<typeof listing>,
  clients: readonly Client[],
  expected: Record<string, number>,
  visit: (session: Session) => void = () => {},
  signal = new AbortController().signal,
) => {
  const seen: string[] = []
  await readClientSessions(
    clients,
    keycloak,
    { offline: false, expected: new Map(Object.entries(expected)), signal },
    (session) => {
      seen.push(session.id)
      visit(session)
    },
  )
  return seen
}

describe('reading the sessions of clients', () => {
  it('reads several pages, each session once', async () => {
    const server = listing({ [SHOP.id]: many(3_500) })
    const seen = await read(server, [SHOP], { [SHOP.id]: 3_500 })
    expect(new Set(seen).size).toBe(3_500)
    expect(seen.length).toBe(3_500)
    expect([...server.requests].sort()).toEqual([0, 1000, 2000, 3000].map((first) => `${SHOP.id} ${first}`))
  })

  it('reads four pages in parallel', async () => {
    const server = listing({ [SHOP.id]: many(20_000) })
    await read(server, [SHOP], { [SHOP.id]: 20_000 })
    expect(server.most.atATime).toBe(4)
  })

  it('reads on if there are more sessions than counted', async () => {
    const seen = await read(listing({ [SHOP.id]: many(4_200) }), [SHOP], { [SHOP.id]: 900 })
    expect(seen.length).toBe(4_200)
  })

  it('finds sessions that start during the read', async () => {
    const list = many(1_000)
    const server = listing({ [SHOP.id]: list })
    const seen = await read(server, [SHOP], { [SHOP.id]: 1_000 }, ({ id }) => {
      if (id === 's0') list.push(...many(10, 1_000))
    })
    expect(seen.length).toBe(1_010)
  })

  it('visits a session of several clients once', async () => {
    const both = aSession({ id: 'both', clients: ['shop', 'desk'] })
    const server = listing({ [SHOP.id]: [both], [DESK.id]: [both, ...many(2)] })
    expect((await read(server, [SHOP, DESK], { [SHOP.id]: 1, [DESK.id]: 3 })).sort()).toEqual([
      'both',
      's0',
      's1',
    ])
  })

  it('sends one request for a client without a count', async () => {
    const server = listing({ [SHOP.id]: many(3) })
    expect(await read(server, [SHOP], {})).toEqual(['s0', 's1', 's2'])
    expect(server.requests).toEqual([`${SHOP.id} 0`])
  })

  it('reads no further page after one has failed', async () => {
    const server = listing({ [SHOP.id]: many(50_000) })
    const reading = read(server, [SHOP], { [SHOP.id]: 50_000 }, () => {
      throw new Error('the visitor failed')
    })
    await expect(reading).rejects.toThrow('the visitor failed')
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(server.requests.length).toBeLessThanOrEqual(8)
  })

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ])('%s stops the read with exit %i', async (reason, exitCode) => {
    const controller = new AbortController()
    const server = listing({ [SHOP.id]: many(50_000) })
    const reading = read(
      server,
      [SHOP],
      { [SHOP.id]: 50_000 },
      () => controller.abort(reason),
      controller.signal,
    )
    await expect(reading).rejects.toMatchObject({ code: 'interrupted', exitCode })
    expect(server.requests.length).toBeLessThanOrEqual(8)
  })

  it('stops between pages beyond the count, too', async () => {
    const controller = new AbortController()
    const reading = read(
      listing({ [SHOP.id]: many(2_500) }),
      [SHOP],
      {},
      () => controller.abort(),
      controller.signal,
    )
    await expect(reading).rejects.toMatchObject({ code: 'interrupted' })
  })

  it('is complete if the interruption comes after the last page', async () => {
    const controller = new AbortController()
    const seen = await read(
      listing({ [SHOP.id]: many(3) }),
      [SHOP],
      { [SHOP.id]: 3 },
      () => controller.abort(),
      controller.signal,
    )
    expect(seen).toEqual(['s0', 's1', 's2'])
  })

  it.each(['a/b', '..', 'a b', ''])('sends no request for a client with the internal id %j', async (id) => {
    const server = listing({ [SHOP.id]: many(3), [id]: many(2, 10) })
    const odd = aClient({ clientId: 'odd', id })
    expect(await read(server, [odd, SHOP], { [SHOP.id]: 3, [id]: 2 })).toEqual(['s0', 's1', 's2'])
    expect(server.requests).toEqual([`${SHOP.id} 0`])
  })
})

describe('a client whose sessions Keycloak fails to list', () => {
  const unreadable = new UserError('unreadable', 'Cannot read the sessions of a client: HTTP 500.')
  const keycloak = {
    async clientSessions(id: string, { first, max }: { first: number; max: number }) {
      if (id === SHOP.id && first <= 1 && 1 < first + max) throw unreadable
      return many(id === SHOP.id ? 3 : 2, id === SHOP.id ? 0 : 10).slice(first, first + max)
    },
  }
  const options = {
    offline: false,
    expected: new Map<string, number>(),
    signal: new AbortController().signal,
  }

  it('does not stop the others, and is reported', async () => {
    const seen: string[] = []
    const reported: unknown[] = []
    await readClientSessions(
      [SHOP, DESK],
      keycloak,
      {
        ...options,
        onUnreadable: ({ clientId }, { count, reason }) => reported.push([clientId, count, reason]),
      },
      ({ id }) => void seen.push(id),
    )
    expect(seen.sort()).toEqual(['s0', 's10', 's11', 's2'])
    expect(reported).toEqual([['shop', 1, unreadable.message]])
  })

  it('is an error that names it, if nobody asks for a report', async () => {
    await expect(readClientSessions([SHOP, DESK], keycloak, options, () => {})).rejects.toMatchObject({
      code: 'unreadable',
      message: expect.stringContaining('Client shop:'),
    })
  })
})
