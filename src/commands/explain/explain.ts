import { Observer } from '../../server-log/observer.ts'
import { LogReader } from '../../server-log/reader.ts'
import type { LogRecord } from '../../server-log/record.ts'
import { type LogFinding, LogTally } from './tally.ts'

/** What `explain` found in a log (docs/reference/explain.md). */
export interface LogReport {
  readonly lines: number
  /** Entries that were recognised in them. */
  readonly entries: number
  /** Lines about a failed logout, or of Keycloak with its JSON cut off, that could not be read. */
  readonly unread: number
  readonly findings: readonly LogFinding[]
  /** Were there lines of ResourceAdminManager at DEBUG? Without them a refusal by HTTP status cannot be seen. */
  readonly statusVisible: boolean
  /** `unknown`: no failure was found, but not all could be read. */
  readonly verdict: 'pass' | 'fail' | 'unknown'
}

/** Explains a server log chunk by chunk, in memory that does not grow with it. */
export class LogExplainer {
  readonly #reader: LogReader
  readonly #observer = new Observer()
  readonly #tally = new LogTally()

  /** @param isLive the log grows while it is read (`--follow`) */
  constructor({ isLive = false } = {}) {
    this.#reader = new LogReader({ isLive })
  }

  /** Lines read so far. */
  get lines(): number {
    return this.#reader.lines
  }

  /** Could any entry be read so far, if only in part? Otherwise this is not a log of Keycloak's. */
  get isLog(): boolean {
    return this.#reader.entries + this.#reader.cut > 0
  }

  /** Takes a chunk of text; returns a finding for each failure in the entries that ended in it, as it stands now. */
  push(chunk: string): LogFinding[] {
    return this.#explain(this.#reader.push(chunk))
  }

  /** Ends the entries that are open, when nothing has followed for a moment. */
  idle(): LogFinding[] {
    return [...this.#explain(this.#reader.idle()), ...this.#rest()]
  }

  /** Ends the entries that are open at the end of the log. */
  end(): LogFinding[] {
    return [...this.#explain(this.#reader.end()), ...this.#rest()]
  }

  report(): LogReport {
    const findings = this.#tally.findings()
    const { lines, entries, cut, foreign } = this.#reader
    const unread = cut + foreign
    return {
      lines,
      entries,
      unread,
      findings,
      statusVisible: this.#observer.debugSeen,
      verdict: findings.length > 0 ? 'fail' : unread > 0 ? 'unknown' : 'pass',
    }
  }

  #explain(records: readonly LogRecord[]): LogFinding[] {
    return records.flatMap((record) => this.#observer.observe(record)).map((seen) => this.#tally.add(seen))
  }

  #rest(): LogFinding[] {
    return this.#observer.flush().map((seen) => this.#tally.add(seen))
  }
}
