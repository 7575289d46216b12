import type { ClientResult } from '../../core/client-result.ts'
import { REASON_TEXTS } from '../../core/reach-texts.ts'
import type { SessionEntry } from '../../core/session-item.ts'
import { table } from '../../ui/table.ts'
import { accent, bad, bold, dim, good, type Line, type Piece, type Screen, warn } from '../../ui/text.ts'
import { unnotifiedMark, unnotifiedNote } from '../../ui/views/not-notified-note.ts'
import { sessionTable } from '../../ui/views/session-table.ts'
import { wrapped } from '../../ui/wrap.ts'
import { formatNumber, pluralize } from '../../util/format.ts'
import type { UserOutcome, UserResult } from './outcome.ts'
import { peopleLines } from './summary.view.ts'

/** A person may have hundreds of sessions; the first ones tell the story. */
const MOST_SESSIONS = 20
/** More than so many people have a line each. */
const FEW_PEOPLE = 5

const INTERRUPTED: Line = [
  warn('Interrupted.'),
  ' What was under way may go on in Keycloak. Run it again to go on with what is left.',
]

/** Plan and result of `user`: of each person the sessions, and of each client whether it is told. */
export const userView = (outcome: UserOutcome, screen: Screen): Line[] => {
  const { users, dryRun } = outcome
  return [
    ...(users.length > FEW_PEOPLE
      ? peopleLines(outcome, screen)
      : users.flatMap((person, i) => [...(i > 0 ? [''] : []), ...personLines(person, dryRun, screen)])),
    ...(users.length > 1 ? ['', totals(outcome)] : []),
    ...(outcome.interrupted ? ['', ...wrapped(INTERRUPTED, screen)] : []),
    // A plan is followed by the question.
    ...(dryRun ? [''] : []),
  ]
}

function personLines(person: UserResult, isPlan: boolean, screen: Screen): Line[] {
  const { username, email, id } = person
  return [
    [bold(username), email && email !== username ? ` <${email}>` : '', dim(`  ${id}`)],
    ...(isPlan ? planLines(person) : resultLines(person)).flatMap((line) => wrapped(line, screen)),
    // The plan has shown them already: afterwards only what did not end is news.
    ...(isPlan || person.sessionsLeft > 0 ? sessionLines(person, isPlan, screen) : []),
    ...clientTable(person, isPlan, screen),
    ...unnotifiedNote(person.clients, isPlan, screen),
  ]
}

function planLines(person: UserResult): Line[] {
  const { sessionsLeft, setsNotBefore, disables, endsOwnSession } = person
  const staying = person.sessions.filter(({ planned }) => !planned)
  const stayingOffline = staying.filter(({ offline }) => offline).length
  return [
    ...(disables ? [[warn('locks the account first')]] : []),
    sessionsLeft > 0 ? `ends ${pluralize(sessionsLeft, 'session')}` : 'has no session to end',
    ...(setsNotBefore
      ? [
          stayingOffline > 0
            ? [
                warn(`makes the tokens of ${pluralize(stayingOffline, 'offline session')} unusable`),
                ` without telling ${stayingOffline === 1 ? 'its' : 'their'} clients (--offline-sessions tells them, --keep-offline-sessions spares them)`,
              ]
            : "sets the person's not-before: older refresh and offline tokens become unusable",
        ]
      : []),
    ...(endsOwnSession ? [[warn('this is the session you are signed in with: it ends last')]] : []),
  ]
}

function resultLines(person: UserResult): Line[] {
  const { startedAfter, errors, deleted } = person
  return [
    headOf(person),
    ...errors.map(({ error }): Line => [bad('failed: '), error]),
    ...(deleted
      ? [[warn('the person was deleted meanwhile')]]
      : [...lockLines(person), ...notBeforeLines(person)]),
    ...(startedAfter > 0
      ? [
          [
            warn(`${pluralize(startedAfter, 'session')} began meanwhile`),
            ': the person can still sign in (--disable locks the account)',
          ],
        ]
      : []),
  ]
}

function headOf({ sessions, sessionsLeft, startedAfter, lookedAgain, ...person }: UserResult): Line {
  const ended = sessions.filter((session) => session.ended).length
  if (sessionsLeft > 0)
    return lookedAgain
      ? [bad(`${pluralize(sessionsLeft, 'session')} left`), `, ${formatNumber(ended)} ended`]
      : [
          bad(`${pluralize(sessionsLeft, 'session')} not known to have ended`),
          `, ${formatNumber(ended)} ended`,
        ]
  if (ended === 0) {
    const isNothing = !person.setsNotBefore && !person.disables
    return isNothing
      ? [good('nothing to do'), ': there was no session to end']
      : ['there was no session to end']
  }
  if (!lookedAgain)
    return [good(`${pluralize(ended, 'session')} ended`), warn(', but what is left could not be looked at')]
  return [good(`${pluralize(ended, 'session')} ended${startedAfter > 0 ? '' : ', none left'}`)]
}

function lockLines({ disables, disabled }: UserResult): Line[] {
  if (!disables) return []
  if (disabled) return [[good('the account is locked')]]
  return [
    disabled === null
      ? [warn('whether the account was locked is not known')]
      : [bad('the account was not locked')],
  ]
}

function notBeforeLines({ setsNotBefore, notBeforeSet, sessions }: UserResult): Line[] {
  if (!setsNotBefore) return []
  // Where sessions ended, that is the news; here it is all that was done.
  if (notBeforeSet)
    return sessions.some(({ ended }) => ended)
      ? []
      : [[good('the not-before was set'), ': older refresh and offline tokens are unusable']]
  const what =
    notBeforeSet === null ? 'whether the not-before was set is not known' : 'the not-before was not set'
  return [[warn(what), ': older refresh and offline tokens may still be used']]
}

function sessionLines({ sessions, lookedAgain }: UserResult, isPlan: boolean, screen: Screen): Line[] {
  if (sessions.length === 0) return []
  const more = sessions.length - MOST_SESSIONS
  return [
    '',
    ...sessionTable(sessions.slice(0, MOST_SESSIONS), screen, (session) =>
      isPlan ? planMark(session) : resultMark(session, lookedAgain),
    ),
    ...(more > 0 ? [dim(`… and ${formatNumber(more)} more (--json lists all)`)] : []),
  ]
}

const planMark = ({ planned }: SessionEntry): Piece => (planned ? 'ends' : dim('stays'))

function resultMark({ planned, ended }: SessionEntry, lookedAgain: boolean): Piece {
  if (ended) return good('ended')
  if (!planned) return dim('stays')
  return lookedAgain ? bad('left') : warn('unknown')
}

function clientTable({ clients, sessions }: UserResult, isPlan: boolean, { columns }: Screen): Line[] {
  if (clients.length === 0) return []
  const isStillAt = (id: string) => sessions.some(({ ended, clients: at }) => !ended && at.includes(id))
  const rows = clients.map((client) => [
    unnotifiedMark(client),
    client.alongside ? warn(`${client.clientId} (with it)`) : client.clientId,
    isPlan ? plannedCell(client) : notifiedCell(client, isStillAt(client.clientId)),
    client.url && client.expectation === 'notified' ? accent(client.url) : dim(reasonOf(client)),
  ])
  const heads = [
    { head: '' },
    { head: 'client', least: 12 },
    { head: 'notified' },
    { head: 'where, or why not', least: 17 },
  ]
  return ['', ...table(heads, rows, columns)]
}

const plannedCell = ({ expectation, sessions }: ClientResult): Piece =>
  expectation === 'notified' ? good(`yes, ${sessions}×`) : bad('no')

function notifiedCell({ expectation, ended, delivery }: ClientResult, isStillAt: boolean): Piece {
  if (expectation !== 'notified') return bad('no')
  if (delivery !== 'none') return good(`${ended}×, answers unknown`)
  // Its sessions had gone before their turn, or nobody saw who ended them.
  return warn(isStillAt ? 'not yet' : 'not known')
}

const reasonOf = ({ reason }: ClientResult) => (reason ? REASON_TEXTS[reason] : '')

const totals = ({ users, dryRun }: UserOutcome): Line => {
  const left = users.reduce((sum, { sessionsLeft }) => sum + sessionsLeft, 0)
  const ended = users.reduce(
    (sum, { sessions }) => sum + sessions.filter((session) => session.ended).length,
    0,
  )
  if (dryRun)
    return [bold(`${pluralize(users.length, 'person', 'people')}, ${pluralize(left, 'session')} to end`)]
  return [
    bold(
      `${pluralize(users.length, 'person', 'people')}: ${pluralize(ended, 'session')} ended, ${formatNumber(left)} left`,
    ),
  ]
}
