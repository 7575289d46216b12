import { matchMessage } from './read-message.ts'
import type { LogRecord } from './record.ts'

/** `Some clients have been not been logged out for user ada in customers realm: desk, shop` (before 13 with two "been"). */
const LINE = /^Some clients have (?:been )?not been logged out for user .* in (.*) realm: ?(.+)$/s

/**
 * The clients that an entry of AuthenticationManager names as not logged out. Keycloak joins their sorted ids with `, `,
 * and an id may hold that too: a part that is out of order belongs to the id before it, and so do the parts of an id that
 * the log has named (`isKnown`). Two ids in order that are one stay two.
 */
export function notLoggedOut(
  record: LogRecord,
  isKnown: (clientId: string) => boolean,
): { readonly realm: string; readonly clientIds: readonly string[] } | undefined {
  const match = matchMessage(LINE, record)
  if (!match) return undefined
  const [, realm = '', listed = ''] = match
  return { realm, clientIds: inOrder(joinKnown(listed.split(', '), isKnown)) }
}

function joinKnown(parts: readonly string[], isKnown: (clientId: string) => boolean): string[] {
  const joined: string[] = []
  for (let from = 0; from < parts.length; ) {
    let to = Math.min(parts.length, from + MOST_PARTS)
    while (to > from + 1 && !isKnown(parts.slice(from, to).join(', '))) to--
    joined.push(parts.slice(from, to).join(', '))
    from = to
  }
  return joined
}

const MOST_PARTS = 5

function inOrder(parts: readonly string[]): string[] {
  const ids: string[] = []
  for (const part of parts) {
    const last = ids.at(-1)
    if (last !== undefined && part < last) ids[ids.length - 1] = `${last}, ${part}`
    else ids.push(part)
  }
  return ids
}
