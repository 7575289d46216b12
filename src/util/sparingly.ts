/** Milliseconds. */
const AT_LEAST = 100
/** At most one part in this many of the time is spent on computing. */
const SHARE = 20

/**
 * Returns a function that may be called very often: it computes its value anew ten times a second at most, and less often
 * where that takes long. In between it returns the last value.
 * @param now milliseconds
 */
export function sparingly<T>(compute: () => T, now: () => number): () => T {
  let last: { readonly value: T; readonly until: number } | undefined
  return () => {
    const began = now()
    if (last && began < last.until) return last.value
    const value = compute()
    const ended = now()
    last = { value, until: ended + Math.max(AT_LEAST, SHARE * (ended - began)) }
    return value
  }
}
