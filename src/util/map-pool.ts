/** Asks about each item, so many at a time, and keeps their order. The first failure ends it: no further item is begun. */
export async function mapPool<T, R>(
  items: readonly T[],
  width: number,
  ask: (item: T) => Promise<R>,
): Promise<R[]> {
  const answers = new Array<R>(items.length)
  const entries = items.entries()
  let failed = false
  const worker = async () => {
    // One iterator for all workers: each takes the next item.
    for (const [index, item] of entries) {
      if (failed) return
      try {
        answers[index] = await ask(item)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker))
  return answers
}
