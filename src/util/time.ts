/** Seconds since the epoch from which on a number can only be milliseconds: as seconds it lies in the year 5138. */
const MILLISECONDS_FROM = 1e11

/** Is this probably milliseconds, although the specification requires seconds? */
export const looksLikeMilliseconds = (value: number) => value >= MILLISECONDS_FROM

/** `2026-11-21 05:19:17 UTC`; a number that is out of range is returned as it is. */
export function formatTime(seconds: number): string {
  const text = isoTime(seconds)
  return text === undefined ? String(seconds) : `${text.slice(0, -1).replace('T', ' ')} UTC`
}

const DAY = 86_400
/** The last formatted day: most tokens are from one day, and `toISOString` is slow. */
let latest = { day: Number.NaN, text: '' }

/** `2026-11-21T05:19:17Z`, the format of `--at`; `undefined` if the number is not a valid date. */
export function isoTime(seconds: number): string | undefined {
  const day = Math.floor(seconds / DAY)
  if (day !== latest.day) {
    const date = new Date(day * DAY * 1000)
    if (Number.isNaN(date.getTime())) return undefined
    latest = { day, text: date.toISOString().split('T', 1)[0] ?? '' }
  }
  const rest = Math.floor(seconds) - day * DAY
  const minutes = Math.floor(rest / 60)
  return `${latest.text}T${two(Math.floor(minutes / 60))}:${two(minutes % 60)}:${two(rest % 60)}Z`
}

const two = (number: number) => (number < 10 ? `0${number}` : `${number}`)

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

/** `45 s`, `2 min`, `26 h`, `3 days`: a rough length in one unit. */
export function duration(seconds: number): string {
  for (const [size, name] of UNITS) if (seconds >= 2 * size) return `${Math.floor(seconds / size)} ${name}`
  return `${Math.round(seconds)} s`
}

/** Both: `2026-11-21 05:19:17 UTC (3 min ago)`. */
export const timeAndDistance = (seconds: number, now: number) =>
  `${formatTime(seconds)} (${relativeTime(seconds, now)})`

/**
 * Parses a time from the command line: ISO 8601 (UTC unless it has a zone), or seconds or milliseconds since the epoch.
 * Returns seconds, or `undefined` for anything else.
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
  const parsed = isoMoment(day ?? '', time, /^utc$/i.test(zone) ? 'Z' : zone)
  return parsed === undefined ? undefined : parsed / 1000
}

/**
 * Milliseconds since the epoch; `undefined` for a day that does not exist. `Date` would take 31 February for 3 March, and
 * a typing error would select another day.
 */
export function isoMoment(day: string, time: string, zone: string): number | undefined {
  const midnight = new Date(`${day}T00:00Z`)
  if (Number.isNaN(midnight.getTime()) || !midnight.toISOString().startsWith(day)) return undefined
  const moment = Date.parse(`${day}T${time}${zone}`)
  return Number.isNaN(moment) ? undefined : moment
}
