import type {
  ConfiguredClient,
  ConfigureOutcome,
  ConfigureStatus,
  ExplainedFinding,
} from '../../client-settings/outcome.ts'
import type { Change } from '../../client-settings/settings.ts'
import { widthOf } from '../../ui/table.ts'
import { bad, bold, dim, good, type Line, type Piece, type Screen, warn } from '../../ui/text.ts'
import { wrapped } from '../../ui/wrap.ts'
import { escapeInvisible } from '../../util/escape-invisible.ts'
import { pluralize } from '../../util/format.ts'

/** The plan, check or result of `configure`: the clients with a change or a warning, then the totals. */
export function configureView({ clients }: ConfigureOutcome, screen: Screen): Line[] {
  const shown = clients.filter(
    ({ status, findings }) => status !== 'unchanged' || findings.some(({ severity }) => severity !== 'info'),
  )
  // A single client is always shown.
  const sections = (clients.length === 1 ? clients : shown).flatMap((client) => section(client, screen))
  return clients.length === 1 ? sections.slice(0, -1) : [...sections, totals(clients)]
}

const section = ({ clientId, status, changes, findings }: ConfiguredClient, screen: Screen): Line[] => [
  [bold(clientId), '  ', STATUS[status]],
  ...changes.flatMap((change) => changeLines(change, status, screen)),
  ...findings
    .filter((finding) => status !== 'changed' || isNews(finding))
    .flatMap((finding) => findingLines(finding, screen)),
  '',
]

/** Notes of the plan are not repeated after a successful change; warnings are. */
const isNews = ({ code, severity }: ExplainedFinding) => severity !== 'info' || code === 'also-changed'

const STATUS: Readonly<Record<ConfigureStatus, Piece>> = {
  changed: good('changed'),
  'would-change': warn('to change'),
  unchanged: dim('no change'),
  failed: bad('failed'),
}

function changeLines({ field, from, to }: Change, status: ConfigureStatus, { columns }: Screen): Line[] {
  const [was, is] = [formatValue(from), formatValue(to)]
  const after = status === 'failed' ? dim(is) : to === null ? warn(is) : good(is)
  if (widthOf(escapeInvisible(`  ${field}: ${was} -> ${is}`)) <= columns)
    return [[`  ${field}: `, dim(was), ' -> ', after]]
  return [`  ${field}:`, [dim('    - '), dim(was)], ['    + ', after]]
}

const formatValue = (value: Change['from']) => (value === null ? 'none' : String(value))

function findingLines({ severity, message, why, fix }: ExplainedFinding, screen: Screen): Line[] {
  const mark = severity === 'info' ? dim('  i ') : severity === 'warning' ? warn('  ! ') : bad('  x ')
  const rest = [why, fix].filter(Boolean).join(' ')
  return [
    ...wrapped([mark, severity === 'error' ? bad(message) : message], screen, 4),
    ...(rest ? wrapped(['    ', dim(rest)], screen, 4) : []),
  ]
}

function totals(clients: readonly ConfiguredClient[]): Line {
  const count = (status: ConfigureStatus) => clients.filter((client) => client.status === status).length
  const parts: [number, string, (text: string) => Piece][] = [
    [count('changed'), 'changed', good],
    [count('would-change'), 'to change', warn],
    [count('failed'), 'failed', bad],
    [count('unchanged'), 'without a change', dim],
  ]
  const pieces = parts
    .filter(([number]) => number > 0)
    .map(([number, word, tone]) => tone(`${number} ${word}`))
  return [
    `${pluralize(clients.length, 'client')}: `,
    ...pieces.flatMap((piece, i) => (i === 0 ? [piece] : [', ', piece])),
  ]
}
