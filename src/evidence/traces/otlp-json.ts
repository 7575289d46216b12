import { isRecord } from '../../util/is-record.ts'
import { exceptionTexts, type Span, UnknownTraceFormat } from './span.ts'

/**
 * The spans of OTLP JSON, as Jaeger (`/api/v3/traces`, wrapped in `result`), Tempo (`/api/traces`: `batches`;
 * `/api/v2/traces`: `trace`) and OTLP/HTTP (`resourceSpans`) give them. Ids are hex, or base64 as in Tempo.
 * @throws {UnknownTraceFormat} where it is none of these
 */
export function spansOfOtlp(document: unknown): Span[] {
  const outer = isRecord(document) ? (document.result ?? document.trace ?? document) : undefined
  if (!isRecord(outer)) throw new UnknownTraceFormat()
  const resources = outer.resourceSpans ?? outer.batches
  if (!Array.isArray(resources)) {
    // A store that has nothing of a trace may answer an empty object.
    if (Object.keys(outer).length === 0) return []
    throw new UnknownTraceFormat()
  }
  return resources.flatMap((resource) =>
    members(resource, 'scopeSpans', 'instrumentationLibrarySpans').flatMap((scope) =>
      members(scope, 'spans').flatMap((span) => spanOf(span) ?? []),
    ),
  )
}

function members(value: unknown, ...names: string[]): unknown[] {
  if (!isRecord(value)) return []
  const found = names.map((name) => value[name]).find(Array.isArray)
  return found ?? []
}

const KINDS: Readonly<Record<string, Span['kind']>> = {
  SPAN_KIND_SERVER: 'server',
  SPAN_KIND_CLIENT: 'client',
  '2': 'server',
  '3': 'client',
}

function spanOf(value: unknown): Span | undefined {
  if (!isRecord(value)) return undefined
  const traceId = idOf(value.traceId, 16)
  const spanId = idOf(value.spanId, 8)
  const start = Number(value.startTimeUnixNano) / 1e6
  const end = Number(value.endTimeUnixNano) / 1e6
  if (traceId === undefined || spanId === undefined || !Number.isFinite(start)) return undefined
  return {
    traceId,
    spanId,
    parentSpanId: idOf(value.parentSpanId, 8),
    kind: KINDS[String(value.kind)] ?? 'other',
    start,
    milliseconds: Number.isFinite(end) ? end - start : 0,
    attributes: attributesOf(value.attributes),
    exceptions: members(value, 'events').flatMap((event) =>
      isRecord(event) ? exceptionTexts(attributesOf(event.attributes)) : [],
    ),
  }
}

/** An id as hex; undefined where there is none. OTLP JSON has hex, the JSON of protobuf base64. */
function idOf(value: unknown, bytes: number): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined
  const hex = value.length === bytes * 2 ? value.toLowerCase() : hexOfBase64(value)
  return hex?.length === bytes * 2 && /^[0-9a-f]+$/.test(hex) && !/^0+$/.test(hex) ? hex : undefined
}

function hexOfBase64(value: string): string | undefined {
  try {
    return Array.from(atob(value), (char) => char.charCodeAt(0).toString(16).padStart(2, '0')).join('')
  } catch {
    return undefined
  }
}

function attributesOf(value: unknown): Map<string, string> {
  const attributes = new Map<string, string>()
  if (!Array.isArray(value)) return attributes
  for (const entry of value) {
    if (!isRecord(entry) || typeof entry.key !== 'string' || !isRecord(entry.value)) continue
    const { stringValue, intValue, boolValue, doubleValue } = entry.value
    const text = stringValue ?? intValue ?? boolValue ?? doubleValue
    if (text !== undefined) attributes.set(entry.key, String(text))
  }
  return attributes
}
