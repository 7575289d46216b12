import { isRecord } from '../../../util/is-record.ts'
/** One entry of Keycloak's server log, whatever format it was written in. All strings are cut to a sane length. */
export interface LogRecord {
  /** As the log has it, date and zone included where it has them; undefined where the line has none. */
  readonly time: string | undefined
  /** `WARN`, `ERROR`, `DEBUG`, … */
  readonly level: string
  /** The category, such as `org.keycloak.services`. */
  readonly logger: string
  /** Entries of one request share their thread. */
  readonly thread: string
  /** The text without its stack trace. */
  readonly message: string
  /** The exception and what caused it, outermost first: `java.net.UnknownHostException: no-such-host`. */
  readonly exceptions: readonly string[]
  /** The entry's first line as it stood in the log. */
  readonly line: string
}

/** Nothing here keeps more of a line than this, so that a log without line breaks does not fill the memory. */
export const LONGEST_TEXT = 4000

/**
 * `2026-11-21 05:30:42,685 WARN  [org.keycloak.services] (executor-thread-2) KC-SERVICES0057: …`, with or without date
 * or time (the WildFly console has no date), with anything that a container runtime puts in front, and with the trace
 * ids that Keycloak writes before the level when tracing is on.
 */
const HEAD =
  /(?:((?:\d{4}-\d\d-\d\d[T ])?\d\d:\d\d:\d\d[.,]\d{3,9}(?:Z|[+-]\d\d:?\d\d)?)\s[^[\]]{0,200}?)?\b(TRACE|DEBUG|INFO|WARN|WARNING|ERROR|FATAL|SEVERE)\s+(?:[^[\]]{0,200}? )?\[([\w.$-]+)\]\s+\(([^)]*)\) ?(.*)$/

const COLOURS = /\u001b\[[0-9;]*m/g

/** Reads the first line of an entry in the text format; undefined for any other line. */
export function textRecord(raw: string): LogRecord | undefined {
  const line = raw.includes('\u001b') ? raw.replace(COLOURS, '') : raw
  const match = HEAD.exec(line)
  if (!match) return undefined
  const [, time, level = '', logger = '', thread = '', message = ''] = match
  return { time, level, logger, thread, message, exceptions: [], line }
}

/**
 * Reads an entry in the JSON format (`--log-console-output=json`, Keycloak's own layout or `ecs`); also the wrapping that
 * Docker's `json-file` driver adds. Undefined when it is none.
 * @returns the entry, or the plain text that was wrapped
 */
export function jsonRecord(line: string): LogRecord | string | undefined {
  const start = line.indexOf('{"')
  if (start < 0 || start > 200 || !line.trimEnd().endsWith('}')) return undefined
  let value: unknown
  try {
    value = JSON.parse(line.slice(start))
  } catch {
    return undefined
  }
  if (!isRecord(value)) return undefined
  const wrapped = value.log
  if (typeof wrapped === 'string' && typeof value.stream === 'string') return wrapped.replace(/\n$/, '')
  const logger = text(value.loggerName) ?? text(value['log.logger'])
  const message = text(value.message)
  if (logger === undefined || message === undefined) return undefined
  const exceptions = exceptionsOf(value.exception)
  const [outermost] = exceptions
  return {
    time: text(value.timestamp) ?? text(value['@timestamp']),
    level: text(value.level) ?? text(value['log.level']) ?? '',
    logger,
    thread: text(value.threadName) ?? text(value['process.thread.name']) ?? '',
    message,
    exceptions,
    line: outermost ? `${message}: ${outermost}` : message,
  }
}

function exceptionsOf(value: unknown): string[] {
  const found: string[] = []
  let current = value
  // WildFly's own formatter and Keycloak's nest the cause alike; eight levels are more than any log here had.
  while (isRecord(current) && found.length < 8) {
    const type = text(current.exceptionType) ?? text(current.type) ?? ''
    const message = text(current.message) ?? text(current['error.message'])
    found.push(message === undefined ? type : `${type}: ${message}`)
    const cause: unknown = current.causedBy
    current = isRecord(cause) ? cause.exception : undefined
  }
  return found
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' ? value.slice(0, LONGEST_TEXT) : undefined
