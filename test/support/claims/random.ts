/** Numbers that a seed decides (mulberry32): the same seed gives the same realm, users and events. */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** 0 to just below 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let bits = this.#state
    bits = Math.imul(bits ^ (bits >>> 15), bits | 1)
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61)
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32
  }

  /** A whole number, both bounds included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1))
  }

  chance(share: number): boolean {
    return this.next() < share
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.between(0, items.length - 1)]
    if (item === undefined) throw new Error('there is nothing to pick from')
    return item
  }

  /** Some of them, in random order. */
  some<T>(items: readonly T[], least: number, most: number): T[] {
    const shuffled = items.map((item) => ({ item, at: this.next() })).sort((a, b) => a.at - b.at)
    return shuffled.slice(0, this.between(least, Math.min(most, items.length))).map(({ item }) => item)
  }
}
