import type { Observed } from './observation.ts'
import type { LogRecord } from './record.ts'

/** At most this many threads are remembered; a server has some hundred. */
const MOST_THREADS = 512
const MOST_UNNAMED = 20

/** What earlier entries of one thread said about what is going on in it. */
export interface ThreadState {
  /** The client that is being called, by a line before the one that fails. */
  turn?: { readonly of: 'http' | 'saml'; readonly client?: string; readonly url?: string }
  /** Why the last request failed, as the HTTP client said before the line that names the operation. */
  failure?: readonly string[]
  /** Clients of this logout whose failure is known. */
  readonly explained: Set<string>
  /** Failures of this logout that name no client: a line that lists the clients may follow. */
  unnamed: { readonly observed: Observed; readonly record: LogRecord }[]
}

/** The states of the threads. Where the log names no thread, only two entries in a row belong together. */
export class Threads {
  readonly #states = new Map<string, ThreadState>()

  of({ thread }: LogRecord): ThreadState {
    const known = this.#states.get(thread)
    if (known) return known
    const fresh: ThreadState = { explained: new Set(), unnamed: [] }
    this.#states.set(thread, fresh)
    return fresh
  }

  /** Makes room for one more thread: returns the failures of those that are forgotten because of it. */
  makeRoom(): ThreadState['unnamed'] {
    return this.#states.size >= MOST_THREADS ? this.all() : []
  }

  /** The call is over, whatever became of it; the logout goes on. */
  endTurn(record: LogRecord): void {
    const state = this.of(record)
    delete state.turn
    delete state.failure
  }

  addUnnamed(record: LogRecord, observed: Observed): void {
    const { unnamed } = this.of(record)
    if (unnamed.length < MOST_UNNAMED) unnamed.push({ observed, record })
  }

  /** The logout is over. */
  end({ thread }: LogRecord): ThreadState['unnamed'] {
    return this.#forget(thread)
  }

  /** Forgets all threads, and returns the failures that no client was named for. */
  all(): ThreadState['unnamed'] {
    return [...this.#states.keys()].flatMap((thread) => this.#forget(thread))
  }

  #forget(thread: string): ThreadState['unnamed'] {
    const unnamed = this.#states.get(thread)?.unnamed ?? []
    this.#states.delete(thread)
    return unnamed
  }
}
