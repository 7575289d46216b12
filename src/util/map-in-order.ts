/**
 * Turns items into answers, several at a time, in their own order and as they are wanted: of an endless list no more
 * than `width` are under way.
 */
export async function* mapInOrder<T, R>(
  items: AsyncIterable<T>,
  width: number,
  ask: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const pending: Promise<R>[] = []
  for await (const item of items) {
    const asked = ask(item)
    // Seen to when its turn comes; until then it is no unhandled rejection.
    asked.catch(() => {})
    pending.push(asked)
    const first = pending.length >= width ? pending.shift() : undefined
    if (first) yield await first
  }
  for (const each of pending) yield await each
}
