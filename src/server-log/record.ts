import { fullLogger, isKeycloaks } from './loggers.ts'

/** One entry of Keycloak's server log, whatever format it was written in. All strings are cut to a sane length. */
export interface LogRecord {
  /** As the log has it, date and zone included where it has them; undefined where the line has none. */
  readonly time: string | undefined
  /** `WARN`, `ERROR`, `DEBUG`, … */
  readonly level: string
  /** The category in full, such as `org.keycloak.services`. */
  readonly logger: string
  /** Entries of one request share their thread; empty where the format leaves it out. */
  readonly thread: string
  /** The text without its stack trace. */
  readonly message: string
  /** The exception and what caused it, outermost first: `java.net.UnknownHostException: no-such-host`. */
  readonly exceptions: readonly string[]
  /** Lines between the first one and the stack trace: a message that somebody's window or mail has wrapped. */
  readonly wrapped: readonly string[]
  /** Does the stack trace go through Keycloak's endpoint for logouts of browsers and applications? */
  readonly inLogout: boolean
  /** The entry's first line, without what collectors put around it. */
  readonly line: string
}

/** Nothing here keeps more of a line than this, so that a log without line breaks does not fill the memory. */
export const LONGEST_TEXT = 4000

/** The endpoint whose frames show that a browser's or an application's logout failed. */
export const LOGOUT_FRAME = 'LogoutEndpoint'

const TIME = /(?<![\d:.,-])(?:\d{4}-\d\d-\d\d[T ])?\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?(?=\s)/g

/**
 * `2026-11-21 05:30:42,685 WARN  [org.keycloak.services] (executor-thread-2) KC-SERVICES0057: …`, with or without date,
 * time (the WildFly console has no date) and thread, and with the trace ids that Keycloak writes before the level when
 * tracing is on. Without a thread the category must have a dot, or any `[main]` would do.
 */
const HEAD =
  /\b(TRACE|DEBUG|INFO|WARN|WARNING|ERROR|FATAL|SEVERE)\s+(?:[^[\]]{0,200}? )?\[([\w.$-]+)\](?:\s+\(([^)]*)\) ?|(?<=\.[\w$-]+\]) +)(.*)$/
const COLOURS = /\u001b\[[0-9;]*m/g

/** The first line of an entry, and where it began in its wrapping. */
export interface Head {
  readonly record: LogRecord
  readonly start: number
}

/** Reads the first line of an entry in the text format; undefined for any other line. */
export function textHead(raw: string): Head | undefined {
  if (!raw.includes('[')) return undefined
  const line = raw.includes('\u001b') ? raw.replace(COLOURS, '') : raw
  const match = HEAD.exec(line)
  if (!match) return undefined
  const [, level = '', logger = '', thread = '', message = ''] = match
  const timed = timeBefore(line, match.index)
  const start = timed?.start ?? match.index
  return {
    start,
    record: {
      time: timed?.time,
      level,
      logger: fullLogger(logger),
      thread,
      message,
      exceptions: [],
      wrapped: [],
      inLogout: false,
      line: line.slice(start),
    },
  }
}

/**
 * Is this an entry in Keycloak's own format and of a category that is not Keycloak's? Cheaper than {@link textHead}: at
 * DEBUG such lines are most of a log. False wherever it cannot be told at once.
 */
export function isOfOthers(line: string): boolean {
  const [, logger = 'org.keycloak'] = SIMPLE_HEAD.exec(line) ?? []
  return !isKeycloaks(fullLogger(logger))
}

const SIMPLE_HEAD =
  /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} (?:TRACE|DEBUG|INFO|WARN|ERROR|FATAL) +\[([\w.$-]+)\] \(/

/** The last time before the level, which is Keycloak's own: those of collectors stand before it. */
function timeBefore(line: string, end: number): { time: string; start: number } | undefined {
  // Almost every line begins with it.
  const simple = end < 40 ? SIMPLE_TIME.exec(line) : null
  if (simple?.[1] && simple[0].length === end) return { time: simple[1], start: 0 }
  const from = Math.max(0, end - LONGEST_PREFIX)
  const before = line.slice(from, end)
  const last = [...before.matchAll(TIME)].at(-1)
  if (!last || /[[\]]/.test(before.slice(last.index + last[0].length))) return undefined
  return { time: last[0], start: from + last.index }
}

const LONGEST_PREFIX = 400
const SIMPLE_TIME = /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}) /
