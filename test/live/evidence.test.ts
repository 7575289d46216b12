import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import type { AllOutcome } from '../../src/commands/all/outcome.ts'
import type { DrillOutcome } from '../../src/commands/drill/outcome.ts'
import type { UserOutcome } from '../../src/commands/user/outcome.ts'
import { keycloakWithAnswers } from '../support/answers-log.ts'
import { serve } from '../support/applications/application.ts'
import { type FaultyReceivers, startFaultyReceivers } from '../support/faulty-receivers.ts'
import { folderOfTest } from '../support/folder.ts'
import { type Jaeger, startJaeger } from '../support/jaeger.ts'
import type { StartedKeycloak } from '../support/keycloak/server.ts'
import { createRealm, eachOf, type TestRealm } from '../support/realm.ts'
import { type Receiver, startReceiver } from '../support/receiver.ts'
import { adminEnv, runCli } from '../support/run-cli.ts'
import { directGrant, refresh } from '../support/sign-in.ts'

/** Instead of the default version. The first one whose log names session and status is 26.7.0. */
const version = process.env.KC_LOGOUT_TEST_EVIDENCE_VERSION

/** Applications by what is wrong with them, and what evidence has to say of each call. */
const ANSWERS = {
  'answers-200': { status: 200 },
  'answers-302': { status: 302 },
  'answers-400': { status: 400 },
  'answers-401': { status: 401 },
  'answers-500': { status: 500 },
  'hangs-up': { error: 'connection-closed' },
  refused: { error: 'refused' },
  'tls-self-signed': { error: 'tls-untrusted' },
} as const
const FAULTS = Object.keys(ANSWERS) as (keyof typeof ANSWERS)[]

/** Traces want Jaeger, which is built from its Go module once: `npm run test:evidence` does it and sets this. */
const withTraces = process.env.KC_LOGOUT_TEST_EVIDENCE === 'traces'
if (!withTraces) process.stderr.write('Traces are not tested here: npm run test:evidence does (wants Go).\n')

let keycloak: StartedKeycloak
let jaeger: Jaeger | undefined
let faults: FaultyReceivers
let realm: TestRealm

beforeAll(async () => {
  jaeger = withTraces ? await startJaeger() : undefined
  const tracing = jaeger
    ? ['--tracing-enabled=true', `--tracing-endpoint=${jaeger.otlpUrl}`, '--tracing-sampler-ratio=0.001']
    : []
  keycloak = await keycloakWithAnswers(inject('keycloak'), { args: tracing, version })
  faults = await startFaultyReceivers()
  realm = await createRealm(keycloak, {
    clients: FAULTS.map((fault) => ({ clientId: fault, backchannelLogoutUrl: faults.url(fault) })),
    users: ['ada', 'bob'],
  })
}, 480_000)
afterAll(async () => {
  await realm?.remove()
  await faults?.close()
  await keycloak?.stop()
  await jaeger?.stop()
})
afterEach(async () => {
  await realm.post('/logout-all')
})

const SOURCES: [string, (log: string, jaeger: string) => string[], string[]][] = [
  ['its log', (log) => [`log:${log}`], ['log']],
]
if (withTraces)
  SOURCES.push(
    ['its traces', (_, url) => [`jaeger:${url}`], ['traces']],
    ['both', (log, url) => [`log:${log}`, `jaeger:${url}`], ['traces', 'log']],
  )

describe.each(SOURCES)("what applications answered, by Keycloak's records: %s", (_, sources, kinds) => {
  const evidence = () =>
    sources(keycloak.logFile ?? '', jaeger?.queryUrl ?? '').flatMap((source) => ['--evidence', source])
  const kcLogout = (...args: string[]) =>
    runCli([...args, ...evidence(), '--json'], { env: adminEnv(keycloak, realm.name) })
  const answersOf = (clients: AllOutcome['clients']) =>
    Object.fromEntries(clients.map(({ clientId, answers }) => [clientId, answers]))
  const expected = (count: number) =>
    Object.fromEntries(FAULTS.map((fault) => [fault, [{ ...ANSWERS[fault], count }]]))

  test('all says what each of many sessions was answered', async () => {
    const called = faults.requests.filter((one) => one === 'POST /200/logout').length
    const jobs = FAULTS.flatMap((client) => Array.from({ length: 10 }, () => client))
    await eachOf(jobs, 4, (client) => directGrant(realm, { user: 'ada', client }))
    const ran = await kcLogout('all', '--confirm', realm.name, '--deliveries')
    const outcome = ran.json<AllOutcome>()
    expect(answersOf(outcome.clients)).toEqual(expected(10))
    expect([ran.code, outcome.verdict, outcome.evidenceProblems]).toEqual([3, 'partial', undefined])
    expect(outcome.deliveries).toHaveLength(80)
    expect(new Set(outcome.deliveries?.map((one) => one.evidence.join()))).toEqual(new Set([kinds.join()]))
    const accepted = outcome.clients.find(({ clientId }) => clientId === 'answers-200')
    expect(accepted).toMatchObject({ delivery: 'confirmed', notifications: { accepted: 10, unknown: 0 } })
    expect(faults.requests.filter((one) => one === 'POST /200/logout')).toHaveLength(called + 10)
  })

  test('user says it for the sessions of that user alone', async () => {
    for (const client of FAULTS) await directGrant(realm, { user: 'bob', client })
    await directGrant(realm, { user: 'ada', client: 'answers-200' })
    const ran = await kcLogout('user', 'bob', '--yes')
    const [bob] = ran.json<UserOutcome>().users
    expect(answersOf(bob?.clients ?? [])).toEqual(expected(1))
    expect([ran.code, bob?.verdict]).toEqual([3, 'partial'])
  })

  test('a user whose applications all accepted is done, also with --strict', async () => {
    await directGrant(realm, { user: 'bob', client: 'answers-200' })
    const ran = await kcLogout('user', 'bob', '--yes', '--strict')
    expect(ran.json<UserOutcome>().users[0]?.clients).toMatchObject([
      { delivery: 'confirmed', evidence: kinds, answers: [{ status: 200, count: 1 }] },
    ])
    expect(ran.code, ran.stderr).toBe(0)
  })

  test('drill says what each application answered, in its result and in its report', async () => {
    // A browser that was there once stays in, whatever Keycloak says.
    const app = await serve((url) => (request, response) => {
      const [, clientId = '', at] = (request.url ?? '').split(/[/?]/)
      if (at === 'callback')
        response.writeHead(302, { location: `/${clientId}`, 'set-cookie': `${clientId}=in; Path=/` }).end()
      else if (request.headers.cookie?.includes(`${clientId}=in`)) response.end('signed in')
      else {
        const redirect_uri = `${url}/${clientId}/callback`
        const query = new URLSearchParams({ client_id: clientId, response_type: 'code', redirect_uri })
        response.writeHead(302, { location: `${realm.issuer}/protocol/openid-connect/auth?${query}` }).end()
      }
    })
    const folder = await folderOfTest()
    await writeFile(join(folder, 'pw'), realm.passwordOf('bob'))
    for (const [clientId, fault] of [
      ['accepts', 'answers-200'],
      ['refuses', 'answers-400'],
    ] as const)
      await realm.addClient({
        clientId,
        redirectUris: [`${app.url}/*`],
        representation: { baseUrl: `${app.url}/${clientId}` },
        backchannelLogoutUrl: faults.url(fault),
      })
    const report = join(folder, `${kinds.join()}.md`)
    const line = ['accepts', 'refuses', '--user', 'bob', '--user-password-file', join(folder, 'pw')]
    const ran = await kcLogout('drill', ...line, '--wait', '0', '--report', report)
    await app.close()
    for (const clientId of ['accepts', 'refuses'])
      await realm.delete(`/clients/${await realm.idOfClient(clientId)}`)
    expect(ran.code, ran.stderr).toBe(7)
    expect(ran.json<DrillOutcome>().clients).toMatchObject([
      { verdict: 'still-in', evidence: kinds, delivery: 'confirmed', answers: [{ status: 200, count: 1 }] },
      { verdict: 'still-in', evidence: kinds, delivery: 'failed', answers: [{ status: 400, count: 1 }] },
    ])
    const text = await readFile(report, 'utf8')
    expect(text).toContain(
      "| 1 accepted | It shows the same page as before the logout. It answered Keycloak's",
    )
    expect(text).toContain('| **1 refused (400)** | It shows the same page as before the logout. HTTP 400:')
  })

  test('a source that cannot be read ends the run before anything ends: exit 6 or 2', async () => {
    const { sid } = await directGrant(realm, { user: 'bob', client: 'answers-200' })
    const env = adminEnv(keycloak, realm.name)
    const dead = await runCli(['user', 'bob', '--yes', '--evidence', 'jaeger:http://127.0.0.1:9'], { env })
    expect([dead.code, (await realm.sessionsOf('bob')).map(({ id }) => id)]).toEqual([6, [sid]])
    const other = await runCli(['user', 'bob', '--yes', '--evidence', `tempo:${keycloak.url}`], { env })
    expect([other.code, other.stderr]).toEqual([6, expect.stringContaining('cannot be asked for traces')])
    const noFile = await runCli(['user', 'bob', '--yes', '--evidence', 'log:/no/such.log'], { env })
    expect([noFile.code, (await realm.sessionsOf('bob')).map(({ id }) => id)]).toEqual([2, [sid]])
  })
})

describe('all --hold-back, with evidence that arrives during the run', () => {
  const SESSIONS = 150
  let held: TestRealm
  let receiver: Receiver
  let tokens: readonly string[]
  beforeAll(async () => {
    receiver = await startReceiver()
    held = await createRealm(keycloak, {
      clients: ['broken', 'shop'].map((clientId) => ({
        clientId,
        backchannelLogoutUrl: `${receiver.url}/${clientId}`,
      })),
      users: ['ada'],
    })
  })
  afterAll(async () => {
    await held?.remove()
    await receiver?.close()
  })
  beforeEach(async () => {
    receiver.clear()
    receiver.behave({ status: 500 }, '/broken')
    const jobs = Array.from({ length: SESSIONS }, () => 'broken')
    const signedIn = await eachOf(jobs, 4, (client) => directGrant(held, { user: 'ada', client }))
    tokens = signedIn.map((one) => one.tokens.refresh_token)
    for (let n = 0; n < 3; n++) await directGrant(held, { user: 'ada', client: 'shop' })
    // Keycloak compares whole seconds, and its clock as it is known here is up to two seconds slow.
    await sleep(3100)
  })
  const calls = (client: string) =>
    receiver.requests.filter(({ path }) => path.startsWith(`/${client}`)).length
  const kcLogout = (...args: string[]) => runCli(args, { env: adminEnv(keycloak, held.name) })
  const all = (...args: string[]) =>
    kcLogout(
      ...['all', '--confirm', held.name, '--json', '--concurrency', '1'],
      ...['--evidence', `log:${keycloak.logFile}`, ...args],
    )
  afterEach(async () => {
    await held.post('/logout-all')
  })
  const usable = async () =>
    (await Promise.all(tokens.map((token) => refresh(held, 'broken', token)))).filter(
      ({ status }) => status === 200,
    ).length

  test.each(['leave', 'cut-off'] as const)(
    '%s: sessions of a failing client stay, and end later',
    async (mode) => {
      const ran = await all('--hold-back', mode)
      const outcome = ran.json<AllOutcome>()
      const [broken] = outcome.heldBack ?? []
      const count = broken?.sessions.length ?? 0
      expect([ran.code, outcome.verdict, outcome.realmStepSkipped]).toEqual([3, 'partial', 'held-back'])
      expect([broken?.clientId, broken?.answer, outcome.heldBack?.length]).toEqual(['broken', '500', 1])
      expect([count > 0, calls('broken'), calls('shop')]).toEqual([true, SESSIONS - count, 3])
      const left = await held.sessionsAt('broken')
      expect(left.map(({ id }) => id).sort()).toEqual(broken?.sessions.map(({ id }) => id).sort())
      expect(outcome.after.left).toBe(count)
      expect(typeof broken?.notBefore).toBe(mode === 'leave' ? 'object' : 'string')
      expect(await usable()).toBe(mode === 'leave' ? count : 0)

      // The application works again: the printed command notifies it of the rest.
      receiver.behave({ status: 200 }, '/broken')
      receiver.clear()
      expect(broken?.command).toBe(`kc-logout all -r ${held.name} --client broken`)
      const later = await kcLogout('all', '--client', 'broken', '--confirm', held.name)
      expect([later.code, calls('broken')], later.stderr).toEqual([0, count])
    },
  )

  test.runIf(withTraces)('leave, with traces, which arrive seconds after the calls', async () => {
    receiver.behave({ status: 500, delayMs: 150 }, '/broken')
    const outcome = (
      await kcLogout(
        ...['all', '--confirm', held.name, '--json', '--concurrency', '1'],
        ...['--evidence', `jaeger:${jaeger?.queryUrl}`, '--hold-back', 'leave'],
      )
    ).json<AllOutcome>()
    const [broken] = outcome.heldBack ?? []
    const count = broken?.sessions.length ?? 0
    expect([count > 0, calls('broken'), outcome.after.left]).toEqual([true, SESSIONS - count, count])
    const row = outcome.clients.find(({ clientId }) => clientId === 'broken')
    expect(row?.notifications).toMatchObject({ accepted: 0, refused: SESSIONS - count, notSent: 0 })
  })

  test('no: all sessions end, whatever the application answers', async () => {
    const outcome = (await all()).json<AllOutcome>()
    expect([outcome.heldBack, calls('broken'), outcome.after.left]).toEqual([undefined, SESSIONS, 0])
  })
})
