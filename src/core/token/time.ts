/** Seconds since the epoch from which on a number can only be milliseconds: as seconds it lies in the year 5138. */
const MILLISECONDS_FROM = 1e11

/** Does this look like milliseconds where the specification wants seconds? */
export const looksLikeMilliseconds = (value: number) => value >= MILLISECONDS_FROM

/** `2026-11-21 05:19:17 UTC`; a number out of range is shown as it is. */
export function formatTime(seconds: number): string {
  const date = new Date(seconds * 1000)
  return Number.isNaN(date.getTime())
    ? String(seconds)
    : `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

/** `2026-11-21T05:19:17Z`, as `--at` takes it. */
export function isoTime(seconds: number): string | undefined {
  const date = new Date(seconds * 1000)
  return Number.isNaN(date.getTime()) ? undefined : `${date.toISOString().slice(0, 19)}Z`
}

/** `3 min ago`, `in 2 h`, `now`. */
export function relativeTime(seconds: number, now: number): string {
  const distance = Math.round(seconds - now)
  if (Math.abs(distance) < 1) return 'now'
  return distance < 0 ? `${duration(-distance)} ago` : `in ${duration(distance)}`
}

const UNITS: readonly (readonly [seconds: number, name: string])[] = [
  [365.25 * 86400, 'years'],
  [86400, 'days'],
  [3600, 'h'],
  [60, 'min'],
]

/** `45 s`, `2 min`, `26 h`, `3 days`: one number that a person can weigh. */
export function duration(seconds: number): string {
  for (const [size, name] of UNITS) if (seconds >= 2 * size) return `${Math.floor(seconds / size)} ${name}`
  return `${Math.round(seconds)} s`
}

/** Both: `2026-11-21 05:19:17 UTC (3 min ago)`. */
export const timeAndDistance = (seconds: number, now: number) =>
  `${formatTime(seconds)} (${relativeTime(seconds, now)})`

/**
 * Reads a moment that a person typed: ISO 8601 (without a zone it is UTC), or seconds or milliseconds since the epoch.
 * Answers seconds, or `undefined` for anything else.
 */
export function parseTime(text: string): number | undefined {
  const trimmed = text.trim()
  if (/^\d{1,15}(?:\.\d+)?$/.test(trimmed)) {
    const value = Number(trimmed)
    return looksLikeMilliseconds(value) ? value / 1000 : value
  }
  const iso = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?))?\s*(Z|UTC|[+-]\d\d:?\d\d)?$/i.exec(
    trimmed,
  )
  if (!iso) return undefined
  const [, day, time = '00:00', zone = 'Z'] = iso
  const parsed = Date.parse(`${day}T${time}${/^utc$/i.test(zone) ? 'Z' : zone}`)
  return Number.isNaN(parsed) ? undefined : parsed / 1000
}
