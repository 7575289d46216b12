import type { ClientResult } from '../../core/client-result.ts'
import { table } from '../../ui/table.ts'
import { bad, dim, good, type Line, type Piece, type Screen, warn } from '../../ui/text.ts'
import { unnotifiedNote } from '../../ui/views/not-notified-note.ts'
import { formatNumber } from '../../util/format.ts'
import type { UserOutcome, UserResult } from './outcome.ts'

/** The first ones tell the story; `--json` lists all. */
const MOST_PEOPLE = 100

/** Many people on a line each: what ends or ended, and what is amiss; those with something amiss first. */
export function peopleLines({ users, dryRun }: UserOutcome, screen: Screen): Line[] {
  const sorted = [...users].sort((a, b) => Number(isAmiss(b)) - Number(isAmiss(a)))
  const more = users.length - MOST_PEOPLE
  return [
    ...table(
      [
        { head: 'person', least: 16 },
        { head: dryRun ? 'ends' : 'ended', align: 'right' },
        { head: dryRun ? 'stays' : 'left', align: 'right' },
        { head: dryRun ? 'not told' : 'what is amiss', least: 16 },
      ],
      sorted
        .slice(0, MOST_PEOPLE)
        .map((person) => [person.username, ...(dryRun ? plannedCells(person) : resultCells(person))]),
      screen.columns,
    ),
    ...(more > 0 ? [dim(`… and ${formatNumber(more)} more (--json lists all)`)] : []),
    ...unnotifiedNote(distinct(users.flatMap(({ clients }) => clients)), dryRun, screen),
  ]
}

const isAmiss = ({ verdict }: UserResult) => verdict === 'failed' || verdict === 'partial'

function plannedCells({ sessions, clients }: UserResult): Piece[] {
  const ends = sessions.filter(({ planned }) => planned).length
  return [formatNumber(ends), formatNumber(sessions.length - ends), namesOfUnnotified(clients)]
}

function resultCells(person: UserResult): Piece[] {
  const ended = person.sessions.filter((session) => session.ended).length
  const { sessionsLeft } = person
  return [
    formatNumber(ended),
    sessionsLeft > 0 ? bad(formatNumber(sessionsLeft)) : good('0'),
    whatIsAmiss(person),
  ]
}

/** The worst of it; `--json` has all. */
function whatIsAmiss(person: UserResult): Piece {
  const [first] = person.errors
  if (first) return bad(first.error)
  if (person.deleted) return warn('deleted meanwhile')
  if (person.disables && person.disabled !== true)
    return warn(person.disabled === null ? 'not known whether locked' : 'not locked')
  if (person.setsNotBefore && person.notBeforeSet !== true)
    return warn(
      person.notBeforeSet === null ? 'not known whether the not-before was set' : 'no not-before set',
    )
  return person.startedAfter > 0 ? warn(`${formatNumber(person.startedAfter)} began meanwhile`) : ''
}

const namesOfUnnotified = (clients: readonly ClientResult[]) =>
  clients
    .filter(({ expectation, reason }) => expectation === 'not-notified' && reason !== 'built-in')
    .map(({ clientId }) => clientId)
    .join(', ')

const distinct = (clients: readonly ClientResult[]) => [
  ...new Map(clients.map((client) => [client.clientId, client])).values(),
]
