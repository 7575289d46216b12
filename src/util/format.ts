/** `1,234`. */
export const formatNumber = (value: number): string => value.toLocaleString('en-US')

/** `1 session`, `3 sessions`, `1,234 users`. */
export const pluralize = (value: number, one: string, many = `${one}s`): string =>
  `${formatNumber(value)} ${value === 1 ? one : many}`

/** `45 s`, `3 min 20 s`, `5 min`, `2 h 5 min`, `3 d 4 h`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  const [big, small, bigUnit, smallUnit] =
    whole < 3600
      ? ([Math.floor(whole / 60), whole % 60, 'min', 's'] as const)
      : whole < 86_400
        ? ([Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), 'h', 'min'] as const)
        : ([Math.floor(whole / 86_400), Math.floor((whole % 86_400) / 3600), 'd', 'h'] as const)
  return [big > 0 ? `${big} ${bigUnit}` : '', small > 0 || big === 0 ? `${small} ${smallUnit}` : '']
    .filter(Boolean)
    .join(' ')
}

/** `2026-11-21 05:40:12 UTC`: one time zone for all readers of a report. */
export const formatDateTime = (milliseconds: number): string =>
  `${new Date(milliseconds).toISOString().slice(0, 19).replace('T', ' ')} UTC`

/** What `Retry-After` in a 429 or 503 response means. */
export const pauseText = (milliseconds: number): string =>
  `The server asked for a pause of ${Math.round(milliseconds / 1000)} s.`

/** `a`, `a and b`, `a, b and c`. */
export const joinWords = (words: readonly string[], conjunction = 'and'): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${conjunction} ${words.at(-1)}`

/** The first few of a list that may be long: `a, b and 3 more`. */
export const firstFew = (parts: readonly string[], most = 5, separator = ', '): string =>
  parts.slice(0, most).join(separator) +
  (parts.length > most ? ` and ${formatNumber(parts.length - most)} more` : '')

/** With a capital letter at the start. */
export const capitalised = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`
