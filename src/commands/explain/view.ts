import { bad, bold, dim, good, type Line, type Screen, type Styled, warn } from '../../ui/text.ts'
import { wrapped } from '../../ui/wrap.ts'
import { formatNumber, pluralize } from '../../util/format.ts'
import type { LogReport } from './explain.ts'
import type { LogFinding } from './tally.ts'

/** All findings in a log, worst first, and what the log cannot show. */
export const explainView = (report: LogReport, screen: Screen): Line[] => [
  ...report.findings.flatMap((finding) => [...findingLines(finding, screen), '']),
  [verdictOf(report), dim(` (${pluralize(report.lines, 'line')} read)`)],
  ...(report.unread > 0 ? wrapped(unreadLine(report.unread), screen) : []),
  ...(report.statusVisible ? [] : wrapped(STATUS_MISSING, screen)),
]

function verdictOf({ verdict, findings, unread }: LogReport): Styled {
  if (verdict === 'fail') return bold(pluralize(findings.length, 'finding'))
  if (verdict === 'pass') return good('No failed logout in this log')
  return warn(`Not known: ${pluralize(unread, 'line')} could not be read`)
}

const unreadLine = (lines: number): Line => [
  warn(`Not read: ${pluralize(lines, 'line')}`),
  " about a failed logout, or of Keycloak with its JSON cut off. Read the log with `docker logs` or `kubectl logs`, which join the parts of a line, in Keycloak's own text or JSON format.",
]

const STATUS_MISSING: Line = [
  warn('Not in this log: '),
  'applications that answered a logout with an HTTP status such as 302, 400 or 500. Keycloak logs those at DEBUG only: start it with --log-level=INFO,org.keycloak.services.managers.ResourceAdminManager:debug',
]

/** One failure as it happens (`--follow`). */
export const followedView = (finding: LogFinding, screen: Screen): Line[] => [
  ...findingLines({ ...finding, first: finding.last }, screen),
  '',
]

function findingLines(finding: LogFinding, screen: Screen): Line[] {
  const { severity, message, why, fix, sample, code } = finding
  const narrower = { columns: screen.columns - 2 }
  const indented = (line: Line, indent: number): Line[] =>
    wrapped(line, narrower, indent).map((one) => ['  ', ...(Array.isArray(one) ? one : [one])])
  return [
    ...wrapped([severity === 'error' ? bad('x ') : warn('! '), bold(message)], screen),
    ...indented(dim(`${code}, ${times(finding)}`), 0),
    ...indented([dim('why'), ' ', why], 2),
    ...indented([dim('fix'), ' ', fix], 2),
    ...indented([dim('log'), ' ', dim(sample)], 2),
  ]
}

function times({ count, first, last }: LogFinding): string {
  const often = count === 1 ? 'once' : `${formatNumber(count)} times`
  if (first === null) return often
  return first === last || last === null ? `${often}, ${first}` : `${often}, ${first} to ${last}`
}
