import type { Target } from './targets.ts'

/** How many sessions of slow clients may wait at the same time while there is other work. */
const NARROW = 2
/** A client is slow when so many of its sessions stalled and none was quick since. */
const STALLS = 2

export interface Lanes {
  /** Works through all targets; `stop` is asked before each next one. */
  run(work: (target: Target) => Promise<void>, stop: () => boolean): Promise<void>
  /** Says how the target's session behaved, which decides the lane of those that follow. */
  finished(target: Target, stalled: boolean): void
}

/**
 * Two lanes: the main one of fixed width, and a narrow one for sessions that involve a client whose receiver hangs
 * (5 s for each session, behind a firewall that drops packets two minutes). When the main lane has nothing left to do,
 * the narrow one takes its width.
 */
export function lanes(
  targets: readonly Target[],
  width: number,
  onSlow: ((clientId: string) => void) | undefined,
): Lanes {
  const stalls = new Map<string, number>()
  const announced = new Set<string>()
  const aside: Target[] = []
  let next = 0

  const isSlow = (target: Target) =>
    stalls.size > 0 && target.told.some((clientId) => (stalls.get(clientId) ?? 0) >= STALLS)

  const takeMain = (): Target | undefined => {
    while (next < targets.length) {
      const target = targets[next++] as Target
      if (!isSlow(target)) return target
      aside.push(target)
    }
    return undefined
  }

  return {
    run(work, stop) {
      return new Promise((resolve) => {
        let busyMain = 0
        let busyAside = 0
        const pump = () => {
          while (!stop()) {
            const target = busyMain < width ? takeMain() : undefined
            if (target) {
              busyMain++
              void work(target).finally(() => {
                busyMain--
                pump()
              })
              continue
            }
            const room = next >= targets.length ? width - busyMain : NARROW
            const waiting = busyAside < room ? aside.shift() : undefined
            if (!waiting) break
            busyAside++
            void work(waiting).finally(() => {
              busyAside--
              pump()
            })
          }
          if (busyMain + busyAside === 0) resolve()
        }
        pump()
      })
    },

    finished({ told }, stalled) {
      for (const clientId of told) {
        const count = stalled ? (stalls.get(clientId) ?? 0) + 1 : 0
        if (count === 0) stalls.delete(clientId)
        else stalls.set(clientId, count)
        if (count === STALLS && !announced.has(clientId)) {
          announced.add(clientId)
          onSlow?.(clientId)
        }
      }
    },
  }
}
