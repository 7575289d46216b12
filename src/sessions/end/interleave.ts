import type { SessionTarget } from '../target.ts'

/**
 * The same targets, those of different clients in turns: sessions are read by client, and in that order the first
 * client whose receiver hangs would hold every place at once.
 */
export function interleaved(targets: readonly SessionTarget[]): readonly SessionTarget[] {
  // Targets share their lists of clients, so the list itself is the key.
  const groups = new Map<readonly string[], SessionTarget[]>()
  for (const target of targets) {
    const group = groups.get(target.notified)
    if (group) group.push(target)
    else groups.set(target.notified, [target])
  }
  if (groups.size < 2) return targets
  const rows = [...groups.values()]
  const longest = rows.reduce((most, { length }) => Math.max(most, length), 0)
  const mixed: SessionTarget[] = []
  for (let index = 0; index < longest; index++)
    for (const row of rows) {
      const target = row[index]
      if (target) mixed.push(target)
    }
  return mixed
}
