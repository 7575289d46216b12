/** A clock for one test. Time passes only while everything sleeps, and then at once. */
export interface VirtualClock {
  /** Milliseconds since the epoch. */
  now(): number
  sleep(ms: number): Promise<void>
}

/**
 * Wakes sleepers in order of their time, each when no other work is left. An hour of waiting takes a millisecond, in the
 * same order as in real time.
 */
export function virtualClock(start = 1_800_000_000_000): VirtualClock {
  let now = start
  let serial = 0
  let turning = false
  const sleepers: { at: number; serial: number; wake: () => void }[] = []

  const turn = () => {
    const next = sleepers.sort((a, b) => a.at - b.at || a.serial - b.serial).shift()
    if (!next) {
      turning = false
      return
    }
    now = Math.max(now, next.at)
    next.wake()
    setImmediate(turn)
  }

  return {
    now: () => now,
    sleep: (ms) =>
      new Promise((wake) => {
        sleepers.push({ at: now + Math.max(0, ms), serial: serial++, wake })
        if (turning) return
        turning = true
        setImmediate(turn)
      }),
  }
}
