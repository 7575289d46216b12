import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { AllOutcome } from '../../src/commands/all/outcome.ts'
import { type FaultyReceivers, startFaultyReceivers } from '../support/faulty-receivers.ts'
import { type Jaeger, startJaeger } from '../support/jaeger.ts'
import { type StartedKeycloak, startKeycloak } from '../support/keycloak/server.ts'
import { run } from '../support/keycloak/tools.ts'
import { DEFAULT_VERSION, runsOnQuarkus, WILDFLY_PORTS } from '../support/keycloak/version.ts'
import { createRealm, eachOf, type TestRealm } from '../support/realm.ts'
import { adminEnv, runCli } from '../support/run-cli.ts'
import { directGrant } from '../support/sign-in.ts'

/** What a version of Keycloak proves of its calls to applications, by its log and its traces (`npm run test:evidence`). */
const VERSION = process.env.KC_LOGOUT_TEST_EVIDENCE_VERSION || DEFAULT_VERSION
const [major = 0, minor = 0] = VERSION.split('.').map(Number)
const hasTraces = major > 26 || (major === 26 && minor >= 2)
const MANAGER = 'org.keycloak.services.managers.ResourceAdminManager'
const EACH = 5

/** What each application answers, and which session it is about. */
const ANSWERS = {
  'answers-200': { status: 200 },
  'answers-400': { status: 400 },
  'answers-500': { status: 500 },
  refused: { error: 'refused' },
  'hangs-up': { error: 'connection-closed' },
} as const
const CLIENTS = Object.keys(ANSWERS) as (keyof typeof ANSWERS)[]

let keycloak: StartedKeycloak
let jaeger: Jaeger | undefined
let faults: FaultyReceivers
let realm: TestRealm
let log: string

beforeAll(async () => {
  jaeger = hasTraces ? await startJaeger() : undefined
  const tracing = jaeger ? ['--tracing-enabled=true', `--tracing-endpoint=${jaeger.otlpUrl}`] : []
  const isQuarkus = runsOnQuarkus(VERSION)
  const args = isQuarkus ? [`--log-level=info,${MANAGER}:debug`, ...tracing] : []
  keycloak = await startKeycloak({ args, version: VERSION })
  log = isQuarkus ? (keycloak.logFile ?? '') : await debugLogOfWildFly(keycloak)
  faults = await startFaultyReceivers()
  realm = await createRealm(keycloak, {
    clients: CLIENTS.map((clientId) => ({ clientId, backchannelLogoutUrl: faults.url(clientId) })),
    users: ['ada'],
  })
}, 900_000)
afterAll(async () => {
  await faults?.close()
  await keycloak?.stop()
  await jaeger?.stop()
}, 120_000)
afterEach(async () => {
  await realm.post('/logout-all')
})

/** WildFly writes DEBUG to its own file only, and takes the level while it runs. */
async function debugLogOfWildFly({ url, logFile = '' }: StartedKeycloak): Promise<string> {
  const home = join(dirname(logFile), 'home')
  const [http, , management] = WILDFLY_PORTS
  const port = Number(new URL(url).port) - http + management
  await run(join(home, 'bin', 'jboss-cli.sh'), [
    '--connect',
    `--controller=127.0.0.1:${port}`,
    `/subsystem=logging/logger=${MANAGER}:add(level=DEBUG)`,
  ])
  return join(home, 'standalone', 'log', 'server.log')
}

/** Ends sessions and returns what was said, and in words how exact it is. Fails if anything said is wrong. */
async function proofBy(source: string): Promise<string> {
  const jobs = CLIENTS.flatMap((client) => Array.from({ length: EACH }, () => client))
  const sids = await eachOf(jobs, 2, async (client) => ({
    client,
    sid: (await directGrant(realm, { user: 'ada', client })).sid,
  }))
  const clientOf = new Map(sids.map(({ client, sid }) => [sid, client]))
  const ran = await runCli(
    ['all', '--confirm', realm.name, '--json', '--deliveries', '--evidence', source, '--no-realm-step'],
    { env: adminEnv(keycloak, realm.name), timeoutMs: 300_000 },
  )
  const { clients, deliveries = [] } = ran.json<AllOutcome>()
  for (const { sessionId, clientId } of deliveries)
    if (sessionId !== null) expect(clientOf.get(sessionId), sessionId).toBe(clientId)
  const kinds = clients.map(({ clientId, answers, notifications }) => {
    const { accepted, refused, failed, notSent, unknown } = notifications
    const known = accepted + refused + failed
    expect(notSent, clientId).toBe(0)
    expect([clientId, known + unknown]).toEqual([clientId, EACH])
    // Accepted if and only if the application did.
    expect([clientId, accepted]).toEqual([clientId, clientId === 'answers-200' ? known : 0])
    if (known === 0) return 'nothing'
    const [answer] = answers
    const expected = ANSWERS[clientId as keyof typeof ANSWERS]
    return JSON.stringify(answer) === JSON.stringify({ ...expected, count: known }) ? 'cause' : 'whether'
  })
  expect(clients).toHaveLength(CLIENTS.length)
  if (kinds.every((kind) => kind === 'nothing')) return 'nothing'
  const exact = kinds.every((kind) => kind === 'cause')
  const what = exact ? 'status or cause' : 'accepted or not'
  const unknown = kinds.includes('nothing') ? ', of some clients only' : ''
  return `${what}, ${deliveries.every(({ sessionId }) => sessionId !== null) ? 'session by session' : 'by client'}${unknown}`
}

describe(`what Keycloak ${VERSION} proves of its calls`, () => {
  test('log', async ({ task }) => {
    task.meta.observed = await proofBy(`log:${log}`)
    expect(task.meta.observed).not.toBe('nothing')
  }, 400_000)

  test.runIf(hasTraces)(
    'traces',
    async ({ task }) => {
      task.meta.observed = await proofBy(`jaeger:${jaeger?.queryUrl}`)
      expect(task.meta.observed).toBe('status or cause, session by session')
    },
    400_000,
  )
})
