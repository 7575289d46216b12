import { badCount } from '../../cli/realms/summary-cells.ts'
import { countBar, LEGEND, type NotifiedBy, TONE } from '../../ui/bar.ts'
import { firstThatFits, table } from '../../ui/table.ts'
import { bad, dim, good, type Line, type Piece, type Screen, warn } from '../../ui/text.ts'
import { wrapped } from '../../ui/wrap.ts'
import { formatNumber, pluralize } from '../../util/format.ts'
import { type ClientEstimate, hasSessions } from './estimate.ts'

/** Which operations notify a client. Built-in clients need no notification. */
const notifiedBy = ({ notified, findings }: ClientEstimate): NotifiedBy | 'built-in' => {
  if (findings.some(({ code }) => code === 'built-in')) return 'built-in'
  return notified.user ? 'notified' : notified.all ? 'partly' : 'not-notified'
}

const RANK = { 'not-notified': 0, partly: 1, notified: 2, 'built-in': 3 } as const

/** Sorts clients: those not notified first, then by number of sessions; clients without sessions last. */
export const notNotifiedFirst = (clients: readonly ClientEstimate[]): ClientEstimate[] =>
  [...clients].sort(
    (a, b) =>
      Number(hasSessions(b)) - Number(hasSessions(a)) ||
      RANK[notifiedBy(a)] - RANK[notifiedBy(b)] ||
      b.active - a.active ||
      b.offline - a.offline ||
      a.clientId.localeCompare(b.clientId),
  )

/** One line: how many clients with sessions are not notified. Empty if all are. */
export function notNotifiedLines(clients: readonly ClientEstimate[], screen: Screen): Line[] {
  const groups = clients.filter(hasSessions).map(notifiedBy)
  const count = (group: NotifiedBy) => groups.filter((each) => each === group).length
  const [never, partly] = [count('not-notified'), count('partly')]
  if (never + partly === 0) return []
  const pieces = [
    ...(never > 0 ? [bad(`${pluralize(never, 'client')} ${areOf(never)} never notified`)] : []),
    ...(partly > 0
      ? [warn(`${pluralize(partly, 'client')} ${areOf(partly)} notified by \`kc-logout all\` only`)]
      : []),
  ]
  return wrapped(
    pieces.flatMap((piece, i): Piece[] => [...(i > 0 ? [', '] : []), piece]),
    screen,
  )
}

/** How many clients with sessions are not notified by every logout; `all` where each is. */
export function notNotifiedCount(clients: readonly ClientEstimate[]): Piece {
  const groups = clients.filter(hasSessions).map(notifiedBy)
  const count = groups.filter((group) => group === 'not-notified' || group === 'partly').length
  return badCount(count)
}

const areOf = (count: number) => (count === 1 ? 'is' : 'are')

/** Clients with their sessions as bars, and which operations notify them. Narrow screens get a shorter layout. */
export function reachTable(clients: readonly ClientEstimate[], { columns }: Screen): Line[] {
  const hasUsers = clients.some(({ users }) => users !== undefined)
  const hasBars = clients.some(({ active }) => active > 0)
  const layout = (one: Layout) => () => layoutTable(clients, one, columns)
  const wide = { by: 'notified by', users: hasUsers, cell: channelCell }
  const narrow = { by: 'by', users: hasUsers, cell: yesNoCell }
  return firstThatFits(
    columns,
    ...(hasBars ? [layout({ ...wide, bar: 24 }), layout({ ...wide, bar: 12 })] : []),
    // Shorten words before client names. Without a column the totals above still show the users.
    ...(hasBars ? [24, 16, 8].map((bar) => layout({ ...narrow, least: 16, bar })) : []),
    layout({ ...narrow, least: 14, bar: 0 }),
    ...(hasBars ? [layout({ ...narrow, users: false, least: 14, bar: 8 })] : []),
    layout({ ...narrow, users: false, least: 8, bar: 0 }),
  )
}

interface Layout {
  /** Head of the column of `user`: `notified by` or `by`. */
  readonly by: string
  /** With a column of users. */
  readonly users: boolean
  /** Columns to which a client id may be cut; undefined: not cut. */
  readonly least?: number
  /** Columns of the longest bar; 0 for none. */
  readonly bar: number
  readonly cell: (client: ClientEstimate, operation: keyof ClientEstimate['notified']) => Piece
}

function layoutTable(
  clients: readonly ClientEstimate[],
  { by, users, least, bar, cell }: Layout,
  columns: number,
): Line[] {
  const hasOffline = clients.some(({ offline }) => offline > 0)
  const bars = countBar(
    clients.map(({ active }) => active),
    bar,
  )
  const heads = [
    { head: '' },
    { head: 'client', ...(least === undefined ? {} : { least }) },
    { head: 'sessions', align: 'right' },
    { head: '' },
    ...(hasOffline ? [{ head: 'offline', align: 'right' } as const] : []),
    ...(users ? [{ head: 'users', align: 'right' } as const] : []),
    { head: `${by} user` },
    { head: 'by all' },
    { head: 'by Keycloak' },
  ] as const
  const rows = clients.map((client): Piece[] => [
    ...nameCells(client),
    ...barCells(bars, client),
    ...(hasOffline ? [client.offline > 0 ? formatNumber(client.offline) : dim('-')] : []),
    ...(users ? [client.users === undefined ? '?' : formatNumber(client.users)] : []),
    cell(client, 'user'),
    cell(client, 'all'),
    cell(client, 'realmStep'),
  ])
  const lines = table(heads, rows, columns)
  const isMixed = new Set(clients.map(notifiedBy)).size > 1
  return bar > 0 && isMixed ? [...lines, dim(LEGEND)] : lines
}

function nameCells(client: ClientEstimate): readonly [Piece, Piece] {
  const by = notifiedBy(client)
  if (by === 'built-in' || by === 'notified' || !hasSessions(client)) return ['', client.clientId]
  return [TONE[by](by === 'partly' ? '!' : '✗'), TONE[by](client.clientId)]
}

function barCells(bars: ReturnType<typeof countBar>, client: ClientEstimate): readonly Piece[] {
  const by = notifiedBy(client)
  return by === 'built-in' ? [formatNumber(client.active), ''] : bars(client.active, by)
}

const channelCell: Layout['cell'] = (client, operation) => {
  const channel = client.channels[operation]
  if (client.notified[operation]) return good(channel)
  return noCell(client, operation, channel === 'none' ? 'no' : `no (${channel})`)
}

const yesNoCell: Layout['cell'] = (client, operation) =>
  client.notified[operation] ? good('yes') : noCell(client, operation, 'no')

/** Dim for Keycloak's own realm logout: it notifies few clients, and red there would hide what matters. */
const noCell = (client: ClientEstimate, operation: keyof ClientEstimate['notified'], text: string): Piece =>
  operation === 'realmStep' || notifiedBy(client) === 'built-in' ? dim(text) : bad(text)
