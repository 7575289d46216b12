import type { SessionTarget } from '../target.ts'
import type { EndUnit } from './units.ts'

/** A client counts as slow after this many stalls in a row. */
const STALLS = 2

/**
 * Tracks which clients are slow: their last sessions stalled, or one of their sessions is overdue; and which ones have
 * answered, the last time that they were seen. A client that is neither is tried by one session first.
 */
export class SlowClients {
  readonly #onSlow: ((clientId: string) => void) | undefined
  /** Stalls in a row, by client id. */
  readonly #stalls = new Map<string, number>()
  /** Overdue sessions in flight since the client answered last, by client id. */
  readonly #overdue = new Map<string, Set<SessionTarget>>()
  readonly #answering = new Set<string>()
  /** Sessions in flight, by client id. */
  readonly #inFlight = new Map<string, number>()
  readonly #reported = new Set<string>()

  /** @param onSlow called once for each client that counts as slow because of stalls */
  constructor(onSlow: ((clientId: string) => void) | undefined) {
    this.#onSlow = onSlow
  }

  /** Whether a session involves a slow client. */
  isSlow({ notified }: EndUnit): boolean {
    if (this.#stalls.size === 0 && this.#overdue.size === 0) return false
    return notified.some((clientId) => this.#isSlowClient(clientId))
  }

  #isSlowClient(clientId: string): boolean {
    return (this.#stalls.get(clientId) ?? 0) >= STALLS || this.#overdue.has(clientId)
  }

  /** The clients that may have kept a unit waiting: where one of them is slow already, most likely not the others. */
  #suspects({ notified }: EndUnit): readonly string[] {
    const slow = notified.filter((clientId) => this.#isSlowClient(clientId))
    return slow.length > 0 ? slow : notified
  }

  /** Has each client of a unit answered, the last time that it was seen? */
  haveAnswered({ notified }: EndUnit): boolean {
    return notified.every((clientId) => this.#answering.has(clientId))
  }

  /** Does a session in flight show whether a client of this unit answers? It may hang. */
  isTrying({ notified }: EndUnit): boolean {
    return notified.some(
      (clientId) => !this.#answering.has(clientId) && (this.#inFlight.get(clientId) ?? 0) > 0,
    )
  }

  started({ notified }: SessionTarget): void {
    for (const clientId of notified) this.#inFlight.set(clientId, (this.#inFlight.get(clientId) ?? 0) + 1)
  }

  ended({ notified }: SessionTarget): void {
    for (const clientId of notified) this.#inFlight.set(clientId, (this.#inFlight.get(clientId) ?? 0) - 1)
  }

  /** It is not known any more whether the clients that may keep a unit waiting answer. */
  forget(unit: EndUnit): void {
    for (const clientId of this.#suspects(unit)) this.#answering.delete(clientId)
  }

  stalled(unit: EndUnit): void {
    for (const clientId of this.#suspects(unit))
      this.#setStalls(clientId, (this.#stalls.get(clientId) ?? 0) + 1)
  }

  /** Marks the clients of a session as slow at once. */
  markSlow(unit: EndUnit): void {
    for (const clientId of this.#suspects(unit)) this.#setStalls(clientId, STALLS)
  }

  /** The clients of a unit answer: they are not slow. Returns whether there was anything against one of them. */
  answered({ notified }: EndUnit): boolean {
    let wasSuspect = false
    for (const clientId of notified) {
      this.#answering.add(clientId)
      const hadStalls = this.#stalls.delete(clientId)
      wasSuspect = this.#overdue.delete(clientId) || hadStalls || wasSuspect
    }
    return wasSuspect
  }

  addOverdue(session: SessionTarget): void {
    for (const clientId of this.#suspects(session)) {
      this.#answering.delete(clientId)
      const sessions = this.#overdue.get(clientId)
      if (sessions) sessions.add(session)
      else this.#overdue.set(clientId, new Set([session]))
    }
  }

  removeOverdue(session: SessionTarget): void {
    for (const clientId of session.notified) {
      const sessions = this.#overdue.get(clientId)
      if (sessions?.delete(session) && sessions.size === 0) this.#overdue.delete(clientId)
    }
  }

  #setStalls(clientId: string, count: number): void {
    this.#stalls.set(clientId, count)
    this.#answering.delete(clientId)
    if (count < STALLS || this.#reported.has(clientId)) return
    this.#reported.add(clientId)
    this.#onSlow?.(clientId)
  }
}
