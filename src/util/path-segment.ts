const CONTROL = /[\u0000-\u001f\u007f-\u009f]/
// Zero-width, bidirectional and line-separating characters: values that look alike would name different things.
const INVISIBLE = /[\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/
const LONGEST = 255

/**
 * Why a value must not become a segment of a URL's path, as words after its name ("is empty"); undefined if it may.
 * Does not encode. What passes stays one segment, however often it is decoded.
 */
export const pathSegmentProblem = (value: string): string | undefined =>
  realmNameProblem(value) ??
  (value.includes('%') ? 'contains a % sign' : undefined) ??
  (value.trim() === value ? undefined : 'begins or ends with white space')

/** As `pathSegmentProblem`, for internal ids: they never contain white space. */
export const pathIdProblem = (id: string): string | undefined =>
  pathSegmentProblem(id) ?? (/\s/.test(id) ? 'contains white space' : undefined)

/**
 * Why this cannot be the name of a realm, as words after it; undefined if it can. Keycloak also allows `%` and white
 * space at both ends (26.7.4): `%2e%2e` is a realm, and encoded as `%252e%252e` it stays one segment.
 */
export function realmNameProblem(name: string): string | undefined {
  if (name === '') return 'is empty'
  if (name.trim() === '') return 'is only white space'
  if (name === '.' || name === '..') return 'is a step in a path, not a name'
  if (CONTROL.test(name)) return 'contains a control character'
  if (INVISIBLE.test(name)) return 'contains an invisible character'
  if (/[/\\;?#]/.test(name)) return 'contains a character with a meaning in a path (/ \\ ; ? #)'
  if (name.length > LONGEST) return `is longer than ${LONGEST} characters`
  if (hasLoneSurrogate(name)) return 'contains half a character'
  return undefined
}

function hasLoneSurrogate(value: string): boolean {
  try {
    encodeURIComponent(value)
    return false
  } catch {
    return true
  }
}
