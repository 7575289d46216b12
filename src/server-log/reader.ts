import { InOrder } from './in-order.ts'
import { isKeycloaks } from './loggers.ts'
import { EXCEPTION, FRAME } from './markers.ts'
import { LOGOUT_FRAME, LONGEST_TEXT, type LogRecord } from './record.ts'
import type { Part } from './unwrap/part.ts'
import { type Piece, Pieces } from './unwrap/pieces.ts'
import { type Group, Unwrapper } from './unwrap/unwrapper.ts'

const CAUSED_BY = /Caused by: (.*)$/
const MOST_CAUSES = 8
const MOST_WRAPPED = 3
const MOST_NODES = 64

/**
 * Turns a server log into Keycloak's own entries, whatever it is wrapped in ({@link Unwrapper}): a stack trace belongs to
 * the line before it. What other categories say has no bearing on a logout. Holds one entry at a time, of each node
 * where the lines of several come in one log; a log that begins with its newest entry is put in order.
 */
export class LogReader {
  readonly #pieces = new Pieces()
  readonly #unwrapper = new Unwrapper()
  readonly #inOrder: InOrder
  readonly #pending = new Map<string, LogRecord>()
  #lines = 0
  #entries = 0

  /** @param isLive the log grows while it is read (`--follow`) */
  constructor({ isLive = false } = {}) {
    this.#inOrder = new InOrder(isLive)
  }

  get lines(): number {
    return this.#lines
  }

  /** Entries that were recognised, of whichever category: without one this is not a log that can be read here. */
  get entries(): number {
    return this.#entries
  }

  /** Lines with an entry of Keycloak's whose JSON is cut off. */
  get cut(): number {
    return this.#unwrapper.cut
  }

  /** Lines with a failed logout in a format that is not known here. */
  get foreign(): number {
    return this.#unwrapper.foreign
  }

  /** Takes a chunk of the log, and returns the entries that ended in it. */
  push(chunk: string): LogRecord[] {
    return this.#read(this.#pieces.push(chunk))
  }

  /** The entries that are still open, when nothing has followed for a while. */
  idle(): LogRecord[] {
    const done = [...this.#pending.values()]
    this.#pending.clear()
    return done
  }

  /** The entries that are still open at the end of the log. */
  end(): LogRecord[] {
    const last = this.#read(this.#pieces.end())
    const groups = this.#unwrapper.end()
    const parts = [...groups.flatMap((group) => this.#ordered(group)), ...this.#inOrder.end()]
    return [...last, ...this.#assemble(parts), ...this.idle()]
  }

  #read(pieces: readonly Piece[]): LogRecord[] {
    const done: LogRecord[] = []
    for (const piece of pieces) {
      if (piece.ends) this.#lines++
      for (const group of this.#unwrapper.push(piece)) done.push(...this.#assemble(this.#ordered(group)))
    }
    return done
  }

  #ordered(group: Group): readonly Part[] {
    for (const part of group) if ('head' in part) this.#entries++
    return this.#inOrder.push(group)
  }

  #assemble(parts: readonly Part[]): LogRecord[] {
    const done: LogRecord[] = []
    for (const part of parts) {
      if ('more' in part) this.#continue(this.#nodeOf(part.source), part.more)
      else {
        const ended = this.#begin(this.#nodeOf(part.source), part.head)
        if (ended) done.push(ended)
      }
    }
    return done
  }

  #nodeOf(source: string): string {
    return this.#pending.has(source) || this.#pending.size < MOST_NODES ? source : ''
  }

  #begin(node: string, head: LogRecord): LogRecord | undefined {
    const done = this.#pending.get(node)
    // Nodes call their threads by the same names.
    if (isKeycloaks(head.logger)) {
      const thread = head.thread === '' ? '' : `${node}${head.thread}`
      this.#pending.set(node, { ...head, thread, message: head.message.slice(0, LONGEST_TEXT) })
    } else this.#pending.delete(node)
    return done
  }

  #continue(node: string, line: string): void {
    const pending = this.#pending.get(node)
    if (!pending) return
    if (FRAME.test(line)) {
      if (!pending.inLogout && line.includes(LOGOUT_FRAME))
        this.#pending.set(node, { ...pending, inLogout: true })
      return
    }
    const own = line.slice(0, LONGEST_TEXT)
    const cause = CAUSED_BY.exec(own)?.[1] ?? EXCEPTION.exec(own)?.[1]
    if (cause !== undefined) {
      if (pending.exceptions.length < MOST_CAUSES)
        this.#pending.set(node, { ...pending, exceptions: [...pending.exceptions, cause] })
    } else if (own.trim() !== '' && pending.exceptions.length === 0 && pending.wrapped.length < MOST_WRAPPED)
      this.#pending.set(node, { ...pending, wrapped: [...pending.wrapped, own.trim()] })
  }
}
