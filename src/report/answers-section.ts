import type { ClientResult } from '../core/client-result.ts'
import { type FailedAnswer, failedAnswers } from '../core/failed-answers.ts'
import { expectedText, hasCalls } from '../core/notifications.ts'
import { formatNumber, pluralize } from '../util/format.ts'
import { type Block, type Cell, type Piece, quoted, type Section, type Table, type Tone } from './page.ts'
import { numberOrDash } from './texts.ts'

/** Rows of each table; the JSON lists all. */
const MAX_ROWS = 200

/** What evidence showed of a run. */
export interface SeenAnswers {
  readonly clients: readonly ClientResult[]
  readonly evidenceProblems?: readonly string[]
  readonly traceIds: readonly string[]
}

/**
 * What each client answered, as Keycloak's traces or its log showed, and what was refused, failed or not sent, with what to
 * do. Empty without such a source: nothing is known of answers then.
 */
export function answersSection({ clients, evidenceProblems = [], traceIds }: SeenAnswers): Section[] {
  const called = clients.filter(isWatched)
  if (called.length === 0) return []
  const failed = failedAnswers(called)
  const problems = evidenceProblems.map((problem): Block => ({ kind: 'text', text: quoted(problem) }))
  const answers: Section = {
    title: 'What applications answered',
    blocks: [...problems, answersTable(called), ...tracesText(called, traceIds)],
  }
  if (failed.length === 0) return [answers]
  const calls = failed.reduce((sum, { count }) => sum + count, 0)
  return [answers, { title: `Not accepted: ${pluralize(calls, 'call')}`, blocks: [failedTable(failed)] }]
}

/** Did a source look at the calls to it, and was there a call to see? */
const isWatched = ({ evidence, notifications }: ClientResult): boolean =>
  evidence.some((kind) => kind !== 'push') && hasCalls(notifications)

function answersTable(clients: readonly ClientResult[]): Table {
  const sorted = [...clients].sort((a, b) => failures(b) - failures(a) || unknowns(b) - unknowns(a))
  return {
    kind: 'table',
    heads: [
      { text: 'Client' },
      { text: 'Expected', align: 'right' },
      { text: 'Accepted', align: 'right' },
      { text: 'Refused', align: 'right' },
      { text: 'Failed', align: 'right' },
      { text: 'Not called', align: 'right' },
      { text: 'Unknown', align: 'right' },
      { text: 'Seen in' },
    ],
    rows: sorted
      .slice(0, MAX_ROWS)
      .map(({ clientId, notifications: known, evidence }) => [
        { text: quoted(clientId) },
        { text: expectedText(known.expected, formatNumber) },
        counted(known.accepted, 'good'),
        counted(known.refused, 'bad'),
        counted(known.failed, 'bad'),
        counted(known.notSent, 'bad'),
        counted(known.unknown, 'unsure'),
        { text: evidence.join(', ') },
      ]),
    more: Math.max(0, clients.length - MAX_ROWS),
  }
}

const failures = ({ notifications: { refused, failed, notSent } }: ClientResult) => refused + failed + notSent
const unknowns = ({ notifications }: ClientResult) => notifications.unknown

const counted = (count: number, tone: Tone): Cell =>
  count === 0 ? { text: numberOrDash(count) } : { text: formatNumber(count), tone }

const failedTable = (failed: readonly FailedAnswer[]): Table => ({
  kind: 'table',
  heads: [
    { text: 'Client' },
    { text: 'Answer' },
    { text: 'Calls', align: 'right' },
    { text: 'Cause' },
    { text: 'What to do' },
  ],
  rows: [...failed]
    .sort((a, b) => b.count - a.count)
    .slice(0, MAX_ROWS)
    .map(({ clientId, what, count, why, fix }) => [
      { text: quoted(clientId) },
      { text: what, tone: 'bad' },
      { text: formatNumber(count) },
      { text: withCode(why) },
      { text: withCode(fix) },
    ]),
  more: Math.max(0, failed.length - MAX_ROWS),
})

/** Our own words with `commands` in them. */
export const withCode = (text: string): Piece[] =>
  text.split('`').map((part, index) => (index % 2 === 1 ? quoted(part) : part))

/** An application's team finds its calls by them, if Keycloak exports traces. */
function tracesText(clients: readonly ClientResult[], [first, ...others]: readonly string[]): Block[] {
  if (first === undefined || !clients.some(({ evidence }) => evidence.includes('traces'))) return []
  const rest =
    others.length > 0 ? ` and ${formatNumber(others.length)} more, which the JSON report lists` : ''
  return [
    {
      kind: 'text',
      text: [
        'Trace id of the calls (in their ',
        quoted('traceparent'),
        ' header): ',
        quoted(first),
        `${rest}.`,
      ],
    },
  ]
}
