import type { ClientResult } from '../../core/client-result.ts'
import { table } from '../../ui/table.ts'
import { bad, dim, good, type Line, type Piece, type Screen, warn } from '../../ui/text.ts'
import { unnotifiedNote } from '../../ui/views/not-notified-note.ts'
import { formatNumber } from '../../util/format.ts'
import type { UserOutcome, UserResult } from './outcome.ts'

/** `--json` lists all. */
const MAX_USERS_SHOWN = 100

/** One line for each of many users, those with a problem first. */
export function summaryLines({ users, dryRun }: UserOutcome, screen: Screen, endedAt?: number): Line[] {
  const sorted = [...users].sort((a, b) => Number(hasProblem(b)) - Number(hasProblem(a)))
  const more = users.length - MAX_USERS_SHOWN
  return [
    ...table(
      [
        { head: 'user', least: 16 },
        { head: dryRun ? 'ends' : 'ended', align: 'right' },
        { head: dryRun ? 'stays' : 'active', align: 'right' },
        { head: dryRun ? 'not notified' : 'problem', least: 16 },
      ],
      sorted
        .slice(0, MAX_USERS_SHOWN)
        .map((user) => [user.username, ...(dryRun ? plannedCells(user) : resultCells(user))]),
      screen.columns,
    ),
    ...(more > 0 ? [dim(`… and ${formatNumber(more)} more (--json lists all)`)] : []),
    ...unnotifiedNote(distinct(users.flatMap(({ clients }) => clients)), dryRun, screen, endedAt),
  ]
}

const hasProblem = ({ verdict }: UserResult) => verdict === 'failed' || verdict === 'partial'

function plannedCells({ sessions, clients }: UserResult): Piece[] {
  const ends = sessions.filter(({ planned }) => planned).length
  return [formatNumber(ends), formatNumber(sessions.length - ends), unnotifiedNames(clients)]
}

function resultCells(user: UserResult): Piece[] {
  const ended = user.sessions.filter((session) => session.ended).length
  const { sessionsLeft } = user
  return [
    formatNumber(ended),
    sessionsLeft > 0 ? bad(formatNumber(sessionsLeft)) : good('0'),
    worstProblem(user),
  ]
}

/** The worst problem; `--json` has all. */
function worstProblem({ errors, startedAfter, ...user }: UserResult): Piece {
  const [first] = errors
  if (first) return bad(first.error)
  if (user.deleted) return user.deletes ? good('deleted') : warn('deleted during the run')
  if (user.disables && user.disabled !== true)
    return warn(user.disabled === null ? 'unknown whether locked' : 'not locked')
  if (user.setsNotBefore && user.notBeforeSet !== true)
    return warn(user.notBeforeSet === null ? 'unknown whether the not-before was set' : 'not-before not set')
  return startedAfter > 0 ? warn(`${formatNumber(startedAfter)} new`) : ''
}

const unnotifiedNames = (clients: readonly ClientResult[]) =>
  clients
    .filter(({ expectation, reason }) => expectation === 'not-notified' && reason !== 'built-in')
    .map(({ clientId }) => clientId)
    .join(', ')

const distinct = (clients: readonly ClientResult[]) => [
  ...new Map(clients.map((client) => [client.clientId, client])).values(),
]
