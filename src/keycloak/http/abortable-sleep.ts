/** A sleep that ends when the signal is aborted. Adds one listener to the signal for any number of sleepers. */
export function abortableSleep(signal: AbortSignal): (ms: number) => Promise<void> {
  const wakers = new Set<() => void>()
  signal.addEventListener('abort', () => {
    for (const wake of wakers) wake()
  })
  return (ms) =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve()
      const wake = () => {
        clearTimeout(timer)
        wakers.delete(wake)
        resolve()
      }
      const timer = setTimeout(wake, ms)
      wakers.add(wake)
    })
}
