import { blindSpotText } from '../../core/blind-spot-texts.ts'
import type { Chosen } from '../../core/choice.ts'
import type { Finding } from '../../core/finding.ts'
import type { SessionCount } from '../../core/model.ts'
import type { SessionItem } from '../../core/session-item.ts'
import { table } from '../../ui/table.ts'
import { accent, bold, dim, type Line, type Screen, type View, warn } from '../../ui/text.ts'
import { chosenLines } from '../../ui/views/chosen-lines.ts'
import { clientsText, sessionTable, since } from '../../ui/views/session-table.ts'
import { wrapped } from '../../ui/wrap.ts'
import { formatNumber, joinWords, pluralize } from '../../util/format.ts'
import { notNotifiedFirst, notNotifiedLines, reachTable } from './clients.view.ts'
import { type byTenant, type ClientEstimate, hasSessions, type SessionTotals } from './estimate.ts'

export interface SessionsResult {
  readonly realm: string
  readonly chosen?: readonly Chosen[]
  readonly clients: readonly ClientEstimate[]
  readonly totals: SessionTotals
  readonly tenants?: ReturnType<typeof byTenant>
  readonly sessions?: readonly SessionItem[]
  readonly notVisible?: readonly SessionCount[]
}

/** What a logout would reach: totals, sessions and notification by client, then the blind spots. */
export function sessionsView(
  { realm, chosen = [], clients, totals, tenants, sessions, notVisible = [] }: SessionsResult,
  screen: Screen,
): Line[] {
  const shown = notNotifiedFirst(
    clients.filter(
      (client) => hasSessions(client) || Boolean(client.backchannelLogoutUrl) || Boolean(client.adminUrl),
    ),
  )
  const affected = new Set(clients.filter(hasSessions).map(({ clientId }) => clientId))
  return [
    ...chosenLines(chosen, screen),
    ...wrapped(
      [bold(`Realm ${realm}: `), totalsText(totals, notVisible.length > 0, chosen.length > 0)],
      screen,
    ),
    ...notNotifiedLines(shown, screen),
    ...unseenLines(totals, notVisible).flatMap((line) => wrapped(line, screen)),
    '',
    ...(sessions ? [...sessionTable(sessions, screen), ''] : []),
    ...(tenants ? [...tenantTable(tenants, affected, screen), ''] : []),
    ...(shown.length > 0 ? reachTable(shown, screen) : ['No client has a session or a logout URL.']),
    ...blindSpotLines(shown, screen),
  ]
}

function totalsText(totals: SessionTotals, hasHidden: boolean, isChosen: boolean): string {
  const { active, offline, sessions, offlineSessions = 0, users, tenants, clients, withoutClient } = totals
  if (active + offline === 0 && !users) {
    if (isChosen) return 'no session matches these options'
    const isSure = !hasHidden && withoutClient !== null
    if (isSure) return 'no user is signed in'
    return hasHidden ? 'no client that you may view has a session' : 'no client has a session'
  }
  const atTenants = tenants > 0 ? `, ${pluralize(tenants, 'tenant')}` : ''
  const at = ` at ${pluralize(clients, 'client')}${atTenants}`
  if (users === undefined) {
    const offlineToo = offline > 0 ? `, ${formatNumber(offline)} offline` : ''
    return `${pluralize(active, 'client session')} (add --users to count users)${at}${offlineToo}`
  }
  const offlineToo = offlineSessions > 0 ? ` and ${pluralize(offlineSessions, 'offline session')}` : ''
  return `${pluralize(users, 'user')} in ${pluralize(sessions ?? 0, 'session')}${offlineToo}${at}`
}

/** What is in none of the tables. */
function unseenLines({ withoutClient = 0 }: SessionTotals, notVisible: readonly SessionCount[]): Line[] {
  const count = withoutClient ?? 0
  const has = count === 1 ? 'has' : 'have'
  return [
    ...(count > 0
      ? [
          [
            warn(`${pluralize(count, 'session')} ${has} no client`),
            ': no application is notified, but the browser signs in without a password (--list names them)',
          ],
        ]
      : []),
    ...(withoutClient === null ? [dim('Not all sessions without a client were looked for.')] : []),
    ...(notVisible.length > 0
      ? [
          [
            warn(
              `${pluralize(notVisible.length, 'client')} with sessions ${notVisible.length === 1 ? 'is' : 'are'} not visible to you: `,
            ),
            notVisible
              .map(({ clientId, active, offline }) => `${clientId} (${formatNumber(active + offline)})`)
              .join(', '),
          ],
        ]
      : []),
  ]
}

/** Each blind spot once, with all clients that have it. */
function blindSpotLines(clients: readonly ClientEstimate[], screen: Screen): Line[] {
  const spots = new Map<string, { finding: Finding; names: string[] }>()
  for (const { clientId, findings } of clients.filter(hasSessions))
    for (const finding of findings.filter(({ severity }) => severity !== 'info')) {
      const spot = spots.get(finding.message) ?? { finding, names: [] }
      spots.set(finding.message, spot)
      spot.names.push(clientId)
    }
  const lines = [...spots.values()].flatMap(({ finding, names }) =>
    wrapped([warn('! '), accent(joinWords(names)), ` ${blindSpotText(finding, names.length)}`], screen),
  )
  return lines.length > 0 ? ['', ...lines, dim('`kc-logout doctor` shows the fix for each.')] : []
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

/** A terminal of at least this many columns shows a session on one line. */
const ONE_LINE = 110
const HEADING = `${'user'.padEnd(24)} ${'from'.padEnd(15)} since (UTC)`

/**
 * Sessions one by one below a heading, in fixed columns, so that a stream of lines stays aligned; two lines each where
 * one is too long.
 */
export function sessionListView(): View<SessionItem> {
  let isFirst = true
  return (session, { columns }) => {
    const isWide = columns >= ONE_LINE
    const heading = dim(isWide ? `${HEADING.padEnd(57)} id, clients` : HEADING)
    const head: Line[] = isFirst ? [heading] : []
    isFirst = false
    const who = [
      bold(session.username.padEnd(24)),
      ` ${(session.ipAddress ?? '').padEnd(15)} ${since(session)}`,
    ]
    const what = [dim(session.id), ` ${clientsText(session)}`]
    return [...head, ...(isWide ? [[...who, ' ', ...what]] : [who, ['  ', ...what]])]
  }
}
