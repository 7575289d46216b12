import type { SessionTarget } from '../target.ts'

/** How many sessions of slow clients may wait at the same time while there is other work. */
const NARROW = 2
/** A client is slow when so many of its sessions stalled and none was quick since. */
const STALLS = 2
/** So many times the width may be under way, those that are late included: else each client that hangs adds some. */
const MOST = 2

export interface Lanes {
  /** Works through all targets; `stop` is asked before each next one. */
  run(work: (target: SessionTarget) => Promise<void>, stop: () => boolean): Promise<void>
  /** Says how the target's session behaved, which decides the lane of those that follow. */
  finished(target: SessionTarget, stalled: boolean): void
  /**
   * Its session takes much longer than the others do: it gives its place to another, as long as no more than twice the
   * width are under way, and those of its clients wait until it is known why.
   */
  late(target: SessionTarget): void
  /**
   * The server goes on with it by itself and we only look now and then: no request is under way any more, so it gives its
   * place to another, and its clients count as slow at once.
   */
  park(target: SessionTarget): void
}

type Lane = 'main' | 'late' | 'aside' | 'parked'

/**
 * Two lanes: the main one of fixed width, and a narrow one for sessions that involve a client whose receiver hangs
 * (5 s for each session, behind a firewall that drops packets two minutes). When the main lane has nothing left to do,
 * the narrow one takes its width.
 */
export function createLanes(
  targets: readonly SessionTarget[],
  width: number,
  onSlow: ((clientId: string) => void) | undefined,
): Lanes {
  const stalls = new Map<string, number>()
  const announced = new Set<string>()
  let aside: SessionTarget[] = []
  /** Out of the narrow lane again, as their clients answer. */
  let returned: SessionTarget[] = []
  const laneOf = new Map<SessionTarget, Lane>()
  /** Those that are late, and how many of them involve a client. */
  const late = new Set<SessionTarget>()
  const suspects = new Map<string, number>()
  const busy = { main: 0, late: 0, aside: 0, parked: 0 }
  let next = 0
  let pump = () => {}

  const isSlow = (target: SessionTarget) =>
    (stalls.size > 0 && target.notified.some((clientId) => (stalls.get(clientId) ?? 0) >= STALLS)) ||
    (suspects.size > 0 && target.notified.some((clientId) => suspects.has(clientId)))

  const isMainLeft = () => next < targets.length || returned.length > 0
  const takeMain = (): SessionTarget | undefined => {
    while (isMainLeft()) {
      const target = (returned.pop() ?? targets[next++]) as SessionTarget
      if (!isSlow(target)) return target
      aside.push(target)
    }
    return undefined
  }

  const move = (target: SessionTarget, to: Lane | undefined) => {
    const from = laneOf.get(target)
    if (from) busy[from]--
    if (to) {
      busy[to]++
      laneOf.set(target, to)
    } else laneOf.delete(target)
  }

  /** Somebody answers again: those who wait for nobody else go back to the main lane. */
  const takeBack = () => {
    if (aside.length === 0) return
    const quick = aside.filter((target) => !isSlow(target))
    if (quick.length === 0) return
    aside = aside.filter(isSlow)
    returned = [...returned, ...quick.reverse()]
  }

  const suspect = ({ notified }: SessionTarget, more: 1 | -1) => {
    for (const clientId of notified) {
      const count = (suspects.get(clientId) ?? 0) + more
      if (count > 0) suspects.set(clientId, count)
      else suspects.delete(clientId)
    }
  }

  const stall = (clientId: string, count: number) => {
    stalls.set(clientId, count)
    if (count < STALLS || announced.has(clientId)) return
    announced.add(clientId)
    onSlow?.(clientId)
  }

  return {
    run(work, stop) {
      return new Promise((resolve) => {
        const begin = (target: SessionTarget, lane: 'main' | 'aside') => {
          move(target, lane)
          void work(target).finally(() => {
            move(target, undefined)
            if (late.delete(target)) {
              suspect(target, -1)
              takeBack()
            }
            pump()
          })
        }
        pump = () => {
          while (!stop() && busy.main + busy.late + busy.aside < MOST * width) {
            const target = busy.main < width ? takeMain() : undefined
            if (target) {
              begin(target, 'main')
              continue
            }
            const room = isMainLeft() ? NARROW : width - busy.main
            const waiting = busy.late + busy.aside < room ? aside.shift() : undefined
            if (!waiting) break
            begin(waiting, 'aside')
          }
          if (laneOf.size === 0) resolve()
        }
        pump()
      })
    },

    finished({ notified }, stalled) {
      for (const clientId of notified) {
        if (stalled) stall(clientId, (stalls.get(clientId) ?? 0) + 1)
        else if (stalls.delete(clientId)) takeBack()
      }
    },

    late(target) {
      if (late.has(target) || target.notified.length === 0) return
      late.add(target)
      suspect(target, 1)
      if (laneOf.get(target) !== 'main') return
      move(target, 'late')
      pump()
    },

    park(target) {
      for (const clientId of target.notified) stall(clientId, STALLS)
      // What began in the narrow lane keeps its place: else all sessions of a client that never answers would begin.
      const lane = laneOf.get(target)
      if (lane !== 'main' && lane !== 'late') return
      move(target, 'parked')
      pump()
    },
  }
}
