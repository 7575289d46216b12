import type { SessionTarget } from '../target.ts'
import { SlowClients } from './slow-clients.ts'
import { type EndUnit, isUser, type UserSessions } from './units.ts'

/** Slots of the slow lane while the main lane still has work. */
const SLOW_LANE_WIDTH = 2
/** At most this many times `width` requests in flight, overdue ones included. Otherwise each hanging client adds some. */
const MAX_IN_FLIGHT_FACTOR = 2

type Lane = 'main' | 'slow' | 'overdue' | 'detached'

interface Run {
  readonly work: (unit: EndUnit) => Promise<void>
  readonly shouldStop: () => boolean
  readonly finish: () => void
}

/**
 * Schedules sessions in two lanes: a main lane of fixed width, and a narrow slow lane for sessions that involve a slow
 * client. An application that hangs costs 5 s per session, about two minutes behind a firewall that drops packets. When
 * the main lane has no work left, the slow lane takes its width.
 *
 * All sessions of a user are one unit where one request ends them. Which of its clients hangs cannot be seen then, and
 * the others wait for it: so it is taken apart unless each of its clients has answered before.
 */
export class Lanes {
  readonly #units: readonly EndUnit[]
  readonly #width: number
  readonly #slowClients: SlowClients
  #next = 0
  /** Waiting for the slow lane. */
  #slow: EndUnit[] = []
  /** Back from the slow lane, because their clients answer again, or sessions of a user who was taken apart. */
  #returned: EndUnit[] = []
  readonly #laneOf = new Map<EndUnit, Lane>()
  readonly #inFlight = { main: 0, slow: 0, overdue: 0, detached: 0 }
  readonly #overdue = new Set<SessionTarget>()
  #run: Run | undefined

  /** @param onSlow called once for each client whose sessions stall */
  constructor(units: readonly EndUnit[], width: number, onSlow?: (clientId: string) => void) {
    this.#units = units
    this.#width = width
    this.#slowClients = new SlowClients(onSlow)
  }

  /** Works through all units. `shouldStop` is called before each next one. */
  run(work: Run['work'], shouldStop: Run['shouldStop']): Promise<void> {
    return new Promise((finish) => {
      this.#run = { work, shouldStop, finish }
      this.#pump()
    })
  }

  /** Lets the sessions of a user end one by one after all. */
  takeApart({ sessions }: UserSessions): void {
    for (const session of [...sessions].reverse()) this.#returned.push(session)
  }

  /** Records how a unit ended, which decides the lane of the next sessions of its clients. */
  finished(unit: EndUnit, stalled: boolean): void {
    if (!stalled) {
      if (this.#slowClients.answered(unit)) this.#returnQuick()
    } else if (isUser(unit)) this.#slowClients.forget(unit)
    else this.#slowClients.stalled(unit)
  }

  /**
   * Frees the slot of a unit that takes much longer than usual, as long as fewer than twice `width` requests are in
   * flight. Other sessions of its clients wait until it ends.
   */
  overdue(unit: EndUnit): void {
    if (isUser(unit)) this.#slowClients.forget(unit)
    else {
      if (this.#overdue.has(unit) || unit.notified.length === 0) return
      this.#overdue.add(unit)
      this.#slowClients.addOverdue(unit)
    }
    if (this.#laneOf.get(unit) !== 'main') return
    this.#move(unit, 'overdue')
    this.#pump()
  }

  /**
   * Frees the slot of a unit that Keycloak continues to end without a request in flight. The clients of a session count
   * as slow at once.
   */
  detach(unit: EndUnit): void {
    if (isUser(unit)) this.#slowClients.forget(unit)
    else this.#slowClients.markSlow(unit)
    // One that started in the slow lane keeps its slot. Otherwise all sessions of a hanging client would start.
    const lane = this.#laneOf.get(unit)
    if (lane !== 'main' && lane !== 'overdue') return
    this.#move(unit, 'detached')
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
    const unit = this.#inFlight.main < this.#width ? this.#takeMain() : undefined
    if (unit) {
      this.#start(unit, 'main', run)
      return true
    }
    const slots = this.#isMainLeft() ? SLOW_LANE_WIDTH : this.#width - this.#inFlight.main
    const waiting = this.#inFlight.overdue + this.#inFlight.slow < slots ? this.#slow.shift() : undefined
    if (waiting) this.#start(waiting, 'slow', run)
    return waiting !== undefined
  }

  #start(unit: EndUnit, lane: Lane, { work }: Run): void {
    this.#move(unit, lane)
    void work(unit).finally(() => {
      this.#move(unit, undefined)
      if (!isUser(unit) && this.#overdue.delete(unit)) {
        this.#slowClients.removeOverdue(unit)
        this.#returnQuick()
      }
      this.#pump()
    })
  }

  #isMainLeft(): boolean {
    return this.#next < this.#units.length || this.#returned.length > 0
  }

  /** Takes the next unit of the main lane. Moves sessions of slow clients to the slow lane. */
  #takeMain(): EndUnit | undefined {
    for (;;) {
      const unit = this.#returned.pop() ?? this.#units[this.#next++]
      if (!unit) return undefined
      const isSlow = this.#slowClients.isSlow(unit)
      if (isUser(unit)) {
        if (!isSlow && this.#slowClients.haveAnswered(unit)) return unit
        this.takeApart(unit)
      } else {
        if (!isSlow) return unit
        this.#slow.push(unit)
      }
    }
  }

  /** Moves waiting units whose clients answer again back to the main lane. */
  #returnQuick(): void {
    const quick = this.#slow.filter((unit) => !this.#slowClients.isSlow(unit))
    if (quick.length === 0) return
    this.#slow = this.#slow.filter((unit) => this.#slowClients.isSlow(unit))
    this.#returned = [...this.#returned, ...quick.reverse()]
  }

  #move(unit: EndUnit, to: Lane | undefined): void {
    const from = this.#laneOf.get(unit)
    if (from) this.#inFlight[from]--
    if (to) {
      this.#inFlight[to]++
      this.#laneOf.set(unit, to)
    } else this.#laneOf.delete(unit)
  }
}
