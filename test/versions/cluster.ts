/**
 * npm run test:cluster [-- --write]
 *
 * Starts two nodes of one Keycloak on PostgreSQL (Debian's package) and kills one of them during `all`. `--write` updates
 * the figures in docs/reliability.md.
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
  if (!figures) throw new Error('The run has no figures, see the errors above')
  const rows = figures.map(([what, value]) => [what, String(value)])
  const note =
    'A client is notified twice of a session if a node called it and was killed before it stored the end of the session.'
  await replaceSection(
    'reliability.md',
    'cluster',
    `Run on ${day(report.startTime)} with \`npm run test:cluster\`.\n\n${table(['', ''], rows)}\n\n${note}`,
  )
}
