import { bad, bold, dim, good, type Line, type Screen, type Styled, warn } from '../../ui/text.ts'
import { wrapped } from '../../ui/wrap.ts'
import { pluralize } from '../../util/format.ts'
import type { LogReport } from './log/explain.ts'
import type { LogFinding } from './log/tally.ts'

/** Everything that `explain` found in a log, worst first, and what the log cannot show. */
export const explainView = (
  { lines, unread, findings, statusVisible }: LogReport,
  screen: Screen,
): Line[] => [
  ...findings.flatMap((finding) => [...findingLines(finding, screen), '']),
  [
    findings.length > 0
      ? bold(pluralize(findings.length, 'finding'))
      : unread > 0
        ? bold('No failed logout in what could be read')
        : good('No failed logout in this log'),
    dim(` (${pluralize(lines, 'line')} read)`),
  ],
  ...(unread > 0 ? wrapped(unreadLine(unread), screen) : []),
  ...(statusVisible ? [] : wrapped(INVISIBLE, screen)),
]

const unreadLine = (lines: number): Line => [
  warn(`Not read: ${pluralize(lines, 'line')}`),
  " with an entry of Keycloak's whose JSON is cut off. Read the log by `docker logs` or `kubectl logs`, which put parts of a line together.",
]

const INVISIBLE: Line = [
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
  const indented = { columns: screen.columns - 2 }
  const under = (label: Styled, text: string): Line[] =>
    wrapped([label, ' ', text], indented, 2).map((line) => ['  ', ...(Array.isArray(line) ? line : [line])])
  return [
    ...wrapped([severity === 'error' ? bad('x ') : warn('! '), bold(message)], screen),
    ...wrapped(dim(`${code}, ${times(finding)}`), indented, 0).map(
      (line): Line => ['  ', ...(Array.isArray(line) ? line : [line])],
    ),
    ...under(dim('why'), why),
    ...under(dim('fix'), fix),
    ...wrapped([dim('log'), ' ', dim(sample)], indented, 2).map(
      (line): Line => ['  ', ...(Array.isArray(line) ? line : [line])],
    ),
  ]
}

function times({ count: times, first, last }: LogFinding): string {
  const often = times === 1 ? 'once' : `${times} times`
  if (first === null) return often
  return first === last || last === null ? `${often}, ${first}` : `${often}, ${first} to ${last}`
}
