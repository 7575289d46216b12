/** Asks about each item, so many at a time, and keeps their order. The first failure ends it. */
export async function mapPool<T, R>(
  items: readonly T[],
  width: number,
  ask: (item: T) => Promise<R>,
): Promise<R[]> {
  const answers = new Array<R>(items.length)
  const entries = items.entries()
  const worker = async () => {
    // One iterator for all workers: each takes the next item.
    for (const [index, item] of entries) answers[index] = await ask(item)
  }
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker))
  return answers
}
