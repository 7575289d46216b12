import { groupBy } from '../../util/group-by.ts'
import type { SessionTarget } from '../target.ts'

/**
 * Returns the same targets, alternating between clients. Sessions are read client by client; in that order the first
 * client with a hanging application would occupy all slots at once.
 */
export function interleave(targets: readonly SessionTarget[]): readonly SessionTarget[] {
  // Targets share their lists of clients, so the list itself is the key.
  const groups = groupBy(targets, ({ notified }) => notified)
  if (groups.size < 2) return targets
  const longest = [...groups.values()].reduce((most, { length }) => Math.max(most, length), 0)
  const mixed: SessionTarget[] = []
  for (let index = 0; index < longest; index++)
    for (const group of groups.values()) {
      const target = group[index]
      if (target) mixed.push(target)
    }
  return mixed
}
