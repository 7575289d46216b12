interface Entry {
  index: number
  readonly cancel: () => void
}

/**
 * Requests in flight. An array, not a Set: a Set that is filled and emptied again and again leaves its former tables
 * in memory, and with them every request, until a full collection (100 MB in a long run, V8 11.3). The same holds for
 * listeners that are added to and removed from one signal.
 */
export class InFlight {
  readonly #entries: Entry[] = []

  /** Adds a request; returns the function that removes it. */
  add(cancel: () => void): () => void {
    const entry = { index: this.#entries.length, cancel }
    this.#entries.push(entry)
    return () => this.#remove(entry)
  }

  cancelAll(): void {
    for (const { cancel } of [...this.#entries]) cancel()
  }

  #remove(entry: Entry): void {
    if (this.#entries[entry.index] !== entry) return
    const last = this.#entries.pop()
    if (!last || last === entry) return
    this.#entries[entry.index] = last
    last.index = entry.index
  }
}
