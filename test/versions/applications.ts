/**
 * npm run test:applications [-- --write]
 *
 * Signs users in to third-party applications, logs them out, and checks the applications again. Takes some minutes. In
 * addition to the other tests it needs python3 with venv, and Apache with mod_auth_openidc; Maven and pip download the
 * rest. `--write` updates the table in docs/applications.md.
 */
import { day, replaceSection, table } from './generated.ts'
import { readReport, runVitest } from './vitest-run.ts'

const REPORT = 'applications.json'
const COLUMNS = [
  'kc-logout user',
  'kc-logout all',
  'Keycloak: sign out the user',
  'Keycloak: sign out all',
  'without sid',
  'answers',
]

process.exitCode = await runVitest({
  node: [process.execPath],
  args: ['--project', 'applications', ...process.argv.slice(2).filter((arg) => arg !== '--write')],
  env: {},
  report: REPORT,
})

if (process.argv.includes('--write')) {
  const report = await readReport(REPORT)
  const results = report.testResults.flatMap(({ assertionResults }) => assertionResults)
  const cells = results.flatMap(({ meta }) => meta.cells ?? [])
  const version = results.map(({ meta }) => meta.keycloak).find(Boolean) ?? 'unknown'
  const rows = [...new Set(cells.map(({ row }) => row))].map((row) => [
    row,
    ...COLUMNS.map((column) => cells.find((cell) => cell.row === row && cell.column === column)?.seen ?? '–'),
  ])
  const head = ['', '`kc-logout user`', '`kc-logout all`', ...COLUMNS.slice(2)]
  await replaceSection(
    'applications.md',
    'applications',
    `Run on ${day(report.startTime)} with \`npm run test:applications\` against Keycloak ${version}.\n\n${table(head, rows)}`,
  )
}
