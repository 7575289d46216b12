import type { byTenant, ClientEstimate, Totals } from '../../core/estimate.ts'
import type { SessionItem } from '../../core/session-item.ts'
import { firstThatFits, table } from '../table.ts'
import { accent, bad, bold, dim, good, type Line, type Piece, type Screen, warn } from '../text.ts'
import { count, number } from '../../core/words.ts'
import { wrapped } from '../wrap.ts'
import { sessionTable, since } from './session-table.ts'

interface SessionsResult {
  readonly realm: string
  readonly clients: readonly ClientEstimate[]
  readonly totals: Totals
  readonly tenants?: ReturnType<typeof byTenant>
  readonly sessions?: readonly SessionItem[]
}

/** What a logout would reach: sessions and channels by client, then the blind spots, then the totals. */
export function sessionsView(
  { realm, clients, totals, tenants, sessions }: SessionsResult,
  screen: Screen,
): Line[] {
  // Clients that have no session and no URL would only hide the others.
  const shown = clients
    .filter(
      ({ active, offline, backchannelLogoutUrl, adminUrl }) =>
        active + offline > 0 || backchannelLogoutUrl || adminUrl,
    )
    .sort((a, b) => b.active - a.active || b.offline - a.offline || a.clientId.localeCompare(b.clientId))
  const affected = new Set(
    clients.filter(({ active, offline }) => active + offline > 0).map(({ clientId }) => clientId),
  )
  return [
    ...wrapped([bold(`Realm ${realm}: `), ...totalsPieces(totals)], screen),
    '',
    ...(sessions ? [...sessionTable(sessions, screen), ''] : []),
    ...(tenants ? [...tenantTable(tenants, affected, screen), ''] : []),
    ...(shown.length > 0 ? clientTable(shown, screen) : ['No client has a session or a logout URL.']),
    ...spots(shown, screen),
  ]
}

function totalsPieces({ active, offline, sessions, users, tenants, clients }: Totals): Piece[] {
  if (active + offline === 0) return ['nobody is signed in']
  const distinct =
    users === undefined
      ? `${count(active, 'client session')} (--users counts people)`
      : `${count(users, 'person', 'people')} in ${count(sessions ?? 0, 'session')}`
  const hosts = tenants > 0 ? `, ${count(tenants, 'tenant')}` : ''
  return [
    `${distinct} at ${count(clients, 'client')}${hosts}${offline > 0 ? `, ${number(offline)} offline` : ''}`,
  ]
}

function clientTable(clients: readonly ClientEstimate[], { columns }: Screen): Line[] {
  const hasOffline = clients.some(({ offline }) => offline > 0)
  const hasPeople = clients.some(({ users }) => users !== undefined)
  const way =
    ({ told, people, cut, cell }: { told: string; people: boolean; cut: boolean; cell: Cell }) =>
    (): Line[] =>
      table(
        [
          { head: 'client', ...(cut ? { least: 10 } : {}) },
          { head: 'sessions', align: 'right' },
          ...(hasOffline ? [{ head: 'offline', align: 'right' } as const] : []),
          ...(people ? [{ head: 'people', align: 'right' } as const] : []),
          { head: `${told} user` },
          { head: 'by all' },
          { head: 'by Keycloak' },
        ],
        clients.map((client): Piece[] => [
          client.clientId,
          number(client.active),
          ...(hasOffline ? [client.offline > 0 ? number(client.offline) : dim('-')] : []),
          ...(people ? [number(client.users ?? 0)] : []),
          cell(client.channels.user, client.told.user),
          cell(client.channels.all, client.told.all),
          cell(client.channels.realmStep, client.told.realmStep),
        ]),
        columns,
      )
  // Rather a word less than half a client's name.
  return firstThatFits(
    columns,
    way({ told: 'told by', people: hasPeople, cut: false, cell: channelCell }),
    way({ told: 'told by', people: hasPeople, cut: true, cell: shortCell }),
    way({ told: 'by', people: false, cut: true, cell: shortCell }),
  )
}

type Cell = (channel: string, told: boolean) => Piece

const channelCell: Cell = (channel, told) =>
  told ? good(channel) : channel === 'none' ? bad('no') : bad(`no (${channel})`)

const shortCell: Cell = (_, told) => (told ? good('yes') : bad('no'))

/** Each blind spot once, with all clients that have it. */
function spots(clients: readonly ClientEstimate[], screen: Screen): Line[] {
  const spots = new Map<string, string[]>()
  for (const { clientId, active, offline, findings } of clients)
    for (const { severity, message } of findings)
      if (active + offline > 0 && severity !== 'info')
        spots.set(message, [...(spots.get(message) ?? []), clientId])
  const lines = [...spots].flatMap(([message, names]) =>
    wrapped(
      [warn('! '), accent(names.join(', ')), names.length > 1 ? ` each ${message}` : ` ${message}`],
      screen,
    ),
  )
  return lines.length > 0 ? ['', ...lines] : []
}

function tenantTable(
  tenants: NonNullable<SessionsResult['tenants']>,
  affected: ReadonlySet<string>,
  { columns }: Screen,
): Line[] {
  return table(
    [
      { head: 'tenant', least: 16 },
      { head: 'sessions', align: 'right' },
      { head: 'offline', align: 'right' },
      { head: 'clients', least: 16 },
    ],
    tenants
      .filter(({ active, offline }) => active + offline > 0)
      .map(({ tenant, active, offline, clients }) => [
        tenant ?? dim('(no URL)'),
        number(active),
        number(offline),
        clients.filter((clientId) => affected.has(clientId)).join(', '),
      ]),
    columns,
  )
}

/** One session on one line, in columns that stay in place while sessions stream by. */
export const sessionItemView = (session: SessionItem): Line[] => [
  [
    bold(session.username.padEnd(24)),
    ` ${(session.ipAddress ?? '').padEnd(15)} ${since(session)} `,
    dim(session.id),
    ` ${session.clients.join(', ')}`,
  ],
]
