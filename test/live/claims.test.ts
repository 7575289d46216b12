import { randomInt } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, inject, test } from 'vitest'
import type { AllOutcome } from '../../src/commands/all/outcome.ts'
import type { AllReport as Report } from '../../src/commands/all/report/all-report.ts'
import type { UserOutcome } from '../../src/commands/user/outcome.ts'
import { letHappen } from '../support/claims/happenings.ts'
import { type Facts, judgeAll, judgeSessions, judgeUser, Problems } from '../support/claims/judge.ts'
import { sceneOf } from '../support/claims/scene.ts'
import { type Stage, stageOf } from '../support/claims/stage.ts'
import { callsAmong, sessionsOf } from '../support/claims/truth.ts'
import { folderOfTest } from '../support/folder.ts'
import { startRecordingProxy } from '../support/recording-proxy.ts'
import { adminEnv, runCli } from '../support/run-cli.ts'
import { factsOf } from '../support/versions.ts'

const keycloak = inject('keycloak')
const RUNS = Number(process.env.KC_LOGOUT_TEST_CLAIMS ?? 6)
/** So many runs more, for each of these, in which users' sessions may end by one request. */
const BY_USER = Number(process.env.KC_LOGOUT_TEST_CLAIMS_BY_USER ?? 0.5)
const FIRST_SEED = Number(process.env.KC_LOGOUT_TEST_SEED ?? randomInt(1, 2 ** 31 - 1000))
const { listsExpiredParts } = factsOf(keycloak.version)
process.stderr.write(`Claims: ${RUNS} runs, seeds from ${FIRST_SEED} (KC_LOGOUT_TEST_SEED).\n`)

/** Runs of `all` that sent a request for all sessions of a user. */
let byUser = 0
afterAll(() => void process.stderr.write(`Claims: in ${byUser} runs of all a request was sent for a user.\n`))

/** Keycloak goes on with requests that kc-logout no longer waits for. */
const SETTLED_MS = 1_200

/** Runs the command of a stage, and says what is wrong with what it says. */
async function judge(stage: Stage, folder: string): Promise<string[]> {
  const { scene, realm, receiver } = stage
  const problems = new Problems()
  const before = await sessionsOf(realm)
  const looked = await runCli(['sessions', '--users', '--json'], { env: adminEnv(keycloak, realm.name) })
  if (listsExpiredParts) judgeSessions(looked.json(), before, problems)

  const proxy = await startRecordingProxy(keycloak.url)
  const program: { signal?: (name: NodeJS.Signals) => void } = {}
  const happened = letHappen(stage, proxy, before, () => program.signal?.('SIGINT'))
  const [command = '', ...options] = scene.command
  const file = join(folder, `${scene.seed}.json`)
  const confirm = command === 'all' ? ['--confirm', realm.name, '--report', file] : ['--yes']
  receiver.clear()
  const ran = await runCli([command, ...options, ...confirm, '--json'], {
    env: { ...adminEnv(keycloak, realm.name), KC_LOGOUT_SERVER: proxy.url },
    onStart: ({ signal }) => {
      program.signal = signal
    },
  })
  await proxy.close()
  if (proxy.requests.some(({ path }) => command === 'all' && /\/users\/[^/]+\/logout$/.test(path))) byUser++
  for (let seen = -1; seen !== receiver.requests.length; ) {
    seen = receiver.requests.length
    if (happened.interrupted || happened.disturbed > 0) await sleep(SETTLED_MS)
  }
  const after = await sessionsOf(realm)
  const facts: Facts = {
    scene,
    before,
    after,
    calls: callsAmong(receiver.requests),
    happened,
    code: ran.code,
  }
  const outcome = ran.json<AllOutcome | UserOutcome | { readonly error: unknown; readonly act?: undefined }>()
  if (outcome.act === 'all') {
    judgeAll(outcome, facts, problems)
    const report: Report = JSON.parse(await readFile(file, 'utf8'))
    const { schemaVersion: _, ...document } = ran.json()
    problems.unless(report.exitCode === ran.code, `report: exit ${report.exitCode}, not ${ran.code}`)
    const { deliveries: __, ...reported } = report.outcome
    problems.unless(JSON.stringify(reported) === JSON.stringify(document), 'the report has another outcome')
    for (const { clientId, status } of report.notified)
      problems.unless(
        !['not-notified', 'not-yet'].includes(status) ||
          !facts.calls.some((call) => call.clientId === clientId && call.kind !== 'admin-url') ||
          happened.changed.has(clientId) ||
          happened.endedByOthers.size > 0,
        `report: ${clientId} is ${status}, but was called`,
      )
  } else if (outcome.act === 'user') judgeUser(outcome, facts, problems)
  else
    problems.unless(
      after.length >= before.length - happened.endedByOthers.size,
      `an error, and sessions ended: ${JSON.stringify(outcome)}`,
    )
  if (problems.found.length > 0) problems.found.push(ran.stdout.slice(0, 6000), ran.stderr.slice(0, 2000))
  return problems.found
}

describe('what sessions, user and all say is so, in realms and runs that a seed decides', () => {
  const runs = (scene: string, count: number) =>
    Array.from({ length: count }, (_, index) => [FIRST_SEED + index, scene] as const)
  test.each([...runs('anything', RUNS), ...runs('users with many sessions', Math.ceil(RUNS * BY_USER))])(
    'seed %i, %s',
    async (seed, kind) => {
      const scene = sceneOf(seed, { byUser: kind !== 'anything' })
      const stage = await stageOf(scene, keycloak)
      try {
        const problems = await judge(stage, await folderOfTest())
        expect(problems, `seed ${seed}: ${JSON.stringify(scene)}`).toEqual([])
      } finally {
        await stage.close()
      }
    },
  )
})
