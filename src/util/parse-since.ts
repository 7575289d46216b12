import { isoMoment } from './time.ts'

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/**
 * The start of a time span that ends now: `30s`, `45m`, `2h`, `7d`, or a date or time in ISO format (UTC unless it has a
 * zone). Undefined if it is not valid or in the future.
 * @param now milliseconds since the epoch
 * @returns milliseconds since the epoch
 */
export function sinceTime(text: string, now: number): number | undefined {
  const span = /^(\d{1,6})([smhd])$/.exec(text)
  if (span) return now - Number(span[1]) * (UNITS[span[2] ?? ''] ?? 0)
  const iso = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:\d\d)?)?$/.exec(text)
  if (!iso) return undefined
  const time = isoMoment(iso[1] ?? '', iso[2] ?? '00:00', iso[3] ?? 'Z')
  return time === undefined || time > now ? undefined : time
}
