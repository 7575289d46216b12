import type { ClientResult, LogoutVerdict } from '../../core/client-result.ts'
import { bad, dim, good, type Piece, warn } from '../../ui/text.ts'
import { formatNumber } from '../../util/format.ts'

/** The verdict of a logout in the row of a realm; empty for a plan. */
export const VERDICT_CELL: Readonly<Record<LogoutVerdict, Piece>> = {
  'nothing-to-do': dim('nothing to do'),
  planned: '',
  done: good('done'),
  partial: warn('in part'),
  failed: bad('failed'),
}

/** A number of things that should not be there. */
export const badCount = (count: number): Piece => (count === 0 ? dim('0') : bad(formatNumber(count)))

/** How many clients are not notified, Keycloak's own aside. */
export const unnotifiedCell = (clients: readonly ClientResult[]): Piece =>
  badCount(
    new Set(
      clients
        .filter(({ expectation, reason }) => expectation === 'not-notified' && reason !== 'built-in')
        .map(({ clientId }) => clientId),
    ).size,
  )
