import type { ClientEntry } from '../../commands/user/outcome.ts'
import { bad, type Line, type Piece, type Screen } from '../text.ts'
import { count, duration } from '../../util/format.ts'
import { wrapped } from '../wrap.ts'

/**
 * Stands before a client that is not told, or is known not to have been reached, so that it is seen first; Keycloak's
 * own consoles have nobody to tell.
 */
export const untoldMark = (client: ClientEntry): Piece =>
  isUntold(client) || client.delivery === 'failed' ? bad('✗') : ''

const isUntold = ({ expectation, reason }: ClientEntry) => expectation === 'not-told' && reason !== 'built-in'

/** What it means that clients are not told: their applications go on until they look at their tokens again. */
export function untoldNote(clients: readonly ClientEntry[], screen: Screen): Line[] {
  const untold = clients.filter(isUntold)
  if (untold.length === 0) return []
  const longest = Math.max(...untold.map(({ accessTokenLifespan }) => accessTokenLifespan ?? 0))
  const names = untold.map(({ clientId }) => clientId).join(', ')
  return [
    '',
    ...wrapped([bad(`✗ ${count(untold.length, 'client')} will not hear of it: `), names], screen),
    ...wrapped(
      longest > 0
        ? `Access tokens issued there stay valid for up to ${duration(longest)}; the application's own session may last longer.`
        : "How long access tokens issued there stay valid is not known; the application's own session may last longer.",
      screen,
    ),
  ]
}
