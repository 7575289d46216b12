import { jsonRecord, LONGEST_TEXT, type LogRecord, textRecord } from './record.ts'

const CAUSED_BY = /Caused by: (.*)$/
const MOST_CAUSES = 8
const OURS = 'org.keycloak'
const MOST_WRAPPINGS = 2
/** `[pod/keycloak-0/keycloak] `, `keycloak-1  | ` */
const NODE = /^(?:\[[\w.-]+(?:\/[\w.-]+)+\]|[\w.-]+ +\|) /
const MOST_NODES = 64
/** An entry as Keycloak or Docker begins it. */
const CUT_JSON = /\{"(?:timestamp|@timestamp|log)"\s*:/

/**
 * Puts the lines of a server log together into entries: a stack trace belongs to the line before it. Only Keycloak's
 * own entries come out; what servers and libraries say besides has no bearing on a logout. Keeps one entry at a time,
 * of each node where the lines of several come in one log.
 */
export class LogReader {
  readonly #pending = new Map<string, LogRecord>()
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
    const node = this.#nodeOf(raw)
    if (typeof read === 'string') return this.#continue(node, read)
    this.#entries++
    const done = this.#pending.get(node)
    // Nodes call their threads by the same names.
    if (read.logger.startsWith(OURS)) this.#pending.set(node, { ...read, thread: `${node}${read.thread}` })
    else this.#pending.delete(node)
    return done
  }

  /** The entries that are still open: at the end of a log, or when nothing has followed for a while. */
  flush(): LogRecord[] {
    const done = [...this.#pending.values()]
    this.#pending.clear()
    return done
  }

  /** What `kubectl logs --prefix` and `docker compose logs` put before a line; empty where nothing is. */
  #nodeOf(raw: string): string {
    const node = NODE.exec(raw)?.[0] ?? ''
    return this.#pending.has(node) || this.#pending.size < MOST_NODES ? node : ''
  }

  #read(raw: string): LogRecord | string {
    let line = raw
    // Docker's json-file driver wraps Keycloak's own JSON in JSON.
    // What is not Keycloak's is only of interest until this is known to be a log.
    const matters = raw.includes(OURS) || this.#entries === 0
    for (let depth = 0; matters && depth < MOST_WRAPPINGS && line.includes('{"'); depth++) {
      const json = jsonRecord(line)
      if (json === undefined) break
      if (typeof json !== 'string') return json
      line = json
    }
    const read = textRecord(line)
    if (read === undefined && line.includes(OURS) && CUT_JSON.test(line)) this.#unread++
    return read ?? line
  }

  #continue(node: string, line: string): undefined {
    const pending = this.#pending.get(node)
    const cause = pending && CAUSED_BY.exec(line)?.[1]
    if (!pending || cause === undefined || pending.exceptions.length >= MOST_CAUSES) return
    this.#pending.set(node, { ...pending, exceptions: [...pending.exceptions, cause] })
  }
}
