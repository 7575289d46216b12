/** Counts what was shown until there is enough of it or the signal ends it. */
export function counter(most: number | undefined, signal: AbortSignal) {
  let count = 0
  let finish: () => void = () => {}
  let abandon: (error: unknown) => void = () => {}
  const done = new Promise<void>((resolve, reject) => {
    finish = resolve
    abandon = reject
  })
  done.catch(() => {})
  if (signal.aborted) finish()
  else signal.addEventListener('abort', finish, { once: true })
  return {
    done,
    number: () => count,
    fail: abandon,
    add: () => {
      count++
      if (most !== undefined && count >= most) finish()
    },
  }
}
