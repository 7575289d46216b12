import { day, table } from './generated.ts'
import { SUITES } from './suites.ts'
import type { Report } from './vitest-run.ts'

/** The run of one version, or that there was none. */
export interface VersionRun {
  readonly version: string
  readonly report: Report | undefined
}

/** What each server did, in Markdown: a cell holds what a run saw, and a dash where nothing was run. */
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
    'Tests passed, of those run:',
    table(head, passed),
    'What the server was seen to do:',
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
  // A file that could not be prepared has no test that failed, and did not pass.
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

/** A title begins with the name of the fact in test/support/versions.ts, where it has one. */
function sentence(title: string): string {
  const words = title.replace(/^[a-zA-Z]+: /, (start) => (start.startsWith('kc-') ? start : ''))
  return words.startsWith('kc-') ? words : words.charAt(0).toUpperCase() + words.slice(1)
}
