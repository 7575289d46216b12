import type {
  ConfiguredClient,
  ConfigureOutcome,
  ConfigureStatus,
  ExplainedFinding,
} from '../../client-settings/outcome.ts'
import type { Change } from '../../client-settings/settings.ts'
import { sightText } from '../../core/not-visible.ts'
import { widthOf } from '../../ui/table.ts'
import { bad, bold, dim, good, type Line, type Piece, type Screen, warn } from '../../ui/text.ts'
import { wrapped } from '../../ui/wrap.ts'
import { escapeInvisible } from '../../util/escape-invisible.ts'
import { firstFew, pluralize } from '../../util/format.ts'

/** The plan, check or result of `configure`: the clients with a change or a warning, then the totals. */
export function configureView({ clients, notVisible }: ConfigureOutcome, screen: Screen): Line[] {
  const shown = clients.filter(
    ({ status, findings }) => status !== 'unchanged' || findings.some(({ severity }) => severity !== 'info'),
  )
  // A single client is always shown.
  const shared = sharedFindings(shown)
  const sections = (clients.length === 1 ? clients : shown).flatMap((client) =>
    section(client, shared, screen),
  )
  const isAll = notVisible === undefined || (notVisible.length > 0 ? false : undefined)
  const hidden = sightText({ isAll, notVisible: notVisible ?? [] })
  const unseen = hidden === undefined ? [] : wrapped(warn(hidden), screen)
  return [
    ...(clients.length === 1
      ? sections.slice(0, -1)
      : [...sections, ...sharedLines(shared, screen), totals(clients)]),
    ...unseen,
  ]
}

type Label = Exclude<ConfigureStatus, 'unchanged'> | 'no-change' | 'warning' | 'invalid'

/** An unchanged client is not called correct: it may have findings, and only its logout settings were checked. */
function labelOf({ status, findings }: ConfiguredClient): Label {
  if (status !== 'unchanged') return status
  if (findings.some(({ severity }) => severity === 'error')) return 'invalid'
  return findings.some(({ severity }) => severity === 'warning') ? 'warning' : 'no-change'
}

/** In the order of the totals. */
const LABELS: Readonly<Record<Label, { text: string; total: string; tone: (text: string) => Piece }>> = {
  changed: { text: 'changed', total: 'changed', tone: good },
  'would-change': { text: 'to change', total: 'to change', tone: warn },
  failed: { text: 'failed', total: 'failed', tone: bad },
  invalid: { text: 'cannot work', total: 'cannot work', tone: bad },
  warning: { text: 'with a warning', total: 'with a warning', tone: warn },
  'no-change': { text: 'no change', total: 'without a change', tone: dim },
}

function section(client: ConfiguredClient, shared: Shared, screen: Screen): Line[] {
  const { clientId, status, changes } = client
  const { text, tone } = LABELS[labelOf(client)]
  return [
    [bold(clientId), '  ', tone(text)],
    ...changes.flatMap((change) => changeLines(change, status, screen)),
    ...newsOf(client)
      .filter((finding) => !shared.has(textOf(finding)))
      .flatMap((finding) => findingLines(finding, screen)),
    '',
  ]
}

/** Findings of several clients, by their text, each with the clients that have it. */
type Shared = ReadonlyMap<string, { readonly finding: ExplainedFinding; readonly names: readonly string[] }>

function sharedFindings(clients: readonly ConfiguredClient[]): Shared {
  const found = new Map<string, { finding: ExplainedFinding; names: string[] }>()
  for (const client of clients)
    for (const finding of newsOf(client)) {
      const known = found.get(textOf(finding)) ?? { finding, names: [] }
      found.set(textOf(finding), known)
      known.names.push(client.clientId)
    }
  return new Map([...found].filter(([, { names }]) => names.length > 1))
}

/** What several clients share, once. */
const sharedLines = (shared: Shared, screen: Screen): Line[] =>
  [...shared.values()].flatMap(({ finding, names }) => [
    ...wrapped(bold(firstFew(names, MOST_NAMES)), screen, 0),
    ...findingLines(finding, screen),
    '',
  ])

const MOST_NAMES = 10
const textOf = ({ severity, message, why, fix }: ExplainedFinding) => [severity, message, why, fix].join('\n')
const newsOf = ({ findings, status }: ConfiguredClient) =>
  findings.filter((finding) => status !== 'changed' || isNews(finding))

/** Notes of the plan are not repeated after a successful change; warnings are. */
const isNews = ({ code, severity }: ExplainedFinding) => severity !== 'info' || code === 'also-changed'

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
  const labels = clients.map(labelOf)
  const pieces = Object.entries(LABELS).flatMap(([label, { total, tone }]) => {
    const count = labels.filter((one) => one === label).length
    return count > 0 ? [tone(`${count} ${total}`)] : []
  })
  return [
    `${pluralize(clients.length, 'client')}: `,
    ...pieces.flatMap((piece, i) => (i === 0 ? [piece] : [', ', piece])),
  ]
}
