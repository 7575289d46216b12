import type { RealmSummary } from '../../cli/realms/realm-result.ts'
import { bad, dim, good, type Piece, warn } from '../../ui/text.ts'
import { formatNumber } from '../../util/format.ts'
import type { UserOutcome } from './outcome.ts'

/** A realm of several in one line. */
export const realmSummary: RealmSummary<UserOutcome> = {
  heads: [
    { head: 'users', align: 'right' },
    { head: 'to end', align: 'right' },
    { head: 'ended', align: 'right' },
    { head: 'not notified', align: 'right' },
    { head: '' },
  ],
  cells({ users, dryRun, verdict }) {
    const ended = users.flatMap(({ sessions }) => sessions.filter((session) => session.ended)).length
    const left = users.reduce((sum, { sessionsLeft }) => sum + sessionsLeft, 0)
    const unnotified = new Set(
      users
        .flatMap(({ clients }) => clients)
        .filter(({ expectation, reason }) => expectation === 'not-notified' && reason !== 'built-in')
        .map(({ clientId }) => clientId),
    ).size
    return [
      formatNumber(users.length),
      formatNumber(left),
      dryRun ? '' : formatNumber(ended),
      unnotified === 0 ? dim('0') : bad(formatNumber(unnotified)),
      VERDICTS[verdict],
    ]
  },
  verdict: ({ verdict }) => verdict,
}

const VERDICTS: Readonly<Record<UserOutcome['verdict'], Piece>> = {
  'nothing-to-do': dim('nothing to do'),
  planned: '',
  done: good('done'),
  partial: warn('in part'),
  failed: bad('failed'),
}
