/**
 * npm run test:nodes [-- --write]
 *
 * Runs the unit and live suites with one Node after another: those of KC_LOGOUT_TEST_NODES (`20,26`), else each that is
 * supported, fetched through npm. One Keycloak serves them all. `--write` puts the result into docs/compatibility.md.
 */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { startKeycloak } from '../support/keycloak/server.ts'
import { day, replaceSection, table } from './generated.ts'
import { REPORTS, readReport, runVitest } from './vitest-run.ts'

const NODES = ['20', '22', '24', '26']
const say = (line: string) => void process.stderr.write(`${line}\n`)
const reportOf = (node: string, project: string) => `nodes/${node}-${project}.json`
const PROJECTS = ['unit', 'live']

/** The program `node` of that major version, out of npm's cache. */
function nodeOf(major: string): string {
  const ask = ['-y', '-p', `node@${major}`, 'node', '-p', 'process.execPath']
  return execFileSync('npx', ask, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
}

const chosen = (process.env.KC_LOGOUT_TEST_NODES ?? NODES.join(',')).split(/[\s,]+/).filter(Boolean)
const failed: string[] = []
const keycloak = await startKeycloak({ log: say })
const server = { KC_LOGOUT_TEST_KEYCLOAK_URL: keycloak.url.replace(/\/auth$/, '') }
try {
  for (const major of chosen) {
    const node = nodeOf(major)
    say(`\n--- Node ${execFileSync(node, ['-v'], { encoding: 'utf8' }).trim()}`)
    for (const project of PROJECTS) {
      const code = await runVitest({
        node: [node],
        args: ['--project', project],
        env: server,
        report: reportOf(major, project),
      })
      if (code !== 0) failed.push(`Node ${major}, ${project}`)
    }
  }
} finally {
  await keycloak.stop()
}

if (process.argv.includes('--write')) {
  const rows: string[][] = []
  for (const major of NODES) {
    const cells = await Promise.all(
      PROJECTS.map(async (project) => {
        if (!existsSync(join(REPORTS, reportOf(major, project)))) return '–'
        const { numPassedTests, numFailedTests, startTime } = await readReport(reportOf(major, project))
        const score = numFailedTests === 0 ? `${numPassedTests} passed` : `**${numFailedTests} failed**`
        return `${score} (${day(startTime)})`
      }),
    )
    rows.push([execFileSync(nodeOf(major), ['-v'], { encoding: 'utf8' }).trim(), ...cells])
  }
  const content = `Run with \`npm run test:nodes\` against Keycloak ${keycloak.version}.\n\n${table(['Node', 'unit', 'live'], rows)}`
  await replaceSection('compatibility.md', 'nodes', content)
}

for (const each of failed) say(`${each}: failed`)
process.exitCode = failed.length > 0 ? 1 : 0
