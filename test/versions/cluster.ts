/**
 * npm run test:cluster [-- --write]
 *
 * Starts two nodes of one Keycloak on one PostgreSQL (Debian's package), and kills one of them in the middle of `all`.
 * `--write` puts the figures into docs/reliability.md.
 */
import { day, replaceSection, table } from './generated.ts'
import { readReport, runVitest } from './vitest-run.ts'

const REPORT = 'cluster.json'

process.exitCode = await runVitest({
  node: [process.execPath],
  args: ['--project', 'cluster'],
  env: {},
  report: REPORT,
})

if (process.argv.includes('--write')) {
  const report = await readReport(REPORT)
  const [figures] = report.testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .flatMap(({ meta }) => (meta.figures ? [meta.figures] : []))
  if (!figures) throw new Error('The run has no figures: see above')
  const rows = figures.map(([what, value]) => [what, String(value)])
  const twice =
    'A client is told twice of a session where the node called it, and was killed before it had written down that the session is over.'
  await replaceSection(
    'reliability.md',
    'cluster',
    `Run on ${day(report.startTime)} with \`npm run test:cluster\`.\n\n${table(['', ''], rows)}\n\n${twice}`,
  )
}
