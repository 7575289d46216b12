/** A span of a trace, whichever store or protocol it came from. */
export interface Span {
  /** Lower-case hex. */
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | undefined
  readonly kind: 'server' | 'client' | 'other'
  /** Milliseconds since the epoch. */
  readonly start: number
  readonly milliseconds: number
  readonly attributes: ReadonlyMap<string, string>
  /** What the exceptions that it recorded say, outermost first: `java.net.SocketTimeoutException: Read timed out`. */
  readonly exceptions: readonly string[]
}

/** An exception as spans record it, with the causes that its stack trace names. */
export function exceptionTexts(attributes: ReadonlyMap<string, string>): string[] {
  const type = attributes.get('exception.type')
  const message = attributes.get('exception.message')
  if (type === undefined && message === undefined) return []
  const causes = [...(attributes.get('exception.stacktrace') ?? '').matchAll(/^Caused by: (.*)$/gm)]
  return [`${type ?? ''}: ${message ?? ''}`, ...causes.map(([, cause = '']) => cause)]
}

/** Did its source answer something that holds no spans in a form that is known? */
export class UnknownTraceFormat extends Error {}
