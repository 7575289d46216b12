import type { ClientResult } from '../../core/client-result.ts'
import { REASON_TEXTS } from '../../core/reach-texts.ts'
import type { SessionEntry } from '../../core/session-item.ts'
import { table } from '../../ui/table.ts'
import { accent, bad, bold, dim, good, type Line, type Piece, type Screen, warn } from '../../ui/text.ts'
import { chosenLines } from '../../ui/views/chosen-lines.ts'
import { deliveryNotes } from '../../ui/views/delivery-notes.ts'
import { unnotifiedMark, unnotifiedNote } from '../../ui/views/not-notified-note.ts'
import { notificationPiece, plannedNotificationPiece } from '../../ui/views/notification-text.ts'
import { sessionTable } from '../../ui/views/session-table.ts'
import { wrapped } from '../../ui/wrap.ts'
import { formatNumber, pluralize } from '../../util/format.ts'
import type { UserOutcome, UserResult } from './outcome.ts'
import { resultLines } from './result.view.ts'
import { summaryLines } from './summary.view.ts'
import { upstreamLines } from './upstream.view.ts'

/** Reading the lists that show them takes too long, or is not permitted. */
const EXPIRED_UNREAD =
  'Expired client sessions were not looked for. Their clients are not notified, and may be missing above.'

/** A user may have hundreds of sessions. */
const MAX_SESSIONS_SHOWN = 20
/** With more users, each gets one line. */
const MAX_USERS_IN_FULL = 5

const INTERRUPTED: Line = [
  warn('Interrupted.'),
  ' Operations in flight may continue in Keycloak. Run the command again to continue.',
]

/**
 * Plan and result of `user`: the sessions of each user, and whether each client is notified.
 * @param endedAt only for a result: when the sessions had ended, milliseconds since the epoch
 */
export const userView = (outcome: UserOutcome, screen: Screen, endedAt?: number): Line[] => {
  const { users, dryRun } = outcome
  return [
    ...chosenLines(outcome.chosen ?? [], screen),
    ...(users.length === 0 ? [[good('Nothing to do'), ': no user matches these options.']] : []),
    ...(users.length > MAX_USERS_IN_FULL
      ? summaryLines(outcome, screen, endedAt)
      : users.flatMap((user, i) => [...(i > 0 ? [''] : []), ...userLines(user, dryRun, screen, endedAt)])),
    ...(users.length > 1 ? ['', totalsLine(outcome)] : []),
    ...(outcome.expiredUnread ? ['', ...wrapped(dim(EXPIRED_UNREAD), screen)] : []),
    ...(outcome.interrupted ? ['', ...wrapped(INTERRUPTED, screen)] : []),
    // The question follows a plan.
    ...(dryRun ? [''] : []),
  ]
}

function userLines(user: UserResult, isPlan: boolean, screen: Screen, endedAt?: number): Line[] {
  const { username, email, id } = user
  return [
    [bold(username), email && email !== username ? ` <${email}>` : '', dim(`  ${id}`)],
    ...(isPlan ? planLines(user) : resultLines(user)).flatMap((line) => wrapped(line, screen)),
    ...upstreamLines(user.identityProviders ?? [], isPlan).flatMap((line) => wrapped(line, screen)),
    // The plan has already shown the sessions. Afterwards they matter only if some did not end.
    ...(isPlan || user.sessionsLeft > 0 ? sessionLines(user, isPlan, screen) : []),
    ...clientTable(user, isPlan, screen),
    ...partLines(user.clients, isPlan).flatMap((line) => wrapped(line, screen)),
    ...deliveryNotes(user.clients, screen),
    ...unnotifiedNote(user.clients, isPlan, screen, endedAt),
  ]
}

function planLines(user: UserResult): Line[] {
  const { sessions, sessionsLeft, setsNotBefore, disables, endsOwnSession, revokedConsents, deletes } = user
  const offline = sessions.filter((session) => !session.planned && session.offline).length
  return [
    ...(disables ? [[warn('locks the account first')]] : []),
    sessionsLeft > 0 ? `ends ${pluralize(sessionsLeft, 'session')}` : 'no sessions to end',
    ...(setsNotBefore ? [notBeforeLine(offline)] : []),
    ...(revokedConsents ? ['revokes all consents afterwards'] : []),
    ...(deletes ? [[warn('deletes the user'), ' if the logout is complete and no session is left']] : []),
    ...(endsOwnSession ? [[warn('your own session is included and ends last')]] : []),
  ]
}

function notBeforeLine(offlineSessions: number): Line {
  if (offlineSessions === 0)
    return "sets the user's not-before: older refresh and offline tokens become invalid"
  const [stop, their, them] = offlineSessions === 1 ? ['stops', 'its', 'it'] : ['stop', 'their', 'them']
  return [
    warn(`${pluralize(offlineSessions, 'offline session')} ${stop} working`),
    `, and ${their} clients are not notified. Use --offline-sessions to notify them, --keep-offline-sessions to leave ${them}.`,
  ]
}

function sessionLines({ sessions, lookedAgain }: UserResult, isPlan: boolean, screen: Screen): Line[] {
  if (sessions.length === 0) return []
  const more = sessions.length - MAX_SESSIONS_SHOWN
  return [
    '',
    ...sessionTable(sessions.slice(0, MAX_SESSIONS_SHOWN), screen, (session) =>
      isPlan ? planMark(session) : resultMark(session, lookedAgain),
    ),
    ...(more > 0 ? [dim(`… and ${formatNumber(more)} more (--json lists all)`)] : []),
  ]
}

function planMark({ planned, invalidated }: SessionEntry): Piece {
  if (planned) return 'ends'
  return invalidated ? warn('stops working') : dim('stays')
}

function resultMark({ planned, ended, invalidated }: SessionEntry, lookedAgain: boolean): Piece {
  if (ended) return good('ended')
  if (!planned)
    return invalidated === undefined ? dim('stays') : warn(invalidated ? 'stopped working' : 'unknown')
  return lookedAgain ? bad('active') : warn('unknown')
}

function clientTable({ clients, sessions }: UserResult, isPlan: boolean, { columns }: Screen): Line[] {
  if (clients.length === 0) return []
  const isActiveAt = (clientId: string) =>
    sessions.some((session) => !session.ended && session.clients.includes(clientId))
  const rows = clients.map((client) => [
    unnotifiedMark(client),
    client.alongside ? warn(`${client.clientId} (shared session)`) : client.clientId,
    isPlan ? plannedNotificationPiece(client) : notifiedCell(client, isActiveAt(client.clientId)),
    client.url && client.expectation !== 'not-notified' ? accent(client.url) : dim(reasonOf(client)),
  ])
  const heads = [
    { head: '' },
    { head: 'client', least: 12 },
    { head: 'notified' },
    { head: 'URL or reason', least: 17 },
  ]
  return ['', ...table(heads, rows, columns)]
}

/** @param isActive a session of it did not end */
function notifiedCell(client: ClientResult, isActive: boolean): Piece {
  if (client.expectation === 'not-notified') return bad('no')
  // Its sessions had already ended, or it is unknown who ended them.
  return notificationPiece(client) ?? warn(isActive ? 'not yet' : 'unknown')
}

/** Sessions of which a client is not notified, although it is of others. */
function partLines(clients: readonly ClientResult[], isPlan: boolean): Line[] {
  const be = isPlan ? 'is not' : 'was not'
  return clients
    .filter(({ sessions, expectation }) => sessions > 0 && expectation !== 'not-notified')
    .flatMap(({ clientId, expired = 0, invalidated = 0 }) => [
      ...(expired > 0
        ? [
            [
              warn(`! ${clientId} ${be} notified of ${pluralize(expired, 'session')}`),
              ': its own session there has expired',
            ],
          ]
        : []),
      ...(invalidated > 0
        ? [
            [
              warn(`! ${clientId} ${be} notified of ${pluralize(invalidated, 'offline session')}`),
              `: ${invalidated === 1 ? 'it stops' : 'they stop'} working, but ${invalidated === 1 ? 'stays' : 'stay'} listed`,
            ],
          ]
        : []),
    ])
}

const reasonOf = ({ reason }: ClientResult) => (reason ? REASON_TEXTS[reason] : '')

function totalsLine({ users, dryRun }: UserOutcome): Line {
  const left = users.reduce((sum, { sessionsLeft }) => sum + sessionsLeft, 0)
  const ended = users.flatMap(({ sessions }) => sessions.filter((session) => session.ended)).length
  const whom = pluralize(users.length, 'user')
  return [
    bold(
      dryRun
        ? `${whom}, ${pluralize(left, 'session')} to end`
        : `${whom}: ${pluralize(ended, 'session')} ended, ${formatNumber(left)} still active`,
    ),
  ]
}
