import type { RealmSummary } from '../../cli/realms/realm-result.ts'
import { badCount, unnotifiedCell, VERDICT_CELL } from '../../cli/realms/summary-cells.ts'
import { formatNumber } from '../../util/format.ts'
import { type AllOutcome, endedIn, leftIn } from './outcome.ts'

/** A realm of several in one line. */
export const realmSummary: RealmSummary<AllOutcome> = {
  heads: [
    { head: 'users', align: 'right' },
    { head: 'sessions', align: 'right' },
    { head: 'ended', align: 'right' },
    { head: 'left', align: 'right' },
    { head: 'not notified', align: 'right' },
    { head: '' },
  ],
  cells(outcome) {
    const { before, clients, verdict } = outcome
    const isPlan = verdict === 'planned'
    const left = leftIn(outcome).count
    return [
      formatNumber(before.users),
      formatNumber(before.sessions),
      isPlan ? '' : formatNumber(endedIn(outcome)),
      isPlan ? '' : badCount(left),
      unnotifiedCell(clients),
      VERDICT_CELL[verdict],
    ]
  },
  verdict: ({ verdict }) => verdict,
}
