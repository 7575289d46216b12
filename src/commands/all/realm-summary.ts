import type { RealmSummary } from '../../cli/realms/realm-result.ts'
import { bad, dim, good, type Piece, warn } from '../../ui/text.ts'
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
    const unnotified = clients.filter(
      ({ expectation, reason }) => expectation === 'not-notified' && reason !== 'built-in',
    ).length
    return [
      formatNumber(before.users),
      formatNumber(before.sessions),
      isPlan ? '' : formatNumber(endedIn(outcome)),
      isPlan ? '' : left === 0 ? dim('0') : bad(formatNumber(left)),
      unnotified === 0 ? dim('0') : bad(formatNumber(unnotified)),
      VERDICTS[verdict],
    ]
  },
  verdict: ({ verdict }) => verdict,
}

const VERDICTS: Readonly<Record<AllOutcome['verdict'], Piece>> = {
  'nothing-to-do': dim('nothing to do'),
  planned: '',
  done: good('done'),
  partial: warn('in part'),
  failed: bad('failed'),
}
