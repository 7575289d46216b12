import { countBar, LEGEND, TONE, type Told } from '../../ui/bar.ts'
import { firstThatFits, table } from '../../ui/table.ts'
import { bad, dim, good, type Line, type Piece, type Screen, warn } from '../../ui/text.ts'
import { wrapped } from '../../ui/wrap.ts'
import { formatNumber, pluralize } from '../../util/format.ts'
import type { ClientEstimate } from './estimate.ts'

/** Told by `user` and by `all`, by `all` only, or by neither. Keycloak's own consoles have nobody to tell. */
const notifiedOf = ({ notified, findings }: ClientEstimate): Told | 'built-in' => {
  if (findings.some(({ code }) => code === 'built-in')) return 'built-in'
  return notified.user ? 'notified' : notified.all ? 'partly' : 'not-notified'
}

const isAffected = ({ active, offline }: ClientEstimate) => active + offline > 0
const RANK = { 'not-notified': 0, partly: 1, notified: 2, 'built-in': 3 } as const

/** Whoever will not be told first, then those that most people use; clients without a session last. */
export const silentFirst = (clients: readonly ClientEstimate[]): ClientEstimate[] =>
  [...clients].sort(
    (a, b) =>
      Number(isAffected(b)) - Number(isAffected(a)) ||
      RANK[notifiedOf(a)] - RANK[notifiedOf(b)] ||
      b.active - a.active ||
      b.offline - a.offline ||
      a.clientId.localeCompare(b.clientId),
  )

/** How many clients with sessions will not be told, in one line above all else; none where all will be. */
export function silentLines(clients: readonly ClientEstimate[], screen: Screen): Line[] {
  const affected = clients.filter(isAffected)
  const having = (notified: Told) => affected.filter((client) => notifiedOf(client) === notified).length
  const [silent, partly] = [having('not-notified'), having('partly')]
  if (silent + partly === 0) return []
  const pieces = [
    ...(silent > 0 ? [bad(`${pluralize(silent, 'client')} will not hear of any logout`)] : []),
    ...(partly > 0 ? [warn(`${pluralize(partly, 'client')} will hear of \`all\` only`)] : []),
  ]
  return wrapped(
    pieces.flatMap((piece, i): Piece[] => [...(i > 0 ? [', '] : []), piece]),
    screen,
  )
}

/** Clients with their sessions as bars, and who is told by which act. The narrower the screen, the fewer words. */
export function reachTable(clients: readonly ClientEstimate[], { columns }: Screen): Line[] {
  const hasOffline = clients.some(({ offline }) => offline > 0)
  const hasPeople = clients.some(({ users }) => users !== undefined)
  const counts = clients.map(({ active }) => active)
  const hasBars = Math.max(...counts) > 0
  const kinds = new Set(clients.map(notifiedOf))
  const way =
    ({ notified, people, least, bar, cell }: Way) =>
    (): Line[] => {
      const bars = countBar(counts, bar)
      const lines = table(
        [
          { head: '' },
          { head: 'client', ...(least === undefined ? {} : { least }) },
          { head: 'sessions', align: 'right' },
          { head: '' },
          ...(hasOffline ? [{ head: 'offline', align: 'right' } as const] : []),
          ...(people ? [{ head: 'people', align: 'right' } as const] : []),
          { head: `${notified} user` },
          { head: 'by all' },
          { head: 'by Keycloak' },
        ],
        clients.map((client): Piece[] => [
          ...nameCells(client),
          ...barCells(bars, client),
          ...(hasOffline ? [client.offline > 0 ? formatNumber(client.offline) : dim('-')] : []),
          ...(people ? [client.users === undefined ? '?' : formatNumber(client.users)] : []),
          cell(client, 'user'),
          cell(client, 'all'),
          cell(client, 'realmStep'),
        ]),
        columns,
      )
      return bar > 0 && kinds.size > 1 ? [...lines, dim(LEGEND)] : lines
    }
  const wide = { notified: 'told by', people: hasPeople, cell: channelCell }
  const narrow = { notified: 'by', people: hasPeople, cell: shortCell }
  return firstThatFits(
    columns,
    ...(hasBars ? [way({ ...wide, bar: 24 }), way({ ...wide, bar: 12 })] : []),
    // Rather a word less than half a client's name; the totals above count the people, too.
    ...(hasBars ? [24, 16, 8].map((bar) => way({ ...narrow, least: 16, bar })) : []),
    ...(hasBars ? [way({ ...narrow, people: false, least: 14, bar: 8 })] : []),
    way({ ...narrow, least: 16, bar: 0 }),
    way({ ...narrow, people: false, least: 8, bar: 0 }),
  )
}

interface Way {
  readonly notified: string
  readonly people: boolean
  /** To how many columns a client's name may be cut; undefined for not at all. */
  readonly least?: number
  /** Columns of the longest bar; 0 for none. */
  readonly bar: number
  readonly cell: (client: ClientEstimate, act: keyof ClientEstimate['notified']) => Piece
}

function nameCells(client: ClientEstimate): readonly [Piece, Piece] {
  const notified = notifiedOf(client)
  if (notified === 'built-in' || notified === 'notified' || !isAffected(client)) return ['', client.clientId]
  return [TONE[notified](notified === 'partly' ? '!' : '✗'), TONE[notified](client.clientId)]
}

function barCells(bars: ReturnType<typeof countBar>, client: ClientEstimate): readonly Piece[] {
  const notified = notifiedOf(client)
  return notified === 'built-in' ? [formatNumber(client.active), ''] : bars(client.active, notified)
}

const channelCell: Way['cell'] = (client, act) => {
  const channel = client.channels[act]
  if (client.notified[act]) return good(channel)
  return noCell(client, act, channel === 'none' ? 'no' : `no (${channel})`)
}

const shortCell: Way['cell'] = (client, act) =>
  client.notified[act] ? good('yes') : noCell(client, act, 'no')

/** Keycloak's own logout of a realm tells few clients: to say so in red would hide what matters. */
const noCell = (client: ClientEstimate, act: keyof ClientEstimate['notified'], text: string): Piece =>
  act === 'realmStep' || notifiedOf(client) === 'built-in' ? dim(text) : bad(text)
