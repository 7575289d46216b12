import type { SessionTarget } from '../target.ts'
import { SlowClients } from './slow-clients.ts'

/** Slots of the slow lane while the main lane still has work. */
const SLOW_LANE_WIDTH = 2
/** At most this many times `width` requests in flight, overdue ones included. Otherwise each hanging client adds some. */
const MAX_IN_FLIGHT_FACTOR = 2

type Lane = 'main' | 'slow' | 'overdue' | 'detached'

interface Run {
  readonly work: (target: SessionTarget) => Promise<void>
  readonly shouldStop: () => boolean
  readonly finish: () => void
}

/**
 * Schedules sessions in two lanes: a main lane of fixed width, and a narrow slow lane for sessions that involve a slow
 * client. An application that hangs costs 5 s per session, about two minutes behind a firewall that drops packets. When
 * the main lane has no work left, the slow lane takes its width.
 */
export class Lanes {
  readonly #targets: readonly SessionTarget[]
  readonly #width: number
  readonly #slowClients: SlowClients
  #next = 0
  /** Waiting for the slow lane. */
  #slow: SessionTarget[] = []
  /** Back from the slow lane, because their clients answer again. */
  #returned: SessionTarget[] = []
  readonly #laneOf = new Map<SessionTarget, Lane>()
  readonly #inFlight = { main: 0, slow: 0, overdue: 0, detached: 0 }
  readonly #overdue = new Set<SessionTarget>()
  #run: Run | undefined

  /** @param onSlow called once for each client whose sessions stall */
  constructor(targets: readonly SessionTarget[], width: number, onSlow?: (clientId: string) => void) {
    this.#targets = targets
    this.#width = width
    this.#slowClients = new SlowClients(onSlow)
  }

  /** Works through all targets. `shouldStop` is called before each next target. */
  run(work: Run['work'], shouldStop: Run['shouldStop']): Promise<void> {
    return new Promise((finish) => {
      this.#run = { work, shouldStop, finish }
      this.#pump()
    })
  }

  /** Records how a session ended, which decides the lane of the next sessions of its clients. */
  finished(target: SessionTarget, stalled: boolean): void {
    if (stalled) this.#slowClients.stalled(target)
    else if (this.#slowClients.answered(target)) this.#returnQuick()
  }

  /**
   * Frees the slot of a session that takes much longer than usual, as long as fewer than twice `width` requests are in
   * flight. Other sessions of its clients wait until it ends.
   */
  overdue(target: SessionTarget): void {
    if (this.#overdue.has(target) || target.notified.length === 0) return
    this.#overdue.add(target)
    this.#slowClients.addOverdue(target)
    if (this.#laneOf.get(target) !== 'main') return
    this.#move(target, 'overdue')
    this.#pump()
  }

  /**
   * Frees the slot of a session that Keycloak continues to end without a request in flight. Its clients count as slow at
   * once.
   */
  detach(target: SessionTarget): void {
    this.#slowClients.markSlow(target)
    // One that started in the slow lane keeps its slot. Otherwise all sessions of a hanging client would start.
    const lane = this.#laneOf.get(target)
    if (lane !== 'main' && lane !== 'overdue') return
    this.#move(target, 'detached')
    this.#pump()
  }

  #pump(): void {
    const run = this.#run
    if (!run) return
    let hasStarted = true
    while (hasStarted && !run.shouldStop() && this.#hasRoom()) hasStarted = this.#startNext(run)
    if (this.#laneOf.size === 0) run.finish()
  }

  #hasRoom(): boolean {
    const { main, slow, overdue } = this.#inFlight
    return main + slow + overdue < MAX_IN_FLIGHT_FACTOR * this.#width
  }

  #startNext(run: Run): boolean {
    const target = this.#inFlight.main < this.#width ? this.#takeMain() : undefined
    if (target) {
      this.#start(target, 'main', run)
      return true
    }
    const slots = this.#isMainLeft() ? SLOW_LANE_WIDTH : this.#width - this.#inFlight.main
    const waiting = this.#inFlight.overdue + this.#inFlight.slow < slots ? this.#slow.shift() : undefined
    if (waiting) this.#start(waiting, 'slow', run)
    return waiting !== undefined
  }

  #start(target: SessionTarget, lane: Lane, { work }: Run): void {
    this.#move(target, lane)
    void work(target).finally(() => {
      this.#move(target, undefined)
      if (this.#overdue.delete(target)) {
        this.#slowClients.removeOverdue(target)
        this.#returnQuick()
      }
      this.#pump()
    })
  }

  #isMainLeft(): boolean {
    return this.#next < this.#targets.length || this.#returned.length > 0
  }

  /** Takes the next target of the main lane. Moves targets of slow clients to the slow lane. */
  #takeMain(): SessionTarget | undefined {
    for (;;) {
      const target = this.#returned.pop() ?? this.#targets[this.#next++]
      if (!target || !this.#slowClients.isSlow(target)) return target
      this.#slow.push(target)
    }
  }

  /** Moves waiting targets whose clients answer again back to the main lane. */
  #returnQuick(): void {
    const quick = this.#slow.filter((target) => !this.#slowClients.isSlow(target))
    if (quick.length === 0) return
    this.#slow = this.#slow.filter((target) => this.#slowClients.isSlow(target))
    this.#returned = [...this.#returned, ...quick.reverse()]
  }

  #move(target: SessionTarget, to: Lane | undefined): void {
    const from = this.#laneOf.get(target)
    if (from) this.#inFlight[from]--
    if (to) {
      this.#inFlight[to]++
      this.#laneOf.set(target, to)
    } else this.#laneOf.delete(target)
  }
}
