import type { CommandAllowed } from '../../core/roles.ts'
import { table } from '../../ui/table.ts'
import { bad, bold, dim, good, type Line, type Piece, type Screen, warn } from '../../ui/text.ts'
import { wrapped } from '../../ui/wrap.ts'
import { formatNumber, pluralize } from '../../util/format.ts'
import { type FindingGroup, groupByCode, type Subject, sampleOf, worstByClient } from './group.ts'
import type { ExplainedFinding } from './texts/texts.ts'

export interface DoctorDocument {
  readonly server: { readonly url: string; readonly version: string | null; readonly issuer: string | null }
  /** What this version can show of the applications' answers; null: not known. Not whether it is switched on. */
  readonly evidence: { readonly traces: boolean | null; readonly logNamesSession: boolean | null }
  readonly realm: string
  readonly clients: number
  readonly urls: number
  readonly probed: boolean
  readonly commands: readonly CommandAllowed[]
  readonly findings: readonly (ExplainedFinding & { readonly accepted?: true })[]
  readonly verdict: 'pass' | 'fail'
}

/** At most this many rows of the table, and findings of one code; `--json` has them all. */
const MOST_ROWS = 30
const MOST_FINDINGS = 10

/** The realm, its clients with the worst finding of each, and each code once with the clients that have it. */
export function doctorView(document: DoctorDocument, screen: Screen): Line[] {
  const open = document.findings.filter(({ accepted }) => !accepted)
  const groups = groupByCode(open)
  const notes = groups.filter(({ severity }) => severity === 'info')
  const faults = groups.filter(({ severity }) => severity !== 'info')
  return [
    ...heading(document, screen),
    '',
    ...clientTable(worstByClient(open), screen),
    ...faults.flatMap((group) => [...groupLines(group, screen), '']),
    ...notes.flatMap((group) => noteLines(group, screen)),
    ...(notes.length > 0 ? [''] : []),
    ...summary(document, open),
    ...(document.probed || document.urls === 0
      ? []
      : wrapped(dim('Add --probe to check how the applications answer.'), screen, 0)),
    ...wrapped(dim(evidenceText(document)), screen, 0),
  ]
}

/** How the answers to a logout can be seen. Whether Keycloak has traces or such a log switched on is not visible. */
function evidenceText({ evidence: { traces, logNamesSession } }: DoctorDocument): string {
  const sources = [
    ...(traces === false ? [] : [traces ? 'traces' : 'traces (from 26.2 on)']),
    logNamesSession === false ? 'log (in numbers only)' : 'log',
  ]
  return `What applications answer to a logout is in Keycloak's ${sources.join(' or ')}, if switched on: \`kc-logout help evidence\`.`
}

const heading = ({ server, realm, commands }: DoctorDocument, screen: Screen): Line[] => [
  ...wrapped(
    [bold(realm), ` at ${server.url}`, dim(server.version === null ? '' : ` (Keycloak ${server.version})`)],
    screen,
  ),
  ...wrapped(
    [
      dim('allowed: '),
      ...commands.flatMap((command, index) => [
        index > 0 ? ' ' : '',
        allowed(command, index < commands.length - 1 ? ',' : ''),
      ]),
    ],
    screen,
  ),
]

const allowed = ({ name, allowed: is }: CommandAllowed, comma: string): Piece => {
  if (is === 'yes') return good(`${name}${comma}`)
  return is === 'no' ? bad(`${name} (no)${comma}`) : dim(`${name} (not known)${comma}`)
}

function summary({ findings, clients, urls }: DoctorDocument, open: readonly ExplainedFinding[]): Line[] {
  const count = (severity: string) => open.filter((finding) => finding.severity === severity).length
  const [errors, warnings] = [count('error'), count('warning')]
  const accepted = findings.length - open.length
  return [
    [
      errors > 0 ? bad(pluralize(errors, 'error')) : good('no error'),
      ', ',
      warnings > 0 ? warn(pluralize(warnings, 'warning')) : 'no warning',
      ...(accepted > 0 ? [dim(`, ${formatNumber(accepted)} accepted`)] : []),
      dim(` (${pluralize(clients, 'client')}, ${pluralize(urls, 'URL')} checked from here)`),
    ],
  ]
}

function clientTable(subjects: readonly Subject[], screen: Screen): Line[] {
  if (subjects.length === 0) return []
  const rows = subjects
    .slice(0, MOST_ROWS)
    .map(({ clientId, worst, errors, warnings }) => [
      clientId === undefined ? dim('(realm)') : bold(clientId),
      ...(worst.severity === 'error' ? [bad(`x ${worst.code}`)] : [warn(`! ${worst.code}`)]),
      errors > 0 ? formatNumber(errors) : '',
      warnings > 0 ? formatNumber(warnings) : '',
    ])
  const more = subjects.length - rows.length
  return [
    ...table(
      [
        { head: 'client', least: 12 },
        { head: 'worst finding' },
        { head: 'errors', align: 'right' },
        { head: 'warnings', align: 'right' },
      ],
      rows,
      screen.columns,
    ),
    ...(more > 0 ? [dim(`and ${pluralize(more, 'more client', 'more clients')}`)] : []),
    '',
  ]
}

function groupLines(group: FindingGroup, screen: Screen): Line[] {
  const { severity, findings, code } = group
  const mark = severity === 'error' ? bad('x ') : warn('! ')
  const [first] = findings
  if (!first) return []
  const whys = [...new Set(findings.map(({ why }) => why))]
  const isOneFix = findings.every(({ fix }) => fix === first.fix)
  const isAlone = findings.length === 1
  return [
    ...wrapped([mark, ...(isAlone ? nameOf(first) : []), ...titleOf(group)], screen),
    ...(isAlone ? urlLine(first) : itemLines(findings, isOneFix, screen)),
    ...whys.flatMap((why) => wrapped(['  ', dim('why  '), why], screen, 7)),
    ...(isOneFix ? wrapped(['  ', dim('fix  '), first.fix], screen, 7) : []),
    ...(isAlone && first.evidence !== first.message
      ? wrapped(['  ', dim('seen '), dim(first.evidence)], screen, 7)
      : []),
    [dim(`  ${code}`)],
  ]
}

const titleOf = ({ title, findings }: FindingGroup): Piece[] =>
  findings.length === 1 ? [title] : [bold(title), dim(` (${formatNumber(findings.length)})`)]
const nameOf = ({ clientId }: ExplainedFinding): Piece[] =>
  clientId === undefined ? [] : [bold(clientId), ': ']
const urlLine = ({ url }: ExplainedFinding): Line[] => (url === undefined ? [] : [[dim(`  ${url}`)]])

function itemLines(findings: readonly ExplainedFinding[], isOneFix: boolean, screen: Screen): Line[] {
  const shown = sampleOf(findings, MOST_FINDINGS)
  const isOneMessage = findings.every(({ message }) => message === findings[0]?.message)
  const more = findings.length - shown.length
  return [
    ...shown.flatMap((finding) => [
      ...wrapped(['  ', ...itemOf(finding, isOneMessage)], screen, 4),
      ...(isOneFix ? [] : wrapped(['    ', dim('fix '), finding.fix], screen, 8)),
    ]),
    ...(more > 0 ? [dim(`  and ${formatNumber(more)} more (--json lists all)`)] : []),
  ]
}

/** The client with what is particular about this finding: its URL and what was seen, or its own message. */
function itemOf({ clientId, url, evidence, message }: ExplainedFinding, isOneMessage: boolean): Piece[] {
  const seen = evidence === message ? (isOneMessage ? undefined : message) : evidence
  const parts = clientId === undefined ? [isOneMessage ? seen : message] : [bold(clientId), url, seen]
  return parts
    .filter((part) => part !== undefined)
    .flatMap((part, i) => [i > 0 ? '  ' : '', typeof part === 'string' ? dim(part) : part])
}

/** A note in one line, with the clients that have it. */
function noteLines({ title, findings, code }: FindingGroup, screen: Screen): Line[] {
  const clients = [...new Set(findings.map(({ clientId }) => clientId))].filter((id) => id !== undefined)
  const shown = clients.slice(0, MOST_FINDINGS)
  const more = clients.length - shown.length
  const names =
    shown.length === 0 ? '' : `${shown.join(', ')}${more > 0 ? ` and ${formatNumber(more)} more` : ''}: `
  return wrapped([dim('i '), names, title, dim(`  ${code}`)], screen)
}
