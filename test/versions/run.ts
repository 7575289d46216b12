/**
 * npm run test:versions [-- SUITE…] [--write]
 *
 * Runs the live suites against several versions of Keycloak: those in KC_LOGOUT_TEST_VERSIONS (`22.0.5,26.7.4`), else all
 * in docs/compatibility.md. SUITE runs only these suites (`user differences`). `--write` updates the table there from the
 * last run of each suite on each version.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { majorOf } from '../support/keycloak/version.ts'
import { TESTED } from '../support/versions.ts'
import { replaceSection } from './generated.ts'
import { matrix } from './matrix.ts'
import { fileOf, SUITES } from './suites.ts'
import { keepReport, REPORTS, readReport, runVitest } from './vitest-run.ts'

const say = (line: string) => void process.stderr.write(`${line}\n`)
/**
 * Test files in parallel; they mostly wait. One up to Keycloak 20, whose in-memory database fails on a lock while another
 * realm is created or removed (500, seen on 18.0.2 and 20.0.5).
 */
const workersOf = (version: string) => (majorOf(version) > 20 ? '3' : '1')
const newReportOf = (version: string) => `versions/new-${version}.json`
const reportOf = (version: string) => `versions/${version}.json`

const named = process.argv.slice(2).filter((arg) => arg !== '--write')
const files = named.length > 0 ? named.map(fileOf) : SUITES.map(({ file }) => file)
const chosen = (process.env.KC_LOGOUT_TEST_VERSIONS ?? TESTED.join(',')).split(/[\s,]+/).filter(Boolean)
const failed: string[] = []
for (const version of chosen) {
  say(`\n--- Keycloak ${version}`)
  const code = await runVitest({
    node: [process.execPath],
    args: ['--project', 'live', ...files],
    env: { KC_LOGOUT_TEST_KEYCLOAK_VERSION: version, KC_LOGOUT_TEST_WORKERS: workersOf(version) },
    label: `Keycloak ${version}`,
    report: newReportOf(version),
  })
  await keepReport(newReportOf(version), reportOf(version))
  if (code !== 0) failed.push(version)
}

if (process.argv.includes('--write')) {
  const runs = await Promise.all(
    TESTED.map(async (version) => ({
      version,
      report: existsSync(join(REPORTS, reportOf(version))) ? await readReport(reportOf(version)) : undefined,
    })),
  )
  await replaceSection('compatibility.md', 'versions', matrix(runs, process.version))
}

for (const version of chosen) say(`Keycloak ${version}: ${failed.includes(version) ? 'failed' : 'passed'}`)
process.exitCode = failed.length > 0 ? 1 : 0
