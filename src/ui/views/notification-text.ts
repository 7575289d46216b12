import type { ClientResult } from '../../core/client-result.ts'
import {
  expectedText,
  hasCalls,
  hasFailure,
  isAccepted,
  type Notifications,
} from '../../core/notifications.ts'
import { formatNumber } from '../../util/format.ts'
import { bad, good, type Piece, warn } from '../text.ts'

/** Whether a client will be notified, and how often: `yes, 3×`, `0 to 3×`, `no`. */
export function plannedNotificationPiece({ expectation, notifications: { expected } }: ClientResult): Piece {
  if (expectation === 'not-notified') return bad('no')
  const times = `${expectedText(expected, formatNumber)}×`
  return expectation === 'notified' && expected.min === expected.max ? good(`yes, ${times}`) : warn(times)
}

/**
 * What is known of a client's notifications after a run: what was seen, else what is expected. `undefined` where no call
 * was expected and none was seen: why not, the command knows.
 */
export function notificationPiece({
  notifications,
  evidence,
  answers,
}: Pick<ClientResult, 'notifications' | 'evidence' | 'answers'>): Piece | undefined {
  if (!hasCalls(notifications)) return undefined
  if (evidence.length === 0) return warn(`${expectedText(notifications.expected, formatNumber)} expected`)
  const text = seenText(notifications, answers)
  if (hasFailure(notifications)) return bad(text)
  return notifications.unknown > 0 ? warn(text) : good(text)
}

/** `9 accepted, 1 refused (400), 1 failed (read-timeout), 2 unknown`; what is 0 is left out. */
export function seenText(
  { accepted, refused, failed, notSent, unknown }: Notifications,
  answers: ClientResult['answers'],
): string {
  const statuses = answers.flatMap((one) =>
    'status' in one && !isAccepted(one.status) ? [String(one.status)] : [],
  )
  const errors = answers.flatMap((one) => ('error' in one ? [one.error] : []))
  const part = (count: number, word: string, details: readonly string[] = []) =>
    count === 0
      ? []
      : [`${formatNumber(count)} ${word}${details.length > 0 ? ` (${details.join(', ')})` : ''}`]
  return [
    ...part(accepted, 'accepted'),
    ...part(refused, 'refused', statuses),
    ...part(failed, 'failed', errors),
    ...part(notSent, 'not sent'),
    ...part(unknown, 'unknown'),
  ].join(', ')
}
