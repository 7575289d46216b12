import type { SessionTarget } from '../target.ts'
import { SlowClients } from './slow-clients.ts'
import { type EndUnit, isUser, type UserSessions } from './units.ts'

/** Slots of the slow lane while the main lane still has work. */
const SLOW_LANE_WIDTH = 2
/** At most this many times `width` requests in flight, overdue ones included. Otherwise each hanging client adds some. */
const MAX_IN_FLIGHT_FACTOR = 2
/** Units that wait while their clients are tried; each is looked at again whenever a session ends. */
const MAX_POSTPONED = 128

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
 * A client of which it is not known whether it answers might hang: while one of its sessions is in flight, others of it
 * are postponed, up to a number and as long as there are sessions of other clients.
 *
 * All sessions of a user are one unit where one request ends them. Which of its clients hangs cannot be seen then, and
 * the others wait for it: so it is taken apart unless each of its clients has answered before.
 */
export class Lanes {
  readonly #units: readonly EndUnit[]
  readonly #width: number
  readonly #slowClients: SlowClients
  #next = 0
  /** Waiting for the slow lane: sessions, and users all of whose sessions involve slow clients. */
  #slow: EndUnit[] = []
  /** To be looked at before the next unit: postponed, or sessions of a user who was taken apart, or their clients answer again. */
  #returned: EndUnit[] = []
  /** Waiting while their clients are tried. */
  #postponed: EndUnit[] = []
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
   * flight. Other sessions of its clients wait until it ends. Returns whether it had a slot of the main lane.
   */
  overdue(unit: EndUnit): boolean {
    if (isUser(unit)) this.#slowClients.forget(unit)
    else {
      if (this.#overdue.has(unit) || unit.notified.length === 0) return false
      this.#overdue.add(unit)
      this.#slowClients.addOverdue(unit)
    }
    this.#returnPostponed()
    if (this.#laneOf.get(unit) !== 'main') return false
    this.#move(unit, 'overdue')
    this.#pump()
    return true
  }

  /**
   * Frees the slot of a unit that Keycloak continues to end without a request in flight. The clients of a session count
   * as slow at once.
   */
  detach(unit: EndUnit): void {
    if (isUser(unit)) this.#slowClients.forget(unit)
    else this.#slowClients.markSlow(unit)
    this.#returnPostponed()
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
    const waiting = this.#inFlight.overdue + this.#inFlight.slow < slots ? this.#takeSlow() : undefined
    if (waiting) this.#start(waiting, 'slow', run)
    return waiting !== undefined
  }

  #takeSlow(): SessionTarget | undefined {
    const [unit] = this.#slow
    if (unit && isUser(unit)) this.#slow = [...unit.sessions, ...this.#slow.slice(1)]
    return this.#slow.shift() as SessionTarget | undefined
  }

  #start(unit: EndUnit, lane: Lane, { work }: Run): void {
    this.#move(unit, lane)
    if (!isUser(unit)) this.#slowClients.started(unit)
    void work(unit).finally(() => {
      this.#move(unit, undefined)
      if (!isUser(unit)) this.#sessionEnded(unit)
      this.#returnPostponed()
      this.#pump()
    })
  }

  #sessionEnded(session: SessionTarget): void {
    this.#slowClients.ended(session)
    if (!this.#overdue.delete(session)) return
    this.#slowClients.removeOverdue(session)
    this.#returnQuick()
  }

  #isMainLeft(): boolean {
    return this.#next < this.#units.length || this.#returned.length > 0 || this.#postponed.length > 0
  }

  /** Takes the next unit of the main lane. Moves sessions of slow clients to the slow lane. */
  #takeMain(): EndUnit | undefined {
    for (;;) {
      const next = this.#returned.pop() ?? this.#units[this.#next++]
      const unit = next ?? this.#takePostponed()
      if (!unit) return undefined
      const isSlow = this.#slowClients.isSlow(unit)
      const mayWait = next !== undefined && !isSlow && this.#postponed.length < MAX_POSTPONED
      if (mayWait && this.#slowClients.isTrying(unit)) this.#postponed.push(unit)
      else if (this.#isBlocked(unit)) this.#slow.push(unit)
      else if (!isUser(unit) || (!isSlow && this.#slowClients.haveAnswered(unit))) return unit
      else this.takeApart(unit)
    }
  }

  /** A session of a slow client, or a user with no others, who stays whole: the clients may soon answer again. */
  #isBlocked(unit: EndUnit): boolean {
    return (isUser(unit) ? unit.sessions : [unit]).every((session) => this.#slowClients.isSlow(session))
  }

  /** A user with a session to start at once, or else a session; other users stay whole as long as possible. */
  #takePostponed(): EndUnit | undefined {
    const isTrying = (session: SessionTarget) => this.#slowClients.isTrying(session)
    const user = this.#postponed.findIndex((unit) => isUser(unit) && !unit.sessions.every(isTrying))
    const session = this.#postponed.findIndex((unit) => !isUser(unit))
    const [first] = [user, session, 0].filter((index) => index >= 0)
    return this.#postponed.splice(first ?? 0, 1)[0]
  }

  /** What is known of the clients of postponed units may have changed. */
  #returnPostponed(): void {
    while (this.#postponed.length > 0) this.#returned.push(this.#postponed.pop() as EndUnit)
  }

  /** Moves waiting units whose clients answer again back to the main lane. */
  #returnQuick(): void {
    const quick = this.#slow.filter((unit) => !this.#isBlocked(unit))
    if (quick.length === 0) return
    this.#slow = this.#slow.filter((unit) => this.#isBlocked(unit))
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
