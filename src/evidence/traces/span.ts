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
}

/** Did its source answer something that holds no spans in a form that is known? */
export class UnknownTraceFormat extends Error {}
