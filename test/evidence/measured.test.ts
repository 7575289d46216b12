import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AllOutcome } from '../../src/commands/all/outcome.ts'
import { ANSWERS_LOG } from '../support/answers-log.ts'
import { type FaultyReceivers, startFaultyReceivers } from '../support/faulty-receivers.ts'
import { type Jaeger, startJaeger } from '../support/jaeger.ts'
import { freePorts } from '../support/keycloak/ports.ts'
import { type StartedKeycloak, startKeycloak } from '../support/keycloak/server.ts'
import { DEFAULT_VERSION } from '../support/keycloak/version.ts'
import { createRealm, eachOf, type TestRealm } from '../support/realm.ts'
import { adminEnv, runCli } from '../support/run-cli.ts'
import { directGrant } from '../support/sign-in.ts'
import { startTempo } from '../support/tempo.ts'

/** Sessions for each source; the hanging application takes 5 s for each of its tenth. */
const SESSIONS = Number(process.env.KC_LOGOUT_TEST_EVIDENCE_SESSIONS ?? 1_000)
/** Where Keycloak exports its traces to. */
const STORES = { jaeger: startJaeger, tempo: startTempo, otlp: kcLogoutItself }
const STORE = (process.env.KC_LOGOUT_TEST_EVIDENCE_STORE ?? 'jaeger') as keyof typeof STORES
const USERS = 20
const ANSWERS = {
  'answers-200': { status: 200 },
  'answers-204': { status: 204 },
  'answers-302': { status: 302 },
  'answers-400': { status: 400 },
  'answers-401': { status: 401 },
  'answers-500': { status: 500 },
  'hangs-up': { error: 'connection-closed' },
  refused: { error: 'refused' },
  'tls-self-signed': { error: 'tls-untrusted' },
  hangs: { error: 'read-timeout' },
} as const
type App = keyof typeof ANSWERS
/** The hanging application and single sources are for some thousand sessions at most: they would take hours. */
const isLarge = SESSIONS > 2_000
const APPS = (Object.keys(ANSWERS) as App[]).filter((app) => !isLarge || app !== 'hangs')

let keycloak: StartedKeycloak
let store: Jaeger
let faults: FaultyReceivers
let realm: TestRealm

beforeAll(async () => {
  store = await STORES[STORE]()
  keycloak = await startKeycloak({
    version: DEFAULT_VERSION,
    args: [
      ANSWERS_LOG,
      '--tracing-enabled=true',
      `--tracing-endpoint=${store.otlpUrl}`,
      '--tracing-sampler-ratio=0.001',
      `--tracing-protocol=${STORE === 'otlp' ? 'http/protobuf' : 'grpc'}`,
    ],
  })
  faults = await startFaultyReceivers()
  realm = await createRealm(keycloak, {
    clients: APPS.map((clientId) => ({ clientId, backchannelLogoutUrl: faults.url(clientId) })),
    users: Array.from({ length: USERS }, (_, index) => `user-${index}`),
  })
}, 600_000)
afterAll(async () => {
  await faults?.close()
  await keycloak?.stop()
  await store?.stop()
}, 120_000)

/** Not a store: Keycloak exports to kc-logout, which listens while it runs. */
async function kcLogoutItself(): Promise<Jaeger> {
  const [port = 0] = await freePorts(1)
  const address = `127.0.0.1:${port}`
  return { queryUrl: address, otlpUrl: `http://${address}`, stop: async () => {} }
}

const SOURCES: [string, (log: string, query: string) => string[]][] = [
  [`traces in ${STORE}`, (_, query) => [`${STORE}:${query}`]],
]
if (STORE === 'jaeger')
  SOURCES.push(['log', (log) => [`log:${log}`]], ['both', (log, query) => [`log:${log}`, `jaeger:${query}`]])

describe(`what all says of ${SESSIONS} sessions at ${APPS.length} applications is what they saw`, () => {
  test.each(SOURCES.filter(([name]) => !isLarge || name === 'both'))(
    '%s',
    async (name, sources) => {
      const each = SESSIONS / APPS.length
      const jobs = Array.from({ length: SESSIONS }, (_, index) => APPS[index % APPS.length] ?? 'refused')
      const signedIn = await eachOf(jobs, 4, (client) => {
        const user = `user-${Math.floor(Math.random() * USERS)}`
        return directGrant(realm, { user, client })
      })
      const clientOf = new Map(signedIn.map(({ client, sid }) => [sid, client]))
      const before = faults.requests.length
      const options = sources(keycloak.logFile ?? '', store.queryUrl).flatMap((one) => ['--evidence', one])
      const ran = await runCli(['all', '--confirm', realm.name, '--deliveries', '--json', ...options], {
        env: adminEnv(keycloak, realm.name),
        timeoutMs: 3_000_000,
      })
      const { clients, deliveries = [], evidenceProblems, phases } = ran.json<AllOutcome>()
      const arrived = faults.requests.slice(before)
      const right = deliveries.filter(({ sessionId, clientId, status, error }) => {
        const truth: { status?: number; error?: string } = ANSWERS[clientId as App]
        return clientOf.get(sessionId ?? '') === clientId && status === truth.status && error === truth.error
      })
      const seconds = phases.find((phase) => phase.name === 'client')?.seconds ?? 0
      // A line to read while it runs, and the figures for docs/reliability.md.
      const figures = `${name}: ${right.length} of ${SESSIONS} right, ${deliveries.length - right.length} wrong; ${Math.round(ran.ms / 100) / 10} s in all, ${seconds} s of them ending sessions`
      process.stderr.write(`${figures}\n`)
      expect(evidenceProblems).toBeUndefined()
      expect([deliveries.length, right.length, new Set(deliveries.map((one) => one.sessionId)).size]).toEqual(
        [SESSIONS, SESSIONS, SESSIONS],
      )
      expect(Object.fromEntries(clients.map(({ clientId, answers }) => [clientId, answers]))).toEqual(
        Object.fromEntries(APPS.map((app) => [app, [{ ...ANSWERS[app], count: each }]])),
      )
      for (const status of [200, 204, 302, 400, 401, 500])
        expect(arrived.filter((one) => one === `POST /${status}/logout`)).toHaveLength(each)
    },
    4_000_000,
  )
})
