import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { type EndedSession, REALM_LOGOUT } from '../delivery.ts'
import { logCollector } from './collect.ts'

const MANAGER = 'DEBUG [org.keycloak.services.managers.ResourceAdminManager]'
const line = (thread: number, text: string) =>
  `2026-11-28 10:00:00,000 ${MANAGER} (executor-thread-${thread}) ${text}\n`
const ids = (client: string, session: string) =>
  `clientId='${client}' clientSessionId='${session}::uuid-${client}' backchannelLogoutUrl='https://${client}.example/logout'`
const sending = (thread: number, client: string, session: string) =>
  line(thread, `Sending backchannel-logout request to client. ${ids(client, session)}`)
const received = (thread: number, client: string, session: string, status: number) =>
  line(
    thread,
    `Received response for backchannel-logout from client. ${ids(client, session)} status=${status} success=${status === 200}`,
  )
const failed = (thread: number, client: string, exception: string) =>
  `2026-11-28 10:00:00,001 WARN  [org.keycloak.services] (executor-thread-${thread}) KC-SERVICES0057: Logout for client '${client}' failed: ${exception}\n`

const session = (id: string, ...clients: string[]): EndedSession => ({
  id,
  offline: false,
  traceId: undefined,
  clients: clients.map((clientId) => ({
    id: `uuid-${clientId}`,
    clientId,
    url: `https://${clientId}.example/logout`,
    isExpected: true,
  })),
})

async function found(log: string, ...sessions: EndedSession[]) {
  const collector = logCollector(
    (async function* () {
      yield log
    })(),
  )
  await collector.done()
  for (const one of sessions) collector.ended(one)
  return {
    deliveries: collector
      .findings()
      .map(({ sessionId, clientId, outcome }) => [sessionId, clientId, outcome] as const),
    problem: collector.problem(),
  }
}

const answered = (status: number) => ({ kind: 'answered', status })

describe("the calls that Keycloak's log shows", () => {
  it('belong to the session and the client that they name, with nodes and threads mixed', async () => {
    const log =
      sending(1, 'shop', 'A') +
      sending(2, 'shop', 'B') +
      received(2, 'shop', 'B', 400) +
      received(1, 'shop', 'A', 200)
    expect((await found(log, session('A', 'shop'), session('B', 'shop'))).deliveries).toEqual([
      ['A', 'shop', answered(200)],
      ['B', 'shop', answered(400)],
    ])
  })

  it('failed with the cause of the entry that follows on the same thread', async () => {
    const log =
      sending(1, 'shop', 'A') +
      sending(2, 'desk', 'A') +
      failed(1, 'shop', 'java.net.SocketTimeoutException: Read timed out') +
      received(2, 'desk', 'A', 200)
    expect((await found(log, session('A', 'shop', 'desk'))).deliveries).toEqual([
      ['A', 'shop', { kind: 'failed', error: 'read-timeout' }],
      ['A', 'desk', answered(200)],
    ])
  })

  it('are found by internal id where a client id imitates an entry', async () => {
    const name = "x' clientSessionId='B::uuid-shop' backchannelLogoutUrl='https://shop.example/logout"
    const log = line(
      1,
      `Received response for backchannel-logout from client. clientId='${name}' clientSessionId='A::uuid-x' backchannelLogoutUrl='https://x.example/logout' status=200 success=true`,
    )
    expect((await found(log, session('A', 'shop'), session('B', 'shop'))).deliveries).toEqual([])
  })

  it('of other sessions, and lost lines, claim nothing', async () => {
    const { deliveries } = await found(received(1, 'shop', 'OTHER', 200), session('A', 'shop'))
    expect(deliveries).toEqual([])
  })
})

describe('the logs of several nodes in one, without what tells them apart', () => {
  const refused = 'java.net.ConnectException: Connection refused'

  it('leave a failure unknown that any of two calls of one thread may have had', async () => {
    const log =
      sending(1, 'shop', 'A') +
      sending(1, 'shop', 'B') +
      failed(1, 'shop', refused) +
      received(1, 'shop', 'B', 200)
    expect((await found(log, session('A', 'shop'), session('B', 'shop'))).deliveries).toEqual([
      ['B', 'shop', answered(200)],
    ])
  })

  it('give a failure to the call of its client', async () => {
    const log = sending(1, 'shop', 'A') + sending(1, 'desk', 'B') + failed(1, 'shop', refused)
    expect((await found(log, session('A', 'shop'), session('B', 'desk'))).deliveries).toEqual([
      ['A', 'shop', { kind: 'failed', error: 'refused' }],
    ])
  })

  it('never count a failure of an unknown session where the log names sessions', async () => {
    const log = received(1, 'desk', 'X', 200) + failed(2, 'shop', refused)
    expect((await found(log, session('A', 'shop'))).deliveries).toEqual([])
  })
})

describe('a log that does not name sessions', () => {
  const outcome = (client: string, ok: boolean) =>
    line(1, `logout resource ${client} url: https://${client}.example/logout sessionIds: `) +
    line(1, `logout success for https://${client}.example/logout: ${ok}`)

  it('counts where calls are as many as sessions, and says which session only where all ended alike', async () => {
    const both = outcome('shop', true) + outcome('shop', true)
    expect((await found(both, session('A', 'shop'), session('B', 'shop'))).deliveries).toEqual([
      ['A', 'shop', answered(200)],
      ['B', 'shop', answered(200)],
    ])
    const mixed = outcome('shop', true) + outcome('shop', false)
    expect((await found(mixed, session('A', 'shop'), session('B', 'shop'))).deliveries).toEqual([
      [null, 'shop', answered(200)],
      [null, 'shop', { kind: 'failed', error: 'not-accepted' }],
    ])
  })

  it('claims nothing where calls are fewer or more than sessions', async () => {
    expect(
      (await found(outcome('shop', true), session('A', 'shop'), session('B', 'shop'))).deliveries,
    ).toEqual([])
    const two = outcome('shop', true) + outcome('shop', true)
    expect((await found(two, session('A', 'shop'))).deliveries).toEqual([])
  })

  it('matches the call to an Admin URL in the realm logout, beside sessions that no adapter registered', async () => {
    const log =
      line(1, 'logout resource desk url: https://desk.example/admin sessionIds: ') +
      line(1, 'logout success for https://desk.example/admin: true')
    const client = { id: 'uuid-desk', clientId: 'desk', url: 'https://desk.example/admin/k_logout' }
    const realm = { ...session(REALM_LOGOUT), clients: [{ ...client, isExpected: true }] }
    const ended = { ...session('A'), clients: [{ ...client, isExpected: false }] }
    expect((await found(log, ended, realm)).deliveries).toEqual([[null, 'desk', answered(200)]])
  })
})

describe('the reason why a log shows less than it could', () => {
  it('is that it holds no entries, or not those at DEBUG', async () => {
    expect((await found('hello\n')).problem).toBe('it held no entries of Keycloak')
    expect((await found(failed(1, 'shop', 'x'))).problem).toContain('no DEBUG entries')
    expect((await found(sending(1, 'shop', 'A'))).problem).toBeUndefined()
  })

  it('is that it does not show calls that are expected, and ended', async () => {
    const log = received(1, 'shop', 'A', 200)
    expect((await found(log, session('A', 'shop'))).problem).toBeUndefined()
    expect((await found(log, session('A', 'shop'), session('B', 'shop'))).problem).toBe(
      'it does not show 1 of 2 expected calls, and ended during the run',
    )
    expect((await found(log, session('B', 'shop'))).problem).toBe(
      'it shows none of 1 expected calls, and ended during the run',
    )
  })
})

describe('a busy log', () => {
  it('is not kept in memory with the calls that are found in it', async () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const noise = `2026-11-28 10:00:00,000 DEBUG [org.hibernate.SQL] (executor-thread-1) select 1\n`
    const sessions = Array.from({ length: 64 }, (_, index) => `a-session-with-a-long-id-${index}`)
    const collector = logCollector(
      (async function* () {
        for (const id of sessions)
          yield Buffer.from(noise.repeat(3_000) + received(1, 'shop', id, 200)).toString()
      })(),
    )
    for (const id of sessions) collector.ended(session(id, 'shop'))
    collect()
    const before = process.memoryUsage().heapUsed
    await collector.done()
    collect()
    const grown = process.memoryUsage().heapUsed - before
    expect(collector.findings()).toHaveLength(64)
    expect(grown).toBeLessThan(4 * 1024 * 1024)
  })
})
