import { jsonRecord, LONGEST_TEXT, type LogRecord, textRecord } from './record.ts'

const CAUSED_BY = /Caused by: (.*)$/
const MOST_CAUSES = 8
const OURS = 'org.keycloak'
const MOST_WRAPPINGS = 2
/** An entry as Keycloak or Docker begins it. */
const CUT_JSON = /\{"(?:timestamp|@timestamp|log)"\s*:/

/**
 * Puts the lines of a server log together into entries: a stack trace belongs to the line before it. Only Keycloak's
 * own entries come out; what servers and libraries say besides has no bearing on a logout. Keeps one entry at a time.
 */
export class LogReader {
  #pending: LogRecord | undefined
  #entries = 0
  #unread = 0

  /** Entries that were recognised, whoever wrote them: without one this is no log that can be read here. */
  get entries(): number {
    return this.#entries
  }

  /** Lines with an entry of Keycloak's that could not be read, as their JSON is cut off. */
  get unread(): number {
    return this.#unread
  }

  /** Takes the next line and returns the entry that ended before it, if one did. */
  push(raw: string): LogRecord | undefined {
    // Most lines of a log are frames of stack traces: they are neither the head of an entry nor a cause.
    if (raw.startsWith('\tat ')) return undefined
    const read = this.#read(
      raw.length > LONGEST_TEXT && !raw.includes('{"') ? raw.slice(0, LONGEST_TEXT) : raw,
    )
    if (typeof read === 'string') return this.#continue(read)
    this.#entries++
    const done = this.#pending
    this.#pending = read.logger.startsWith(OURS) ? read : undefined
    return done
  }

  /** The entry that is still open: at the end of a log, or when nothing has followed for a while. */
  flush(): LogRecord | undefined {
    const done = this.#pending
    this.#pending = undefined
    return done
  }

  #read(raw: string): LogRecord | string {
    let line = raw
    // Docker's json-file driver wraps Keycloak's own JSON in JSON.
    for (let depth = 0; depth < MOST_WRAPPINGS && line.includes('{"'); depth++) {
      const json = jsonRecord(line)
      if (json === undefined) break
      if (typeof json !== 'string') return json
      line = json
    }
    const read = textRecord(line)
    if (read === undefined && line.includes(OURS) && CUT_JSON.test(line)) this.#unread++
    return read ?? line
  }

  #continue(line: string): undefined {
    const cause = this.#pending && CAUSED_BY.exec(line)?.[1]
    if (!this.#pending || cause === undefined || this.#pending.exceptions.length >= MOST_CAUSES) return
    this.#pending = { ...this.#pending, exceptions: [...this.#pending.exceptions, cause] }
  }
}
