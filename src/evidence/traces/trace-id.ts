/** Random bytes as hex. */
export type RandomHex = (bytes: number) => string

/**
 * A trace id that Keycloak's default sampler takes, whatever its ratio. `traceidratio` decides by the low 64 bits of
 * the id (OpenTelemetry, TraceIdRatioBased), so that those are the lowest number that is not 0; the high 64 bits are
 * random. Measured on 26.7.4: sampled at ratio 0.001.
 */
export const newTraceId = (randomHex: RandomHex): string => `${randomHex(8)}0000000000000001`

/** The `traceparent` header of one request in a trace (W3C Trace Context, 3.2): version 00, sampled. */
export const traceparent = (traceId: string, randomHex: RandomHex): string =>
  `00-${traceId}-${nonZero(randomHex(8))}-01`

/** A parent id of zeros is invalid (W3C Trace Context, 3.2.2.4). */
const nonZero = (hex: string) => (/^0+$/.test(hex) ? `${hex.slice(1)}1` : hex)
