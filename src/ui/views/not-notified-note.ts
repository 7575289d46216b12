import type { ClientResult } from '../../core/client-result.ts'
import { hasFailure } from '../../core/notifications.ts'
import { REASON_TEXTS } from '../../core/reach-texts.ts'
import { duration, pluralize } from '../../util/format.ts'
import { bad, type Line, type Piece, type Screen, warn } from '../text.ts'
import { wrapped } from '../wrap.ts'

/** A mark for a client that is not or perhaps not notified, or whose delivery failed. Built-in clients need no notification. */
export const unnotifiedMark = (client: ClientResult): Piece =>
  isUnnotified(client) || hasFailure(client.notifications) ? bad('✗') : isUncertain(client) ? warn('!') : ''

const isUnnotified = ({ expectation, reason }: ClientResult) =>
  expectation === 'not-notified' && reason !== 'built-in'

/** Nothing was seen, and fewer calls than sessions are possible. */
const isUncertain = ({ expectation, evidence }: ClientResult) =>
  expectation === 'uncertain' && evidence.length === 0

/**
 * Names the clients that are not notified and says how long access tokens stay valid, then those of which it is
 * uncertain. Empty if all are notified.
 * @param isPlan true before the operation, false after it
 * @param endedAt when the sessions had ended, milliseconds since the epoch: adds until when access tokens are valid
 */
export function unnotifiedNote(
  clients: readonly ClientResult[],
  isPlan: boolean,
  screen: Screen,
  endedAt?: number,
): Line[] {
  const unnotified = clients.filter(isUnnotified)
  const [first] = unnotified
  if (!first) return uncertainNote(clients, isPlan, screen)
  const names = unnotified.map(({ clientId }) => clientId).join(', ')
  const verb = isPlan ? 'will not be' : unnotified.length === 1 ? 'was not' : 'were not'
  const longest = Math.max(...clients.map(({ accessTokenLifespan }) => accessTokenLifespan ?? 0))
  const tokens =
    longest > 0
      ? `Access tokens stay valid for up to ${duration(longest)}${endedAt === undefined ? '' : ` (until ${untilText(endedAt, longest)})`}.`
      : 'How long access tokens stay valid is unknown.'
  const sessions =
    unnotified.length === 1
      ? `${first.clientId} may keep its own session longer.`
      : 'These clients may keep their own sessions longer.'
  return [
    '',
    ...wrapped([bad(`✗ ${pluralize(unnotified.length, 'client')} ${verb} notified: `), names], screen),
    ...wrapped(`${tokens} ${sessions}`, screen),
    ...uncertainNote(clients, isPlan, screen),
  ]
}

function uncertainNote(clients: readonly ClientResult[], isPlan: boolean, screen: Screen): Line[] {
  const uncertain = clients.filter(isUncertain)
  if (uncertain.length === 0) return []
  const names = uncertain.map(({ clientId, reason }) =>
    reason === undefined ? clientId : `${clientId} (${REASON_TEXTS[reason]})`,
  )
  const verb = isPlan ? 'may not be' : 'may not have been'
  return [
    '',
    ...wrapped(
      [warn(`! ${pluralize(uncertain.length, 'client')} ${verb} notified: `), names.join(', ')],
      screen,
    ),
  ]
}

/** `13:02 UTC`, rounded up, with the date if it is another day. */
function untilText(from: number, seconds: number): string {
  const iso = new Date(Math.ceil((from + seconds * 1000) / 60_000) * 60_000).toISOString()
  const isSameDay = new Date(from).toISOString().slice(0, 10) === iso.slice(0, 10)
  return `${isSameDay ? '' : `${iso.slice(0, 10)} `}${iso.slice(11, 16)} UTC`
}
