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
  /** Overdue sessions in flight, by client id. */
  readonly #overdue = new Map<string, number>()
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
    return notified.some(
      (clientId) => (this.#stalls.get(clientId) ?? 0) >= STALLS || this.#overdue.has(clientId),
    )
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

  /** It is not known any more whether the clients of a unit answer. */
  forget({ notified }: EndUnit): void {
    for (const clientId of notified) this.#answering.delete(clientId)
  }

  stalled({ notified }: EndUnit): void {
    for (const clientId of notified) this.#setStalls(clientId, (this.#stalls.get(clientId) ?? 0) + 1)
  }

  /** Marks the clients of a session as slow at once. */
  markSlow({ notified }: EndUnit): void {
    for (const clientId of notified) this.#setStalls(clientId, STALLS)
  }

  /** The clients of a unit answer: resets their stalls. Returns whether there were any. */
  answered({ notified }: EndUnit): boolean {
    for (const clientId of notified) this.#answering.add(clientId)
    return notified.map((clientId) => this.#stalls.delete(clientId)).includes(true)
  }

  addOverdue(unit: EndUnit): void {
    this.forget(unit)
    for (const clientId of unit.notified) this.#overdue.set(clientId, (this.#overdue.get(clientId) ?? 0) + 1)
  }

  removeOverdue({ notified }: EndUnit): void {
    for (const clientId of notified) {
      const left = (this.#overdue.get(clientId) ?? 0) - 1
      if (left > 0) this.#overdue.set(clientId, left)
      else this.#overdue.delete(clientId)
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
