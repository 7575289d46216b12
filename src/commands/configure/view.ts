import type { ClientOutcome, Outcome, SaidFinding, Status } from '../../client-settings/outcome.ts'
import type { Change } from '../../client-settings/settings.ts'
import { widthOf } from '../../ui/table.ts'
import { bad, bold, dim, good, type Line, type Piece, type Screen, warn } from '../../ui/text.ts'
import { wrapped } from '../../ui/wrap.ts'
import { escapeInvisible } from '../../util/escape-invisible.ts'
import { pluralize } from '../../util/format.ts'

/** Plan, check and result of `configure`: each client that has something to show, then the totals. */
export function configureView({ clients }: Outcome, screen: Screen): Line[] {
  const shown = clients.filter(
    ({ status, findings }) => status !== 'unchanged' || findings.some(({ severity }) => severity !== 'info'),
  )
  // One client that was asked for is worth its line even when all is well.
  const sections = (clients.length === 1 ? clients : shown).flatMap((client) => section(client, screen))
  return clients.length === 1 ? sections.slice(0, -1) : [...sections, totals(clients)]
}

const section = ({ clientId, status, changes, findings }: ClientOutcome, screen: Screen): Line[] => [
  [bold(clientId), '  ', STATUS[status]],
  ...changes.flatMap((change) => changeLines(change, status, screen)),
  ...findings
    .filter((finding) => status !== 'changed' || isNews(finding))
    .flatMap((finding) => findingLines(finding, screen)),
  '',
]

/** What the plan said already is not said again of a change that went well, unless it is a warning. */
const isNews = ({ code, severity }: SaidFinding) => severity !== 'info' || code === 'also-changed'

const STATUS: Readonly<Record<Status, Piece>> = {
  changed: good('changed'),
  'would-change': warn('to change'),
  unchanged: dim('as it should be'),
  failed: bad('failed'),
}

function changeLines({ field, from, to }: Change, status: Status, { columns }: Screen): Line[] {
  const [was, is] = [shown(from), shown(to)]
  const after = status === 'failed' ? dim(is) : to === null ? warn(is) : good(is)
  if (widthOf(escapeInvisible(`  ${field}: ${was} -> ${is}`)) <= columns)
    return [[`  ${field}: `, dim(was), ' -> ', after]]
  return [`  ${field}:`, [dim('    - '), dim(was)], ['    + ', after]]
}

const shown = (value: Change['from']) => (value === null ? 'none' : String(value))

function findingLines({ severity, message, why, fix }: SaidFinding, screen: Screen): Line[] {
  const mark = severity === 'info' ? dim('  i ') : severity === 'warning' ? warn('  ! ') : bad('  x ')
  const rest = [why, fix].filter(Boolean).join(' ')
  return [
    ...wrapped([mark, severity === 'error' ? bad(message) : message], screen, 4),
    ...(rest ? wrapped(['    ', dim(rest)], screen, 4) : []),
  ]
}

function totals(clients: readonly ClientOutcome[]): Line {
  const counted = (status: Status) => clients.filter((client) => client.status === status).length
  const parts: [number, string, (text: string) => Piece][] = [
    [counted('changed'), 'changed', good],
    [counted('would-change'), 'to change', warn],
    [counted('failed'), 'failed', bad],
    [counted('unchanged'), 'as they should be', dim],
  ]
  const pieces = parts
    .filter(([number]) => number > 0)
    .map(([number, word, tone]) => tone(`${number} ${word}`))
  return [
    `${pluralize(clients.length, 'client')}: `,
    ...pieces.flatMap((piece, i) => (i === 0 ? [piece] : [', ', piece])),
  ]
}
