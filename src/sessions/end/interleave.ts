import { groupBy } from '../../util/group-by.ts'
import { type EndUnit, isUser } from './units.ts'

/**
 * Returns the same units, alternating between clients. Sessions are read client by client; in that order the first
 * client with a hanging application would occupy all slots at once.
 */
export function interleave<Unit extends EndUnit>(units: readonly Unit[]): readonly Unit[] {
  // Sessions share their lists of clients, so the list itself is the key.
  const groups = groupBy(units, (unit) => (isUser(unit) ? unit.notified.join(' ') : unit.notified))
  if (groups.size < 2) return units
  const longest = [...groups.values()].reduce((most, { length }) => Math.max(most, length), 0)
  const mixed: Unit[] = []
  for (let index = 0; index < longest; index++)
    for (const group of groups.values()) {
      const unit = group[index]
      if (unit) mixed.push(unit)
    }
  return mixed
}
