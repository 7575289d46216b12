import { isoMoment } from './time.ts'

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** A length of time such as `30s`, `45m`, `2h`, `7d`, in milliseconds; undefined if it is not valid. */
export function parseSpan(text: string): number | undefined {
  const span = /^(\d{1,6})([smhd])$/.exec(text)
  return span ? Number(span[1]) * (UNITS[span[2] ?? ''] ?? 0) : undefined
}

/**
 * A date or time in ISO format (UTC unless it has a zone), in milliseconds since the epoch; undefined if it is not valid.
 */
export function parseMoment(text: string): number | undefined {
  const iso = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:\d\d)?)?$/.exec(text)
  return iso ? isoMoment(iso[1] ?? '', iso[2] ?? '00:00', iso[3] ?? 'Z') : undefined
}

/**
 * The start of a time span that ends now: `30s`, `45m`, `2h`, `7d`, or a date or time in ISO format (UTC unless it has a
 * zone). Undefined if it is not valid or in the future.
 * @param now milliseconds since the epoch
 * @returns milliseconds since the epoch
 */
export function sinceTime(text: string, now: number): number | undefined {
  const span = parseSpan(text)
  if (span !== undefined) return now - span
  const time = parseMoment(text)
  return time === undefined || time > now ? undefined : time
}
