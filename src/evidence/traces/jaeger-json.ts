import { isRecord } from '../../util/is-record.ts'
import { exceptionTexts, type Span, UnknownTraceFormat } from './span.ts'

/**
 * The spans of Jaeger's own JSON (`/api/traces/{id}`: `data[].spans[].tags[]`, times in microseconds).
 * @throws {UnknownTraceFormat} where it is not that
 */
export function spansOfJaeger(document: unknown): Span[] {
  if (!isRecord(document) || !(Array.isArray(document.data) || document.data === null))
    throw new UnknownTraceFormat()
  return (document.data ?? []).flatMap((trace: unknown) =>
    isRecord(trace) && Array.isArray(trace.spans) ? trace.spans.flatMap((span) => spanOf(span) ?? []) : [],
  )
}

function spanOf(value: unknown): Span | undefined {
  if (!isRecord(value) || typeof value.traceID !== 'string' || typeof value.spanID !== 'string')
    return undefined
  const attributes = tagsOf(value.tags)
  const kind = attributes.get('span.kind')
  return {
    traceId: value.traceID.toLowerCase().padStart(32, '0'),
    spanId: value.spanID.toLowerCase().padStart(16, '0'),
    parentSpanId: parentOf(value.references),
    kind: kind === 'server' || kind === 'client' ? kind : 'other',
    start: Number(value.startTime) / 1000,
    milliseconds: Number(value.duration) / 1000,
    attributes,
    exceptions: exceptionsOf(value.logs),
  }
}

const exceptionsOf = (logs: unknown): string[] =>
  Array.isArray(logs) ? logs.flatMap((log) => (isRecord(log) ? exceptionTexts(tagsOf(log.fields)) : [])) : []

function parentOf(references: unknown): string | undefined {
  if (!Array.isArray(references)) return undefined
  const parent = references.find((one) => isRecord(one) && one.refType === 'CHILD_OF')
  return isRecord(parent) && typeof parent.spanID === 'string'
    ? parent.spanID.toLowerCase().padStart(16, '0')
    : undefined
}

function tagsOf(tags: unknown): Map<string, string> {
  const attributes = new Map<string, string>()
  if (!Array.isArray(tags)) return attributes
  for (const tag of tags)
    if (isRecord(tag) && typeof tag.key === 'string') attributes.set(tag.key, String(tag.value))
  return attributes
}
