import { day, table } from './generated.ts'
import { SUITES } from './suites.ts'
import type { Report } from './vitest-run.ts'

/** The report of one version; undefined if it was not run. */
export interface VersionRun {
  readonly version: string
  readonly report: Report | undefined
}

/** Returns the tables of docs/compatibility.md: tests passed and observations by version; a dash if not run. */
export function matrix(runs: readonly VersionRun[], node: string): string {
  const head = ['', ...runs.map(({ version }) => version)]
  const passed = SUITES.map(({ file, name }) => [name, ...runs.map(({ report }) => score(report, file))])
  const seen = titles(runs).map((title) => [
    sentence(title),
    ...runs.map(({ report }) => observation(report, title) ?? '–'),
  ])
  const times = runs.flatMap(({ report }) => report?.testResults.map(({ startTime }) => startTime) ?? [])
  const days = [...new Set([Math.min(...times), Math.max(...times)].map(day))].join(' to ')
  return [
    `Run on ${days} with \`npm run test:versions\` on Node ${node}, one server after another.`,
    'Tests passed:',
    table(head, passed),
    'Observed behaviour:',
    table(head, seen),
  ].join('\n\n')
}

function results(report: Report | undefined) {
  return report?.testResults.flatMap(({ assertionResults }) => assertionResults) ?? []
}

function score(report: Report | undefined, file: string): string {
  const found = report?.testResults.find(({ name }) => name.endsWith(`/${file}`))
  if (!found) return '–'
  const run = found.assertionResults.filter(({ status }) => status === 'passed' || status === 'failed')
  const passed = run.filter(({ status }) => status === 'passed').length
  // A file whose setup failed has no failed test.
  if (found.status === 'failed' && passed === run.length) return 'failed'
  return passed === run.length ? `${passed}` : `**${passed} of ${run.length}**`
}

const observation = (report: Report | undefined, title: string) =>
  results(report).find((result) => result.title === title)?.meta.observed

const titles = (runs: readonly VersionRun[]) => [
  ...new Set(
    runs.flatMap(({ report }) =>
      results(report)
        .filter(({ meta }) => meta.observed !== undefined)
        .map(({ title }) => title),
    ),
  ),
]

/** Removes the name of the fact in test/support/versions.ts from a title and capitalises it. */
function sentence(title: string): string {
  const words = title.replace(/^[a-zA-Z]+: /, (start) => (start.startsWith('kc-') ? start : ''))
  return words.startsWith('kc-') ? words : words.charAt(0).toUpperCase() + words.slice(1)
}
