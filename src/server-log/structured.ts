import { isRecord } from '../util/is-record.ts'
import { fullLogger, LOGGERS } from './loggers.ts'
import { EXCEPTION } from './markers.ts'
import { LOGOUT_FRAME, LONGEST_TEXT, type LogRecord } from './record.ts'

type Json = Readonly<Record<string, unknown>>
/** A member by its name, or by the names that lead to it. */
type Path = string | readonly string[]

/** How Keycloak (own layout and `ecs`), Logstash, GELF and others call the parts of an entry. */
const LOGGER: readonly Path[] = [
  'loggerName',
  'log.logger',
  ['log', 'logger'],
  'logger_name',
  'LoggerName',
  '_LoggerName',
  'logger',
  ['logger', 'name'],
  'logger.name',
  'category',
]
const MESSAGE: readonly Path[] = ['message', 'short_message', 'msg', '@message']
const LEVEL: readonly Path[] = ['level', 'log.level', ['log', 'level'], '_Severity', 'severity', 'level_name']
const THREAD: readonly Path[] = [
  'threadName',
  'process.thread.name',
  ['process', 'thread', 'name'],
  'thread_name',
  '_Thread',
  'thread',
]
const TIME: readonly Path[] = ['timestamp', '@timestamp', 'time', 'ts', 'date']
const TRACE: readonly Path[] = [
  'stackTrace',
  'stack_trace',
  'error.stack_trace',
  ['error', 'stack_trace'],
  ['exception', 'stacktrace'],
  '_StackTrace',
  'exception',
]
const MOST_CAUSES = 8

/**
 * Reads an entry whose parts are members of an object: `--log-console-output=json` (Keycloak's own layout or `ecs`) and
 * what log stores make of it. Undefined where category or message is missing.
 */
export function structuredRecord(value: Json): LogRecord | undefined {
  const logger = first(value, LOGGER)
  const message = first(value, MESSAGE)
  if (logger === undefined || message === undefined || !/^[\w$-]+(?:\.[\w$-]+)+$/.test(logger))
    return undefined
  const full = fullLogger(logger)
  const exceptions = exceptionsOf(value)
  const [outermost] = exceptions
  return {
    time: first(value, TIME),
    level: first(value, LEVEL) ?? '',
    logger: full,
    thread: first(value, THREAD) ?? '',
    message,
    exceptions,
    wrapped: [],
    inLogout: full === LOGGERS.errorHandler && JSON.stringify(value).includes(LOGOUT_FRAME),
    line: outermost && !message.includes(outermost) ? `${message}: ${outermost}` : message,
  }
}

function exceptionsOf(value: Json): string[] {
  const nested = nestedExceptions(value.exception)
  if (nested.length > 0) return nested
  const trace = first(value, TRACE, Number.POSITIVE_INFINITY)
  return trace === undefined ? errorMembers(value) : exceptionsOfTrace(trace)
}

/** The first of these members that is a text; a list of one text (Elasticsearch's `fields`) is one too. */
export function first(value: Json, paths: readonly Path[], longest = LONGEST_TEXT): string | undefined {
  for (const path of paths) {
    const found = text(at(value, path))
    if (found !== undefined) return found.slice(0, longest)
  }
  return undefined
}

function at(value: Json, path: Path): unknown {
  if (typeof path === 'string') return value[path]
  return path.reduce<unknown>((current, name) => (isRecord(current) ? current[name] : undefined), value)
}

/** A member's text. journald gives the bytes of one that holds colour codes. */
export function text(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (!Array.isArray(value)) return undefined
  if (value.length === 1 && typeof value[0] === 'string') return value[0]
  if (value.length > 1 && value.every((byte) => Number.isInteger(byte) && byte >= 0 && byte < 256))
    return new TextDecoder().decode(Uint8Array.from(value))
  return undefined
}

function nestedExceptions(value: unknown): string[] {
  const found: string[] = []
  let current = value
  // WildFly's own formatter and Keycloak's nest the cause alike; eight levels are more than any log here had.
  while (isRecord(current) && found.length < MOST_CAUSES) {
    const type = first(current, ['exceptionType', 'type'])
    if (type === undefined) break
    const message = first(current, ['message', 'error.message'])
    found.push(message === undefined ? type : `${type}: ${message}`)
    current = at(current, ['causedBy', 'exception'])
  }
  return found
}

/** The exceptions of a formatted stack trace, outermost first. */
export function exceptionsOfTrace(trace: string): string[] {
  return trace
    .split(/\r?\n/)
    .map((line) => /^\s*Caused by: (.*)$/.exec(line)?.[1] ?? EXCEPTION.exec(line)?.[1])
    .filter((line) => line !== undefined)
    .slice(0, MOST_CAUSES)
    .map((line) => line.slice(0, LONGEST_TEXT))
}

function errorMembers(value: Json): string[] {
  const type = first(value, ['error.type', ['error', 'type']])
  const message = first(value, ['error.message', ['error', 'message']])
  const found = [type, message].filter((part) => part !== undefined).join(': ')
  return found === '' ? [] : [found]
}
