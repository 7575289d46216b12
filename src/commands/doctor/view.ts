import type { CommandAllowed } from '../../core/roles.ts'
import { table } from '../../ui/table.ts'
import { bad, bold, dim, good, type Line, type Piece, type Screen, warn } from '../../ui/text.ts'
import { wrapped } from '../../ui/wrap.ts'
import { firstFew, formatNumber, pluralize } from '../../util/format.ts'
import { detailLines } from './details.ts'
import { type FindingGroup, groupByCode, type Subject, worstByClient } from './group.ts'
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

/** At most this many rows of the table, and names of one finding; `--json` has them all. */
const MOST_ROWS = 30
const MOST_NAMES = 10

/** The realm, its clients with the worst finding of each, and each code once: who has it, and one fix. */
export const doctorView = (document: DoctorDocument, screen: Screen): Line[] =>
  page(document, screen, (group) => faultLines(group, screen), '--verbose shows reasons and details.')

/** The same with reasons, URLs and what was seen, finding by finding. */
export const detailedView = (document: DoctorDocument, screen: Screen): Line[] =>
  page(document, screen, (group) => [...detailLines(group, screen), ''])

function page(
  document: DoctorDocument,
  screen: Screen,
  show: (fault: FindingGroup) => Line[],
  hint = '',
): Line[] {
  const open = document.findings.filter(({ accepted }) => !accepted)
  const groups = groupByCode(open)
  const notes = groups.filter(({ severity }) => severity === 'info')
  const shown = groups.filter(({ severity }) => severity !== 'info').flatMap(show)
  const hints = [
    ...(document.probed || document.urls === 0 ? [] : ['--probe checks how the applications answer.']),
    ...(shown.length > 0 && hint !== '' ? [hint] : []),
  ]
  return [
    ...heading(document, screen),
    '',
    ...clientTable(worstByClient(open), screen),
    ...shown,
    ...(shown.length > 0 && shown.at(-1) !== '' ? [''] : []),
    ...notes.flatMap((group) => wrapped(titleLine(group, dim(`i ${group.code}`)), screen)),
    ...(notes.length > 0 ? [''] : []),
    ...summary(document, open),
    ...(hints.length > 0 ? wrapped(dim(hints.join(' ')), screen, 0) : []),
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

/** A finding with the clients that have it, and its fix. */
const faultLines = (group: FindingGroup, screen: Screen): Line[] => [
  ...wrapped(
    titleLine(group, group.severity === 'error' ? bad(`x ${group.code}`) : warn(`! ${group.code}`)),
    screen,
  ),
  ...group.fixes.flatMap((fix) => wrapped(['  ', dim('fix  '), fix], screen, 7)),
]

/** Its code, the clients (or identity providers) that have it, and what it is. */
function titleLine({ title, findings }: FindingGroup, code: Piece): Piece[] {
  const counts = new Map<string, number>()
  for (const finding of findings) {
    // An identity provider that is alone is named by its sentence.
    const name = findings.length > 1 ? nameOf(finding) : finding.clientId
    if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  const names = [...counts].map(([name, count]) => (count > 1 ? `${name} (${formatNumber(count)}×)` : name))
  return [code, ' ', ' ', ...(names.length > 0 ? [bold(firstFew(names, MOST_NAMES)), ': '] : []), title]
}

const nameOf = ({ clientId, args }: ExplainedFinding): string | undefined =>
  clientId ?? (args?.provider === undefined ? undefined : String(args.provider))
