import type { SessionItem } from '../../core/session-item.ts'
import { table } from '../../ui/table.ts'
import { accent, bold, dim, type Line, type Piece, type Screen, warn } from '../../ui/text.ts'
import { sessionTable, since } from '../../ui/views/session-table.ts'
import { wrapped } from '../../ui/wrap.ts'
import { formatNumber, pluralize } from '../../util/format.ts'
import { reachTable, silentFirst, silentLines } from './clients.view.ts'
import type { byTenant, ClientEstimate, Totals } from './estimate.ts'

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
  const shown = silentFirst(
    clients.filter(
      ({ active, offline, backchannelLogoutUrl, adminUrl }) =>
        active + offline > 0 || backchannelLogoutUrl || adminUrl,
    ),
  )
  const affected = new Set(
    clients.filter(({ active, offline }) => active + offline > 0).map(({ clientId }) => clientId),
  )
  return [
    ...wrapped([bold(`Realm ${realm}: `), ...totalsPieces(totals)], screen),
    ...silentLines(shown, screen),
    '',
    ...(sessions ? [...sessionTable(sessions, screen), ''] : []),
    ...(tenants ? [...tenantTable(tenants, affected, screen), ''] : []),
    ...(shown.length > 0 ? reachTable(shown, screen) : ['No client has a session or a logout URL.']),
    ...spots(shown, screen),
  ]
}

function totalsPieces({ active, offline, sessions, users, tenants, clients }: Totals): Piece[] {
  if (active + offline === 0) return ['nobody is signed in']
  const distinct =
    users === undefined
      ? `${pluralize(active, 'client session')} (--users counts people)`
      : `${pluralize(users, 'person', 'people')} in ${pluralize(sessions ?? 0, 'session')}`
  const hosts = tenants > 0 ? `, ${pluralize(tenants, 'tenant')}` : ''
  return [
    `${distinct} at ${pluralize(clients, 'client')}${hosts}${offline > 0 ? `, ${formatNumber(offline)} offline` : ''}`,
  ]
}

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
        formatNumber(active),
        formatNumber(offline),
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
