import type { ClientResult } from '../../core/client-result.ts'
import { duration, pluralize } from '../../util/format.ts'
import { bad, type Line, type Piece, type Screen } from '../text.ts'
import { wrapped } from '../wrap.ts'

/**
 * Stands before a client that is not told, or is known not to have been reached, so that it is seen first; Keycloak's
 * own consoles have nobody to tell.
 */
export const unnotifiedMark = (client: ClientResult): Piece =>
  isUnnotified(client) || client.delivery === 'failed' ? bad('✗') : ''

const isUnnotified = ({ expectation, reason }: ClientResult) =>
  expectation === 'not-notified' && reason !== 'built-in'

/** What it means that clients are not notified: their applications go on until they look at their tokens again. */
export function unnotifiedNote(clients: readonly ClientResult[], screen: Screen): Line[] {
  const unnotified = clients.filter(isUnnotified)
  if (unnotified.length === 0) return []
  const longest = Math.max(...unnotified.map(({ accessTokenLifespan }) => accessTokenLifespan ?? 0))
  const names = unnotified.map(({ clientId }) => clientId).join(', ')
  return [
    '',
    ...wrapped([bad(`✗ ${pluralize(unnotified.length, 'client')} will not hear of it: `), names], screen),
    ...wrapped(
      longest > 0
        ? `Access tokens issued there stay valid for up to ${duration(longest)}; the application's own session may last longer.`
        : "How long access tokens issued there stay valid is not known; the application's own session may last longer.",
      screen,
    ),
  ]
}
