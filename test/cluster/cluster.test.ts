import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, type TaskMeta, test } from 'vitest'
import { type Postgres, startPostgres } from '../../bench/support/postgres.ts'
import type { AllOutcome } from '../../src/commands/all/outcome.ts'
import { ANSWERS_LOG } from '../support/answers-log.ts'
import { type KeycloakServer, type StartedKeycloak, startKeycloak } from '../support/keycloak/server.ts'
import { createRealm, eachOf, type TestRealm } from '../support/realm.ts'
import { type Receiver, startReceiver } from '../support/receiver.ts'
import { adminEnv, runCli } from '../support/run-cli.ts'
import { directGrant } from '../support/sign-in.ts'
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'

declare module 'vitest' {
  interface TaskMeta {
    /** Rows of the table in docs/reliability.md. */
    figures?: [what: string, value: string | number][]
  }
}

const SESSIONS = 600
const USERS = 30

/** Two nodes of one cluster on one PostgreSQL, behind a load balancer. */
describe('a cluster of two nodes', () => {
  let postgres: Postgres
  const nodes: StartedKeycloak[] = []
  let balancer: TcpProxy
  let balanced: KeycloakServer
  let receiver: Receiver

  const startNode = () =>
    startKeycloak({
      production: true,
      args: [
        '--db=postgres',
        `--db-url=${postgres.address.jdbcUrl}`,
        `--db-username=${postgres.address.username}`,
        `--db-password=${postgres.address.password}`,
        '--cache=ispn',
        ANSWERS_LOG,
        '--cache-embedded-network-bind-address=127.0.0.1',
      ],
    })

  beforeAll(async () => {
    receiver = await startReceiver()
    postgres = await startPostgres({ fsync: false })
    // One after the other: the first creates the tables.
    nodes.push(await startNode())
    nodes.push(await startNode())
    balancer = await startTcpProxy(nodes.map(({ url }) => Number(new URL(url).port)))
    balanced = { ...node(0), url: `http://127.0.0.1:${balancer.port}` }
    const log = await readFile(node(1).logFile ?? '', 'utf8')
    expect(log).toMatch(/ISPN000094: Received new cluster view[^\n]*\(2\)/)
  }, 900_000)
  afterAll(async () => {
    await balancer?.close()
    for (const each of nodes) await each.stop()
    await postgres?.stop()
    await receiver?.close()
  }, 120_000)

  const node = (index: number): StartedKeycloak => {
    const found = nodes[index]
    if (!found) throw new Error(`no node ${index}`)
    return found
  }
  const through = (realm: TestRealm, server: Pick<KeycloakServer, 'url'>): TestRealm => ({
    ...realm,
    issuer: `${server.url}/realms/${realm.name}`,
  })

  test('sessions that were created on one node end on the other, and their clients are notified', async () => {
    const realm = await createRealm(node(0), {
      clients: [{ clientId: 'shop', backchannelLogoutUrl: `${receiver.url}/shop` }],
      users: ['ada'],
    })
    try {
      const sids: string[] = []
      for (let n = 0; n < 3; n++) sids.push((await directGrant(realm, { user: 'ada', client: 'shop' })).sid)
      const ran = await runCli(['user', 'ada', '--yes', '--json'], { env: adminEnv(node(1), realm.name) })
      expect(ran.code, ran.stderr).toBe(0)
      expect(sidsOf(await receiver.waitFor(3))).toEqual(sids.sort())
      expect(await realm.sessionsOf('ada')).toEqual([])
    } finally {
      await realm.remove()
      receiver.clear()
    }
  }, 120_000)

  test('all completes when a node is killed during the run', async ({ task }) => {
    const users = Array.from({ length: USERS }, (_, index) => `user-${index}`)
    const realm = await createRealm(balanced, {
      clients: [{ clientId: 'shop', backchannelLogoutUrl: `${receiver.url}/shop` }],
      users,
    })
    const sids = await eachOf(Array.from({ length: SESSIONS }), 4, async (_, index) => {
      const user = users[index % USERS] ?? ''
      return (await directGrant(through(realm, node(index % 2)), { user, client: 'shop' })).sid
    })
    // Slow enough to kill the node during the run.
    receiver.behave({ delayMs: 50 })
    const kill = (async () => {
      await receiver.waitFor(SESSIONS / 3, { timeoutMs: 120_000 })
      process.kill(-(node(0).pid ?? 0), 'SIGKILL')
      return receiver.requests.length
    })()
    const logs = nodes.flatMap(({ logFile }) => ['--evidence', `log:${logFile}`])
    const ran = await runCli(['all', '--confirm', realm.name, '--json', '--deliveries', ...logs], {
      env: adminEnv(balanced, realm.name),
      timeoutMs: 500_000,
    })
    const notifiedBefore = await kill
    const outcome = ran.json<AllOutcome>()
    await sleep(1_000)
    const notified = sidsOf(receiver.requests)
    const [step] = outcome.phases
    const shop = outcome.clients.find(({ clientId }) => clientId === 'shop')
    figures(task, [
      ['sessions', SESSIONS],
      ['notified when the node was killed', notifiedBefore],
      ['sessions ended one by one', step?.ended ?? 0],
      ['of these, already ended at a second attempt', step?.gone ?? 0],
      ['failed', step?.failed.length ?? 0],
      ['sessions whose client was notified', new Set(notified).size],
      ['notified twice', notified.length - new Set(notified).size],
      ['ended without notification', outcome.endedUnnotified ?? 'unknown'],
      ['calls that the application received', notified.length],
      ['accepted, by the logs of both nodes', shop?.notifications.accepted ?? 0],
      [
        'calls that may have been made beside them (requests that were sent again)',
        shop?.notifications.unknown ?? 0,
      ],
      ['left', outcome.after.left ?? 'unknown'],
      ['exit code', ran.code ?? 'signal'],
      ['seconds', Math.round(ran.ms / 100) / 10],
    ])
    expect(ran.code, ran.stdout + ran.stderr).toBe(0)
    // Otherwise the node was killed too late.
    expect(notifiedBefore).toBeLessThan(SESSIONS)
    expect([...new Set(notified)].sort()).toEqual([...sids].sort())
    expect(await realm.sessionsAt('shop')).toEqual([])
    // What the logs of both nodes show is what the application saw; the rest is unknown.
    if (!shop) throw new Error('no shop')
    const { expected, accepted, refused, failed, notSent, unknown } = shop.notifications
    expect([refused, failed, notSent, accepted + unknown]).toEqual([0, 0, 0, expected.max])
    // A request that was sent again may have called twice.
    expect([expected.min <= notified.length, notified.length <= expected.max]).toEqual([true, true])
    expect(accepted).toBeLessThanOrEqual(notified.length)
    expect(accepted).toBeGreaterThan(SESSIONS / 2)
    for (const { sessionId, status } of outcome.deliveries ?? [])
      expect([status, notified.includes(sessionId ?? '')]).toEqual([200, true])
  }, 600_000)
})

/** IDs of the sessions in logout tokens, sorted; unverified, because issuers differ by node. */
const sidsOf = (requests: readonly { body: string }[]) =>
  requests
    .map(({ body }) => new URLSearchParams(body).get('logout_token')?.split('.')[1] ?? '')
    .map((payload) => JSON.parse(Buffer.from(payload, 'base64url').toString()).sid as string)
    .sort()

function figures({ meta }: { meta: TaskMeta }, rows: [string, string | number][]): void {
  meta.figures = rows
}
