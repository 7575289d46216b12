import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
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
const EACH = 6

/** What each application answers: always the same, or 200 and 400 in turn. */
const ANSWERS = {
  'answers-200': [{ status: 200, count: EACH }],
  'answers-400': [{ status: 400, count: EACH }],
  'answers-500': [{ status: 500, count: EACH }],
  refused: [{ error: 'refused', count: EACH }],
  'hangs-up': [{ error: 'connection-closed', count: EACH }],
  'in-turn': [
    { status: 200, count: EACH / 2 },
    { status: 400, count: EACH / 2 },
  ],
} as const
type App = keyof typeof ANSWERS
const APPS = Object.keys(ANSWERS) as App[]
const ACCEPTED: Partial<Record<App, number>> = { 'answers-200': EACH, 'in-turn': EACH / 2 }

let keycloak: StartedKeycloak
let jaeger: Jaeger | undefined
let faults: FaultyReceivers
let inTurn: Server
/** The answer that each session's call got. */
const turns = new Map<string, number>()
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
  inTurn = await startInTurn()
  const { port } = inTurn.address() as AddressInfo
  const urlOf = (app: App) => (app === 'in-turn' ? `http://127.0.0.1:${port}/logout` : faults.url(app))
  realm = await createRealm(keycloak, {
    clients: APPS.map((clientId) => ({ clientId, backchannelLogoutUrl: urlOf(clientId) })),
    users: ['ada'],
  })
}, 900_000)
afterAll(async () => {
  inTurn?.close()
  await faults?.close()
  await keycloak?.stop()
  await jaeger?.stop()
}, 120_000)
afterEach(async () => {
  await realm.post('/logout-all')
  turns.clear()
})

async function startInTurn(): Promise<Server> {
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (part) => {
      body += part
    })
    request.on('end', () => {
      const payload = new URLSearchParams(body).get('logout_token')?.split('.')[1] ?? ''
      const { sid } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { sid: string }
      const status = turns.size % 2 === 0 ? 200 : 400
      turns.set(sid, status)
      response.writeHead(status).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

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

/** Ends sessions and returns in words how exact the source is. Fails if anything that it said is wrong. */
async function proofBy(source: string): Promise<string> {
  const jobs = APPS.flatMap((client) => Array.from({ length: EACH }, () => client))
  const signedIn = await eachOf(jobs, 2, (client) => directGrant(realm, { user: 'ada', client }))
  const clientOf = new Map(signedIn.map(({ client, sid }) => [sid, client]))
  const ran = await runCli(
    ['all', '--confirm', realm.name, '--json', '--deliveries', '--evidence', source, '--no-realm-step'],
    { env: adminEnv(keycloak, realm.name), timeoutMs: 300_000 },
  )
  const { clients, deliveries = [] } = ran.json<AllOutcome>()
  expect(clients).toHaveLength(APPS.length)
  for (const { sessionId, clientId, status } of deliveries) {
    if (sessionId === null) continue
    expect(clientOf.get(sessionId), sessionId).toBe(clientId)
    if (clientId === 'in-turn') expect([sessionId, status]).toEqual([sessionId, turns.get(sessionId)])
  }
  const kinds = clients.map(({ clientId, answers, notifications }) => {
    const { accepted, refused, failed, notSent, unknown } = notifications
    const known = accepted + refused + failed
    const app = clientId as App
    expect([clientId, notSent, known === 0 || known === EACH]).toEqual([clientId, 0, true])
    expect([clientId, known + unknown]).toEqual([clientId, EACH])
    // Accepted if and only if the application did.
    expect([clientId, accepted]).toEqual([clientId, known === 0 ? 0 : (ACCEPTED[app] ?? 0)])
    if (known === 0) return 'nothing'
    return JSON.stringify(answers) === JSON.stringify(ANSWERS[app]) ? 'cause' : 'whether'
  })
  if (kinds.every((kind) => kind === 'nothing')) return 'nothing'
  const what = kinds.every((kind) => kind === 'cause') ? 'status or cause' : 'accepted or not'
  const isBySession = deliveries.every(({ sessionId }) => sessionId !== null)
  const some = kinds.includes('nothing') ? ', of some clients only' : ''
  return `${what}, ${isBySession ? 'session by session' : 'in numbers'}${some}`
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
