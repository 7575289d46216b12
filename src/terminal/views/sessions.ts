import type { byTenant, ClientEstimate, Totals } from '../../core/estimate.ts'
import type { SessionItem } from '../../core/session-item.ts'
import { table } from '../table.ts'
import { accent, bad, bold, dim, good, type Line, type Piece, type Screen, warn } from '../text.ts'
import { count, number } from '../words.ts'
import { wrapped } from '../wrap.ts'

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
  return [
    [bold(`Realm ${realm}: `), ...totalsPieces(totals)],
    '',
    ...(sessions ? [...sessionTable(sessions, screen), ''] : []),
    ...(tenants ? [...tenantTable(tenants, screen), ''] : []),
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
  const rows = clients.map(({ clientId, active, offline, users, channels, told }) => [
    clientId,
    number(active),
    offline > 0 ? number(offline) : dim('-'),
    users === undefined ? '' : number(users),
    cell(channels.user, told.user),
    cell(channels.all, told.all),
    cell(channels.realmStep, told.realmStep),
  ])
  return table(
    [
      { head: 'client', flexible: true },
      { head: 'sessions', align: 'right' },
      { head: 'offline', align: 'right' },
      { head: 'people', align: 'right' },
      { head: 'told by user' },
      { head: 'by all' },
      { head: 'by Keycloak' },
    ],
    rows,
    columns,
  )
}

const cell = (channel: string, told: boolean): Piece =>
  told ? good(channel) : channel === 'none' ? bad('no') : bad(`no (${channel})`)

function spots(clients: readonly ClientEstimate[], screen: Screen): Line[] {
  const lines = clients
    .filter(({ active, offline }) => active + offline > 0)
    .flatMap(({ clientId, findings }) =>
      findings
        .filter(({ severity }) => severity !== 'info')
        .flatMap(({ message }) => wrapped([warn('! '), accent(clientId), ` ${message}`], screen)),
    )
  return lines.length > 0 ? ['', ...lines] : []
}

const tenantTable = (tenants: NonNullable<SessionsResult['tenants']>, { columns }: Screen): Line[] =>
  table(
    [
      { head: 'tenant', flexible: true },
      { head: 'sessions', align: 'right' },
      { head: 'offline', align: 'right' },
      { head: 'clients', flexible: true },
    ],
    tenants
      .filter(({ active, offline }) => active + offline > 0)
      .map(({ tenant, active, offline, clients }) => [
        tenant ?? dim('(no URL)'),
        number(active),
        number(offline),
        clients.join(', '),
      ]),
    columns,
  )

const sessionTable = (sessions: readonly SessionItem[], { columns }: Screen): Line[] =>
  table(
    [{ head: 'since (UTC)' }, { head: 'from' }, { head: 'clients', flexible: true }, { head: 'id' }],
    sessions.map(({ started, offline, ipAddress, clients, id }) => [
      `${started.slice(0, 16).replace('T', ' ')}${offline ? ' offline' : ''}`,
      ipAddress ?? '',
      clients.join(', '),
      dim(id),
    ]),
    columns,
  )

/** One session on one line, in columns that stay in place while sessions stream by. */
export function sessionItemView({ username, ipAddress, started, offline, clients, id }: SessionItem): Line[] {
  const time = started.slice(0, 16).replace('T', ' ')
  return [
    [
      bold(username.padEnd(24)),
      ` ${(ipAddress ?? '').padEnd(15)} ${time}${offline ? ' offline' : ''} `,
      dim(id),
      ` ${clients.join(', ')}`,
    ],
  ]
}
