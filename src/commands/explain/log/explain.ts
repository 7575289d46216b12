import { Observer } from './observe.ts'
import { LogReader } from './reader.ts'
import type { LogRecord } from './record.ts'
import { type LogFinding, LogTally } from './tally.ts'

/** What `explain` found in a log (docs/reference/explain.md). */
export interface LogReport {
  readonly lines: number
  /** Entries that were recognised in them. */
  readonly entries: number
  /** Lines with an entry of Keycloak's that could not be read: cut-off JSON. */
  readonly unread: number
  readonly findings: readonly LogFinding[]
  /** Were there lines of ResourceAdminManager at DEBUG? Without them a refusal by HTTP status cannot be seen. */
  readonly statusVisible: boolean
  readonly verdict: 'pass' | 'fail'
}

/** Explains a server log line by line, in memory that does not grow with it. */
export class LogExplainer {
  readonly #reader = new LogReader()
  readonly #observer = new Observer()
  readonly #tally = new LogTally()
  #lines = 0

  /** Takes the next line; returns what the entry before it told, each finding as it stands now. */
  push(line: string): LogFinding[] {
    this.#lines++
    const record = this.#reader.push(line)
    return record ? this.#explain(record) : []
  }

  /** Ends the entry that is open: at the end, or when nothing has followed for a moment. */
  flush(): LogFinding[] {
    return this.#reader.flush().flatMap((record) => this.#explain(record))
  }

  report(): LogReport {
    const findings = this.#tally.findings()
    return {
      lines: this.#lines,
      entries: this.#reader.entries,
      unread: this.#reader.unread,
      findings,
      statusVisible: this.#observer.debugSeen,
      verdict: findings.length > 0 ? 'fail' : 'pass',
    }
  }

  #explain(record: LogRecord): LogFinding[] {
    return this.#observer.observe(record).map((seen) => this.#tally.add(seen))
  }
}
