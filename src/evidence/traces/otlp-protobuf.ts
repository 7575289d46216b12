import protobuf from 'protobufjs/light.js'

/**
 * The part of OTLP's ExportTraceServiceRequest that a span's place and attributes need
 * (opentelemetry-proto 1.x, trace/v1 and common/v1). Fields that are left out are skipped when decoding.
 */
const SCHEMA = {
  nested: {
    Request: { fields: { resourceSpans: { rule: 'repeated', type: 'ResourceSpans', id: 1 } } },
    ResourceSpans: { fields: { scopeSpans: { rule: 'repeated', type: 'ScopeSpans', id: 2 } } },
    ScopeSpans: { fields: { spans: { rule: 'repeated', type: 'Span', id: 2 } } },
    Span: {
      fields: {
        traceId: { type: 'bytes', id: 1 },
        spanId: { type: 'bytes', id: 2 },
        parentSpanId: { type: 'bytes', id: 4 },
        kind: { type: 'int32', id: 6 },
        startTimeUnixNano: { type: 'fixed64', id: 7 },
        endTimeUnixNano: { type: 'fixed64', id: 8 },
        attributes: { rule: 'repeated', type: 'KeyValue', id: 9 },
        events: { rule: 'repeated', type: 'Event', id: 11 },
      },
    },
    Event: { fields: { attributes: { rule: 'repeated', type: 'KeyValue', id: 3 } } },
    KeyValue: { fields: { key: { type: 'string', id: 1 }, value: { type: 'AnyValue', id: 2 } } },
    AnyValue: {
      oneofs: { value: { oneof: ['stringValue', 'boolValue', 'intValue', 'doubleValue'] } },
      fields: {
        stringValue: { type: 'string', id: 1 },
        boolValue: { type: 'bool', id: 2 },
        intValue: { type: 'int64', id: 3 },
        doubleValue: { type: 'double', id: 4 },
      },
    },
  },
}

/**
 * An export request of OTLP/HTTP as the same document that OTLP JSON is, with ids in base64.
 * @throws {Error} where the bytes are not such a message
 */
export function decodeOtlp(bytes: Uint8Array): unknown {
  const type = protobuf.Root.fromJSON(SCHEMA).lookupType('Request')
  return type.toObject(type.decode(bytes), { longs: String, bytes: String })
}

/** The bytes of such a document: what an exporter sends. For tests. */
export function encodeOtlp(document: Record<string, unknown>): Uint8Array {
  const type = protobuf.Root.fromJSON(SCHEMA).lookupType('Request')
  return type.encode(type.fromObject(document)).finish()
}
