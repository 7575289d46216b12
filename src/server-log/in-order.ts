import { isKeycloaks } from './loggers.ts'
import type { Part } from './unwrap/part.ts'
import type { Group } from './unwrap/unwrapper.ts'

/** Enough entries to tell the order by: those of several nodes are never quite in it. */
const ENOUGH = 100
const MOST_HELD = 20_000
/** Steps back must not be rarer than one in this many entries. */
const MOST_BETWEEN = 25

/**
 * Puts a log that begins with its newest entry in order, as log stores export it: causes stand before their entries
 * there, and what led to a failure after it. Holds the first entries until the order is known, and of a log that is the
 * wrong way round Keycloak's own entries, at most 20,000 at a time.
 */
export class InOrder {
  #order: 'unknown' | 'oldest-first' | 'newest-first'
  #held: Group[] = []
  #heads = 0
  #forward = 0
  #backward = 0
  readonly #last = new Map<string, string>()
  /** Of a log that begins with its newest entry: entries with their causes, and those that have no entry yet. */
  #entries: Group[][] = []
  #causes: Group[] = []

  /** @param isLive entries are given as they come: a log that grows has its newest entry at the end */
  constructor(isLive: boolean) {
    this.#order = isLive ? 'oldest-first' : 'unknown'
  }

  push(group: Group): readonly Part[] {
    if (this.#order === 'oldest-first') return group
    if (this.#order === 'newest-first') return this.#turn(group)
    this.#held.push(group)
    for (const part of group) if ('head' in part) this.#compare(part)
    return this.#heads < ENOUGH && this.#held.length < MOST_HELD ? [] : this.#decide()
  }

  end(): readonly Part[] {
    const parts = this.#order === 'unknown' ? [...this.#decide()] : []
    return [...parts, ...this.#turned()]
  }

  #compare({ source, head: { time } }: Extract<Part, { head: unknown }>): void {
    this.#heads++
    if (time === undefined) return
    const last = this.#last.get(source)
    if (last !== undefined && last.length === time.length && last !== time) {
      if (last < time) this.#forward++
      else this.#backward++
    }
    this.#last.set(source, time)
  }

  #decide(): readonly Part[] {
    const isBackward = this.#backward > 2 * this.#forward && this.#backward * MOST_BETWEEN >= this.#heads
    this.#order = isBackward ? 'newest-first' : 'oldest-first'
    const held = this.#held
    this.#held = []
    return this.#order === 'oldest-first' ? held.flat() : held.flatMap((group) => this.#turn(group))
  }

  #turn(group: Group): readonly Part[] {
    const head = group.find((part) => 'head' in part)
    if (!head) {
      this.#causes.push(group)
      return this.#causes.length < MOST_HELD ? [] : this.#turned()
    }
    if ('head' in head && isKeycloaks(head.head.logger))
      this.#entries.push([group, ...this.#causes.toReversed()])
    this.#causes = []
    return this.#entries.length < MOST_HELD ? [] : this.#turned()
  }

  #turned(): readonly Part[] {
    const parts = this.#entries.toReversed().flat(2)
    this.#entries = []
    this.#causes = []
    return parts
  }
}
