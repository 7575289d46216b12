/**
 * npm run test:nodes [-- unit | live | FILE…] [--write]
 *
 * Runs the unit and live suites with several versions of Node, downloaded through npm: those in KC_LOGOUT_TEST_NODES
 * (`20,26`), else all supported ones. Live tests share one Keycloak; FILE runs only these live files. `--write` updates
 * the table in docs/compatibility.md from the last run of each file.
 */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type StartedKeycloak, startKeycloak } from '../support/keycloak/server.ts'
import { DEFAULT_VERSION } from '../support/keycloak/version.ts'
import { day, replaceSection, table } from './generated.ts'
import { keepReport, REPORTS, ROOT, readReport, runVitest } from './vitest-run.ts'

const NODES = ['20', '22', '24', '26']
const PROJECTS = ['unit', 'live'] as const
type Project = (typeof PROJECTS)[number]

const say = (line: string) => void process.stderr.write(`${line}\n`)
const named = process.argv.slice(2).filter((arg) => arg !== '--write')
const files = named.filter((name) => !PROJECTS.some((project) => project === name))
const isSelected = (project: Project) =>
  named.length === 0 || named.includes(project) || (project === 'live' && files.length > 0)

/** Returns the path of the node program of this major version in npm's cache, and its version (`v20.20.2`). */
function nodeOf(major: string): { program: string; version: string } {
  const args = ['-y', '-p', `node@${major}`, 'node', '-p', 'process.version + " " + process.execPath']
  const output = execFileSync('npx', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  const [version = '', program = ''] = output.split(/ (.*)/)
  return { program, version }
}

const reportOf = (version: string, project: Project) => `nodes/${version}-${project}.json`
const newReportOf = (version: string, project: Project) => `nodes/new-${version}-${project}.json`

async function score(version: string, project: Project): Promise<string> {
  const report = reportOf(version, project)
  if (!existsSync(join(REPORTS, report))) return '–'
  const { startTime, testResults } = await readReport(report)
  const count = (status: string) =>
    testResults
      .flatMap(({ assertionResults }) => assertionResults)
      .filter((result) => result.status === status).length
  const broken = testResults.filter(({ status }) => status === 'failed').length
  const result =
    broken === 0 ? `${count('passed')} passed` : `**${count('failed')} failed, in ${broken} files**`
  const all = (await readdir(join(ROOT, 'test/live'))).filter((name) => name.endsWith('.test.ts')).length
  const part = project === 'live' && testResults.length < all ? `, ${testResults.length} of ${all} files` : ''
  return `${result}${part} (${day(startTime)})`
}

const failed: string[] = []
const chosen = (process.env.KC_LOGOUT_TEST_NODES ?? NODES.join(',')).split(/[\s,]+/).filter(Boolean)
let keycloak: StartedKeycloak | undefined
try {
  if (isSelected('live')) keycloak = await startKeycloak({ log: say })
  if (keycloak && keycloak.version !== DEFAULT_VERSION)
    throw new Error(
      `The table is for Keycloak ${DEFAULT_VERSION}, but ${keycloak.url} is ${keycloak.version}`,
    )
  for (const major of chosen) {
    const { program, version } = nodeOf(major)
    say(`\n--- Node ${version}`)
    for (const project of PROJECTS.filter(isSelected)) {
      const code = await runVitest({
        node: [program],
        args: ['--project', project, ...(project === 'live' ? files : [])],
        env: keycloak ? { KC_LOGOUT_TEST_KEYCLOAK_URL: keycloak.url } : {},
        label: `Node ${version}, ${project}`,
        report: newReportOf(version, project),
      })
      await keepReport(newReportOf(version, project), reportOf(version, project))
      if (code !== 0) failed.push(`Node ${version}, ${project}`)
    }
  }
} finally {
  await keycloak?.stop()
}

if (process.argv.includes('--write')) {
  const rows: string[][] = []
  for (const major of NODES) {
    const { version } = nodeOf(major)
    rows.push([version, await score(version, 'unit'), await score(version, 'live')])
  }
  const how = `Run with \`npm run test:nodes\`, the live tests against Keycloak ${DEFAULT_VERSION}.`
  await replaceSection('compatibility.md', 'nodes', `${how}\n\n${table(['Node', 'unit', 'live'], rows)}`)
}

for (const each of failed) say(`${each}: failed`)
process.exitCode = failed.length > 0 ? 1 : 0
