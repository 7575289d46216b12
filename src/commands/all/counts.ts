/** Counts by key, of both maps. */
export function added(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): Map<string, number> {
  const both = new Map(a)
  for (const [key, count] of b) both.set(key, (both.get(key) ?? 0) + count)
  return both
}

/** The sum of all counts. */
export const total = (counts: ReadonlyMap<string, number>): number =>
  [...counts.values()].reduce((sum, count) => sum + count, 0)

/** Adds one to the count of each key. */
export function countEach(counts: Map<string, number>, keys: readonly string[]): void {
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1)
}
