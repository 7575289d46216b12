import type { RealmSummary } from '../../cli/realms/realm-result.ts'
import { unnotifiedCell, VERDICT_CELL } from '../../cli/realms/summary-cells.ts'
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
    return [
      formatNumber(users.length),
      formatNumber(left),
      dryRun ? '' : formatNumber(ended),
      unnotifiedCell(users.flatMap(({ clients }) => clients)),
      VERDICT_CELL[verdict],
    ]
  },
  verdict: ({ verdict }) => verdict,
}
