import { type Answered, failedAnswers } from '../../core/failed-answers.ts'
import { formatNumber } from '../../util/format.ts'
import { accent, bad, type Line, type Screen } from '../text.ts'
import { wrapped } from '../wrap.ts'

/** What was refused, failed or not sent, with causes and remedies, as lines; empty if everything was accepted. */
export function deliveryNotes(clients: readonly Answered[], screen: Screen): Line[] {
  const failed = failedAnswers(clients)
  if (failed.length === 0) return []
  return [
    '',
    ...failed.flatMap(({ clientId, what, count, why, fix }) =>
      wrapped([bad('! '), accent(clientId), ` ${formatNumber(count)}× ${what}: ${why} ${fix}`], screen),
    ),
  ]
}
