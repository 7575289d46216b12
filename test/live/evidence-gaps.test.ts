import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest'
import type { AllOutcome } from '../../src/commands/all/outcome.ts'
import { keycloakWithAnswers } from '../support/answers-log.ts'
import { type Jaeger, startJaeger } from '../support/jaeger.ts'
import type { StartedKeycloak } from '../support/keycloak/server.ts'
import { relayLog } from '../support/log-relay.ts'
import { createRealm, eachOf, type TestRealm } from '../support/realm.ts'
import { type Receiver, startReceiver } from '../support/receiver.ts'
import { adminEnv, runCli } from '../support/run-cli.ts'
import { directGrant, signIn } from '../support/sign-in.ts'
import { startStoreProxy } from '../support/store-proxy.ts'

/** Traces want Jaeger: `npm run test:evidence` builds it and sets this. */
const withTraces = process.env.KC_LOGOUT_TEST_EVIDENCE === 'traces'
const SESSIONS = 40

let keycloak: StartedKeycloak
let jaeger: Jaeger | undefined
let receiver: Receiver
let realm: TestRealm
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kc-logout-test-'))
  jaeger = withTraces ? await startJaeger() : undefined
  const tracing = jaeger ? ['--tracing-enabled=true', `--tracing-endpoint=${jaeger.otlpUrl}`] : []
  keycloak = await keycloakWithAnswers(inject('keycloak'), { args: tracing })
  receiver = await startReceiver()
  receiver.behave({ status: 400, delayMs: 50 }, '/desk')
  receiver.behave({ delayMs: 50 }, '/shop')
  realm = await createRealm(keycloak, {
    clients: [
      ...['shop', 'desk', 'late'].map((clientId) => ({
        clientId,
        backchannelLogoutUrl: `${receiver.url}/${clientId}`,
      })),
      {
        clientId: 'brief',
        backchannelLogoutUrl: `${receiver.url}/brief`,
        attributes: { 'client.session.max.lifespan': '3' },
      },
    ],
    users: ['ada', 'bob'],
  })
}, 480_000)
afterAll(async () => {
  await realm?.remove()
  await receiver?.close()
  await keycloak?.stop()
  await jaeger?.stop()
  await rm(folder, { recursive: true, force: true })
})
afterEach(async () => {
  await realm.post('/logout-all')
  receiver.clear()
})

const signInMany = () =>
  eachOf(Array.from({ length: SESSIONS }), 4, (_, index) =>
    directGrant(realm, { user: 'ada', client: index % 2 === 0 ? 'shop' : 'desk' }),
  )
const all = (...args: string[]) =>
  runCli(['all', '--confirm', realm.name, '--deliveries', '--json', ...args], {
    env: adminEnv(keycloak, realm.name),
  })

/** What the receiver answered: `shop SID` → status. */
const answered = () =>
  new Map(
    receiver.requests.map(({ path, body }) => {
      const payload = new URLSearchParams(body).get('logout_token')?.split('.')[1] ?? ''
      const { sid } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { sid: string }
      return [`${path.slice(1)} ${sid}`, path === '/desk' ? 400 : 200]
    }),
  )

/** Checks that each delivery is what the receiver saw, and returns the sums of shop and desk. */
function requireRight(outcome: AllOutcome) {
  const truth = answered()
  expect(truth.size).toBe(SESSIONS)
  for (const { clientId, sessionId, status } of outcome.deliveries ?? [])
    expect([clientId, sessionId, status]).toEqual([
      clientId,
      sessionId,
      truth.get(`${clientId} ${sessionId}`),
    ])
  const [shop, desk] = ['shop', 'desk'].map((id) => {
    const found = outcome.clients.find(({ clientId }) => clientId === id)
    if (!found) throw new Error(`no ${id}`)
    return found.notifications
  })
  const sums = { shop: shop?.accepted ?? 0, desk: desk?.refused ?? 0, unknown: 0 }
  sums.unknown = (shop?.unknown ?? 0) + (desk?.unknown ?? 0)
  expect(sums.shop + sums.desk + sums.unknown).toBe(SESSIONS)
  expect([shop?.refused, shop?.failed, shop?.notSent]).toEqual([0, 0, 0])
  expect([desk?.accepted, desk?.failed, desk?.notSent]).toEqual([0, 0, 0])
  return sums
}

describe('a log that is not all there', () => {
  const through = async (
    name: string,
    { keeps, rotate }: { keeps?: (line: string) => boolean; rotate?: 'rename' | 'copyTruncate' },
  ) => {
    await signInMany()
    const relay = await relayLog(keycloak.logFile ?? '', join(folder, name), keeps)
    const rotating = rotate && receiver.waitFor(SESSIONS / 2).then(() => relay[rotate]())
    try {
      return (await all('--evidence', `log:${relay.path}`, '--evidence-wait', '3')).json<AllOutcome>()
    } finally {
      await rotating
      await relay.stop()
    }
  }

  test('that is renamed and begun anew during the run is read to its end, then the new one', async () => {
    const outcome = await through('renamed.log', { rotate: 'rename' })
    expect(requireRight(outcome)).toEqual({ shop: SESSIONS / 2, desk: SESSIONS / 2, unknown: 0 })
    expect(outcome.evidenceProblems).toBeUndefined()
  })

  test('that is copied and emptied leaves unknown what was lost, and nothing is wrong', async () => {
    const sums = requireRight(await through('emptied.log', { rotate: 'copyTruncate' }))
    expect(sums.shop + sums.desk).toBeGreaterThan(SESSIONS / 4)
  })

  test('lost lines leave their calls unknown, and the result says how many', async () => {
    let seen = 0
    const keeps = (line: string) => !/ResourceAdminManager/.test(line) || ++seen % 3 !== 0
    const outcome = await through('lossy.log', { keeps })
    const { unknown } = requireRight(outcome)
    expect(unknown).toBeGreaterThan(0)
    expect(outcome.evidenceProblems).toEqual([
      expect.stringContaining(`does not show ${unknown} of ${SESSIONS} expected calls`),
    ])
  })

  test('of another server shows nothing of this run, and the result says so', async () => {
    const keeps = (line: string) => /Sending|started in/.test(line)
    const outcome = await through('other.log', { keeps })
    expect(requireRight(outcome)).toEqual({ shop: 0, desk: 0, unknown: SESSIONS })
    expect(outcome.evidenceProblems).toEqual([
      expect.stringContaining(`shows none of ${SESSIONS} expected calls`),
    ])
    expect(outcome.clients.map(({ delivery }) => delivery)).toEqual(['unconfirmed', 'unconfirmed'])
  })

  test('on stdin that ends early leaves the rest unknown, and the result says so', async () => {
    await signInMany()
    const outcome = (await all('--evidence', 'log:-', '--evidence-wait', '3')).json<AllOutcome>()
    expect(requireRight(outcome).unknown).toBe(SESSIONS)
    expect(outcome.evidenceProblems).toEqual([expect.stringContaining('The log on stdin')])
  })
})

describe.runIf(withTraces)('calls that others could be taken for', () => {
  const sources = () => [
    ...['--evidence', `log:${keycloak.logFile}`],
    ...['--evidence', `jaeger:${jaeger?.queryUrl}`],
  ]

  test('of a run in another realm at the same time, with clients of the same names and URLs', async () => {
    const other = await createRealm(keycloak, {
      clients: ['shop', 'desk'].map((clientId) => ({
        clientId,
        backchannelLogoutUrl: `${receiver.url}/${clientId}`,
      })),
      users: ['ada'],
    })
    try {
      const ran = await Promise.all(
        [realm, other].map(async (one) => {
          const jobs = Array.from({ length: SESSIONS / 2 }, (_, index) => (index % 2 === 0 ? 'shop' : 'desk'))
          const sids = await eachOf(jobs, 2, (client) => directGrant(one, { user: 'ada', client }))
          return { one, sids: sids.map(({ sid }) => sid).sort() }
        }),
      )
      const outcomes = await Promise.all(
        ran.map(({ one }) =>
          runCli(['all', '--confirm', one.name, '--deliveries', '--json', ...sources()], {
            env: adminEnv(keycloak, one.name),
          }),
        ),
      )
      for (const [index, { sids }] of ran.entries()) {
        const { clients, deliveries = [] } = outcomes[index]?.json<AllOutcome>() ?? { clients: [] }
        expect(deliveries.map(({ sessionId }) => sessionId).sort()).toEqual(sids)
        const seen = clients.map(({ clientId, answers }) => [clientId, answers])
        expect(Object.fromEntries(seen)).toEqual({
          shop: [{ status: 200, count: SESSIONS / 4 }],
          desk: [{ status: 400, count: SESSIONS / 4 }],
        })
      }
    } finally {
      await other.remove()
    }
  })

  test('of two clients with one URL: unknown by traces if the answers differ, exact by the log', async () => {
    const answers = { 'twin-a': 200, 'twin-b': 400 }
    const twins = createServer((request, response) => {
      let body = ''
      request.on('data', (part) => {
        body += part
      })
      request.on('end', () => {
        const payload = new URLSearchParams(body).get('logout_token')?.split('.')[1] ?? ''
        const { aud } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { aud: string }
        response.writeHead(answers[aud as keyof typeof answers] ?? 404).end()
      })
    })
    await new Promise<void>((resolve) => twins.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(twins.address() as AddressInfo).port}/logout`
    for (const clientId of Object.keys(answers))
      await realm.addClient({ clientId, backchannelLogoutUrl: url })
    const seenBy = async (...evidence: string[]) => {
      const { browser } = await signIn(realm, { user: 'bob', client: 'twin-a' })
      await signIn(realm, { user: 'bob', client: 'twin-b', browser })
      const { clients } = (await all(...evidence)).json<AllOutcome>()
      return clients.map(({ clientId, answers, notifications }) => [
        clientId,
        answers.flatMap((one) => ('status' in one ? one.status : [])),
        notifications.unknown,
      ])
    }
    try {
      const exact = [
        ['twin-a', [200], 0],
        ['twin-b', [400], 0],
      ]
      expect(await seenBy(...sources())).toEqual(exact)
      expect(await seenBy(...sources().slice(0, 2))).toEqual(exact)
      expect(await seenBy(...sources().slice(2))).toEqual([
        ['twin-a', [], 1],
        ['twin-b', [], 1],
      ])
    } finally {
      twins.close()
    }
  })
})

describe.runIf(withTraces)('traces that are not all there', () => {
  test('a client session that expired is seen as not called', async () => {
    const { browser } = await signIn(realm, { user: 'bob', client: 'brief' })
    await signIn(realm, { user: 'bob', client: 'shop', browser })
    await sleep(4500)
    const outcome = (await all('--evidence', `jaeger:${jaeger?.queryUrl}`)).json<AllOutcome>()
    const known = outcome.clients.map(({ clientId, notifications: { accepted, notSent, unknown } }) => [
      clientId,
      { accepted, notSent, unknown },
    ])
    expect(Object.fromEntries(known)).toEqual({
      shop: { accepted: 1, notSent: 0, unknown: 0 },
      brief: { accepted: 0, notSent: 1, unknown: 0 },
    })
    expect(outcome.verdict).toBe('partial')
  })

  test('a client that is disabled during the run is seen as not called from then on', async () => {
    const sessions = 10
    for (let n = 0; n < sessions; n++) {
      const { browser } = await signIn(realm, { user: 'bob', client: 'late' })
      await signIn(realm, { user: 'bob', client: 'shop', browser })
    }
    const late = await realm.client('late')
    const disabling = receiver
      .waitFor(3, { under: '/late', timeoutMs: 60_000 })
      .then(() => realm.put(`/clients/${late.id}`, { ...late, enabled: false }))
    try {
      const outcome = (
        await all('--evidence', `jaeger:${jaeger?.queryUrl}`, '--concurrency', '1')
      ).json<AllOutcome>()
      const called = receiver.requests.filter(({ path }) => path === '/late').length
      const found = outcome.clients.find(({ clientId }) => clientId === 'late')
      expect(called).toBeLessThan(sessions)
      expect(found?.notifications).toMatchObject({
        accepted: called,
        notSent: sessions - called,
        unknown: 0,
      })
      expect(outcome.clients.find(({ clientId }) => clientId === 'shop')?.notifications.accepted).toBe(
        sessions,
      )
    } finally {
      await disabling
      await realm.put(`/clients/${late.id}`, { ...late, enabled: true })
    }
  })

  test('a store that demands a sign-in during the run leaves the rest unknown', async () => {
    const proxy = await startStoreProxy(jaeger?.queryUrl ?? '')
    await signInMany()
    try {
      const refusing = receiver.waitFor(SESSIONS / 2).then(() => proxy.refuse(401))
      const ran = await all('--evidence', `jaeger:${proxy.url}`, '--evidence-wait', '3')
      await refusing
      const outcome = ran.json<AllOutcome>()
      expect(requireRight(outcome).unknown).toBeGreaterThan(0)
      expect(outcome.evidenceProblems).toEqual([expect.stringContaining('HTTP 401')])
    } finally {
      await proxy.close()
    }
  })

  test('a store that demands a sign-in at the start ends the run before anything ends: exit 6', async () => {
    const proxy = await startStoreProxy(jaeger?.queryUrl ?? '')
    proxy.refuse(401)
    const { sid } = await directGrant(realm, { user: 'bob', client: 'shop' })
    try {
      const ran = await all('--evidence', `jaeger:${proxy.url}`)
      expect([ran.code, ran.stdout]).toEqual([6, expect.stringContaining('HTTP 401')])
      expect((await realm.sessionsOf('bob')).map(({ id }) => id)).toEqual([sid])
    } finally {
      await proxy.close()
    }
  })

  test('a store that answers too late leaves the rest unknown, and is not waited for', async () => {
    const proxy = await startStoreProxy(jaeger?.queryUrl ?? '')
    await signInMany()
    try {
      const delaying = receiver.waitFor(SESSIONS / 2).then(() => proxy.delay(15_000))
      const ran = await all('--evidence', `jaeger:${proxy.url}`, '--evidence-wait', '3')
      await delaying
      const outcome = ran.json<AllOutcome>()
      expect(requireRight(outcome).unknown).toBeGreaterThan(0)
      expect(outcome.evidenceProblems).toEqual([expect.stringContaining('had not answered')])
      expect(ran.ms).toBeLessThan(15_000)
    } finally {
      await proxy.close()
    }
  })

  test('the store of another system has no trace of the run: all is unknown, nothing "not sent"', async () => {
    const other = await startJaeger()
    await signInMany()
    try {
      const outcome = (
        await all('--evidence', `jaeger:${other.queryUrl}`, '--evidence-wait', '3')
      ).json<AllOutcome>()
      expect(requireRight(outcome)).toEqual({ shop: 0, desk: 0, unknown: SESSIONS })
      expect(outcome.evidenceProblems).toEqual([expect.stringContaining('has no trace of')])
    } finally {
      await other.stop()
    }
  })

  // Last: the store does not come back.
  test('a store that is killed during the run leaves unknown what it did not say before', async () => {
    await signInMany()
    const killing = receiver.waitFor(SESSIONS / 2).then(() => jaeger?.stop())
    const outcome = (
      await all('--evidence', `jaeger:${jaeger?.queryUrl}`, '--evidence-wait', '3')
    ).json<AllOutcome>()
    await killing
    jaeger = undefined
    expect(requireRight(outcome).unknown).toBeGreaterThan(0)
    expect(outcome.evidenceProblems).toHaveLength(1)
  })
})
