/**
 * npm run test:evidence [-- versions | measured | tempo | otlp | traces | ssf] [--write]
 *
 * `traces` runs the suites about `--evidence` with a real Jaeger, `ssf` those about security events (a server with
 * `--features=ssf`), against the default version of Keycloak; without a name both run. `versions` runs what each version
 * in KC_LOGOUT_TEST_VERSIONS (`26.2.5,26.7.4`) proves, else all; `--write` updates the table in docs/compatibility.md.
 * `measured` holds what `all` says of KC_LOGOUT_TEST_EVIDENCE_SESSIONS sessions (1,000) at ten applications against what
 * they saw, by traces, by log and by both; `tempo` the same of 200 sessions by traces in Grafana Tempo, where its program
 * is there, `otlp` by traces that Keycloak exports to kc-logout. Builds Jaeger from its Go module where it is not in the cache yet (5 minutes on two cores).
 */
import { existsSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { JAEGER_VERSION, jaegerProgram } from '../support/jaeger.ts'
import { run } from '../support/keycloak/tools.ts'
import { tempoProgram } from '../support/tempo.ts'
import { day, replaceSection, table } from './generated.ts'
import { REPORTS, readReport, runVitest } from './vitest-run.ts'

const VERSIONS = ['12.0.4', '18.0.2', '24.0.5', '26.2.5', '26.4.0', '26.6.4', '26.7.0', '26.7.4']
const reportOf = (version: string) => `evidence/${version}.json`

const SUITES: Readonly<Record<string, () => Promise<number>>> = {
  versions: runVersions,
  measured: () => runMeasured({}, 'evidence/measured.json'),
  tempo: runTempo,
  otlp: () => runStore('otlp'),
  traces: runTraces,
  ssf: runSsf,
}

const named = process.argv.slice(2).filter((arg) => arg !== '--write')
const unknown = named.find((name) => !SUITES[name])
if (unknown !== undefined) throw new Error(`"${unknown}" is none of ${Object.keys(SUITES).join(', ')}`)
if (!['ssf', 'tempo', 'otlp'].includes(named.join())) await buildJaeger()
for (const name of named.length > 0 ? named : ['traces', 'ssf']) {
  const ended = (await SUITES[name]?.()) ?? 1
  process.exitCode = process.exitCode || ended
}

async function runMeasured(env: Record<string, string>, report: string): Promise<number> {
  return runVitest({
    node: [process.execPath],
    args: ['--project', 'evidence', 'test/evidence/measured.test.ts'],
    env,
    report,
  })
}

async function runTempo(): Promise<number> {
  if (!existsSync(tempoProgram())) {
    process.stderr.write(`Tempo is not tested: there is no ${tempoProgram()} (test/support/tempo.ts).\n`)
    return 0
  }
  return runStore('tempo')
}

async function runStore(store: 'tempo' | 'otlp'): Promise<number> {
  const sessions = process.env.KC_LOGOUT_TEST_EVIDENCE_SESSIONS ?? '200'
  const env = { KC_LOGOUT_TEST_EVIDENCE_STORE: store, KC_LOGOUT_TEST_EVIDENCE_SESSIONS: sessions }
  return runMeasured(env, `evidence/${store}.json`)
}

async function runTraces(): Promise<number> {
  return runVitest({
    node: [process.execPath],
    args: [
      '--project',
      'live',
      '--maxWorkers=1',
      'test/live/evidence.test.ts',
      'test/live/evidence-gaps.test.ts',
    ],
    env: { KC_LOGOUT_TEST_EVIDENCE: 'traces' },
    report: 'evidence.json',
  })
}

async function runSsf(): Promise<number> {
  return runVitest({
    node: [process.execPath],
    args: ['--project', 'evidence', 'test/evidence/ssf.test.ts'],
    env: {},
    report: 'evidence/ssf.json',
  })
}

async function runVersions(): Promise<number> {
  const chosen = process.env.KC_LOGOUT_TEST_VERSIONS?.split(/[\s,]+/).filter(Boolean) ?? VERSIONS
  let code = 0
  for (const version of chosen) {
    const ended = await runVitest({
      node: [process.execPath],
      args: ['--project', 'evidence', 'test/evidence/versions.test.ts'],
      env: { KC_LOGOUT_TEST_EVIDENCE_VERSION: version },
      label: `Keycloak ${version}`,
      report: reportOf(version),
    })
    code ||= ended
  }
  if (process.argv.includes('--write')) await writeTable()
  return code
}

async function writeTable(): Promise<void> {
  const times: number[] = []
  const columns = await Promise.all(
    VERSIONS.map(async (version) => {
      if (!existsSync(join(REPORTS, reportOf(version)))) return new Map<string, string>()
      const { startTime, testResults } = await readReport(reportOf(version))
      times.push(startTime)
      const results = testResults.flatMap(({ assertionResults }) => assertionResults)
      return new Map(
        results.map(({ title, status, meta }) => [
          title,
          status === 'failed' ? `**failed** (${meta.observed ?? 'no result'})` : (meta.observed ?? 'none'),
        ]),
      )
    }),
  )
  const row = (title: string, name: string) => [name, ...columns.map((column) => column.get(title) ?? '–')]
  const rows = [row('log', "the server's log at DEBUG"), row('traces', 'traces in Jaeger')]
  const when = [...new Set([Math.min(...times), Math.max(...times)].map(day))].join(' to ')
  await replaceSection(
    'compatibility.md',
    'evidence',
    `Run on ${when} with \`npm run test:evidence -- versions\`.\n\n${table(['', ...VERSIONS], rows)}`,
  )
}

async function buildJaeger(): Promise<void> {
  const program = jaegerProgram()
  if (existsSync(program)) return
  const folder = await mkdtemp(join(tmpdir(), 'jaeger-'))
  const module = 'github.com/jaegertracing/jaeger/cmd/jaeger'
  process.stderr.write(`Building Jaeger ${JAEGER_VERSION}: some minutes, once\n`)
  try {
    await run('go', ['mod', 'init', 'jaeger-for-tests'], { cwd: folder })
    await run('go', ['get', '-tool', `${module}@v${JAEGER_VERSION}`], { cwd: folder })
    await run('go', ['build', '-o', 'jaeger', module], { cwd: folder })
    await mkdir(dirname(program), { recursive: true })
    await copyFile(join(folder, 'jaeger'), program)
  } catch (error) {
    process.stderr.write(`The tests with traces want Go to build Jaeger: ${error}\n`)
    process.exit(1)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
